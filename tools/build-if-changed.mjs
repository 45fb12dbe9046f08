// Builds the Workers unless nothing they are made from has changed since.
import { existsSync } from "node:fs";
import { basename, join, relative } from "node:path";
import process from "node:process";
import { ROOT } from "./paths.mjs";
import { Stop } from "./progress.mjs";
import { must, run } from "./run.mjs";
import { hashOf, isFresh, markFresh, markStale } from "./stamp.mjs";

const INPUTS = ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "package-lock.json", "shared", "queues", "workers", "xtask", "tools/build.mjs", "tools/build"];

/** Hash of everything the built Workers are made from, and of the compiler's choice. */
export function buildInputs() {
  return hashOf({
    texts: [process.env.PORTICO_WASM_TOOLCHAIN ?? ""],
    paths: INPUTS,
    skip: (path) => ["build", "target", "node_modules", ".wrangler"].includes(basename(path)) && path !== join(ROOT, "tools", "build"),
  });
}

/** Builds all Workers when needed. `mains` are the files that must be there afterwards. */
export async function buildIfChanged(note, mains) {
  const hash = buildInputs();
  if (isFresh("build", hash) && mains().every((path) => existsSync(path))) return note("nothing changed");
  note.begin("compiling the Workers; minutes when all of it is new");
  markStale("build");
  const quiet = process.env.PORTICO_QUIET_BUILD === "1";
  const script = join(ROOT, "tools", "build.mjs");
  if (quiet) await must(process.execPath, [script]);
  else {
    const { code } = await run(process.execPath, [script], { show: true });
    if (code !== 0) throw new Stop("the build failed; the reason is above");
  }
  const missing = mains().filter((path) => !existsSync(path));
  if (missing.length > 0) throw new Stop(`the build left out ${missing.map((path) => relative(ROOT, path)).join(", ")}`);
  // The hash from before: what was edited while it was being built counts as changed.
  markFresh("build", hash);
  note("built");
}
