// npm packages, exactly as package-lock.json names them; crates, as Cargo.lock does.
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { ROOT } from "../paths.mjs";
import { must } from "../run.mjs";
import { hashOf, isFresh, markFresh, markStale } from "../stamp.mjs";

/** Installs the npm packages unless node_modules was made from this very lock file. */
export async function npmPackages(note) {
  const hash = hashOf({ texts: [process.platform, process.arch], paths: ["package.json", "package-lock.json"] });
  if (isFresh("npm", hash) && existsSync(join(ROOT, "node_modules", "wrangler"))) return note("already there");
  note.begin("npm install");
  markStale("npm");
  // Not `npm ci`: it refuses a lock file that leaves out the runtime's binaries for other systems, as one written where the
  // registry has only some of them does. With every direct dependency pinned exactly and --no-save this installs what the
  // lock file says and leaves it alone.
  await must("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"]);
  markFresh("npm", hash);
  note("installed");
}

/** Downloads the crates, so that a missing network shows here and not in the middle of a build. */
export async function crates(note) {
  const locked = existsSync(join(ROOT, "Cargo.lock"));
  const hash = hashOf({ paths: ["Cargo.lock"] });
  if (locked && isFresh("crates", hash)) return note("already there");
  note.begin("cargo fetch");
  await must("cargo", ["fetch", ...(locked ? ["--locked"] : [])]);
  markFresh("crates", hashOf({ paths: ["Cargo.lock"] }));
  note("downloaded");
}
