// Where things are: the repository, what it ignores, and the cache that several clones share.
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Root of the repository. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Git-ignored: stamps and logs of the tools. */
export const TOOLS_DIR = join(ROOT, ".tools");

/** Git-ignored: state, secrets and generated files of the local server. */
export const LOCAL_DIR = join(ROOT, ".local");

/** The demo server's databases, buckets and key-value stores. */
export const STATE_DIR = join(LOCAL_DIR, "state");

const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

/** Shared by all clones of this version; a folder of our own, so that removing it is always safe. */
export const CACHE_DIR =
  process.env.PORTICO_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "portico", version);
