// Stamps: a small file that says from which inputs something was made, so that it isn't made again for nothing.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { ROOT, TOOLS_DIR } from "./paths.mjs";

const stampFile = (name) => join(TOOLS_DIR, "stamps", name);

/** Whether `name` was last made from inputs with this hash. */
export function isFresh(name, hash) {
  const file = stampFile(name);
  return existsSync(file) && readFileSync(file, "utf8") === hash;
}

/** Records that `name` has been made from inputs with this hash. */
export function markFresh(name, hash) {
  mkdirSync(dirname(stampFile(name)), { recursive: true });
  writeFileSync(stampFile(name), hash);
}

/** Forgets `name`: call it before making it, so that an interrupted run starts over. */
export function markStale(name) {
  rmSync(stampFile(name), { force: true });
}

/** Hash of texts and, for each path that exists, of all files below it by name and content (not by time: a checkout changes those). */
export function hashOf({ texts = [], paths = [], skip = () => false, root = ROOT }) {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(text).update("\0");
  for (const path of paths) {
    for (const file of filesBelow(join(root, path), skip)) {
      hash.update(relative(root, file)).update("\0").update(readFileSync(file)).update("\0");
    }
  }
  return hash.digest("hex");
}

function* filesBelow(path, skip) {
  if (!existsSync(path) || skip(path)) return;
  if (!statSync(path).isDirectory()) return yield path;
  for (const name of readdirSync(path).sort()) yield* filesBelow(join(path, name), skip);
}
