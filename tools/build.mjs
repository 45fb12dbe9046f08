// Builds every Worker into its build/ folder: one cargo call for all, then glue and optimizer for each. `npm run build` calls it.
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import process from "node:process";
import { gzipSync } from "node:zlib";
import { ROOT } from "./paths.mjs";
import { Stop, dim, duration, main } from "./progress.mjs";
import { must, run } from "./run.mjs";
import { TARGET, wasmToolchain } from "./setup/wasm-target.mjs";

/** Where the JavaScript half of the platform layer is; every Worker gets a copy. */
const EDGE_JS = join(ROOT, "shared", "edge", "js");
const SWITCH = join(ROOT, "workers", "switch");
// Two cores; glue and optimizer are one process each.
const AT_A_TIME = 2;
/** 128-bit vectors: measurably faster hashing, and every runtime of ours has them. */
const RUSTFLAGS = "-Ctarget-feature=+simd128";

/** Crates that become a Worker, `{crate, folder}`: those under workers/, and the probe of the tests. */
export function crates() {
  const under = (parent) =>
    readdirSync(join(ROOT, parent))
      .map((name) => join(ROOT, parent, name))
      .filter((folder) => existsSync(join(folder, "Cargo.toml")) && readFileSync(join(folder, "Cargo.toml"), "utf8").includes("cdylib"));
  return [...under("workers"), ...under("tests")].map((folder) => ({ crate: basename(folder), folder }));
}

async function compile(all) {
  const { cargo, env } = await wasmToolchain();
  const packages = all.flatMap(({ crate }) => ["--package", crate]);
  const args = ["build", "--release", "--locked", "--target", TARGET, ...packages];
  const flags = { CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS: RUSTFLAGS };
  const { code } = await run(cargo, args, { env: { ...env, ...flags }, show: true });
  if (code !== 0) throw new Stop("the Workers don't compile; the compiler's words are above");
}

/** The one native tool: wasm-bindgen as a library of the workspace, so that it is the version of the crate it must match. */
async function bindgen() {
  await must("cargo", ["build", "--quiet", "--locked", "--package", "bindgen"]);
  return join(ROOT, "target", "debug", process.platform === "win32" ? "bindgen.exe" : "bindgen");
}

async function finish({ crate, folder }, tool) {
  const began = performance.now();
  const wasm = join(ROOT, "target", TARGET, "release", `${crate.replaceAll("-", "_")}.wasm`);
  const fresh = join(folder, "build.new");
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  await must(tool, [wasm, fresh]);
  const made = join(fresh, "worker_bg.wasm");
  const optimizer = join(ROOT, "node_modules", "binaryen", "bin", "wasm-opt");
  await must(process.execPath, [optimizer, "-O2", "--all-features", "--disable-custom-descriptors", "--strip-producers", made, "-o", made]);
  for (const name of readdirSync(EDGE_JS)) copyFileSync(join(EDGE_JS, name), join(fresh, name === "entry.mjs" ? "index.js" : name));
  replace(folder, fresh);
  const bytes = readFileSync(join(folder, "build", "worker_bg.wasm"));
  const size = `${Math.round(bytes.length / 1024)} KB, ${Math.round(gzipSync(bytes).length / 1024)} KB gzipped`;
  console.log(`  ${crate.padEnd(16)} ${size} ${dim(`(${duration(performance.now() - began)})`)}`);
}

// Put in place whole: an interrupted build leaves the last good one.
function replace(folder, fresh) {
  const place = join(folder, "build");
  rmSync(place, { recursive: true, force: true });
  renameSync(fresh, place);
}

function buildSwitch() {
  const fresh = join(SWITCH, "build.new");
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  copyFileSync(join(SWITCH, "src", "index.mjs"), join(fresh, "index.js"));
  replace(SWITCH, fresh);
  console.log(`  ${"switch".padEnd(16)} ${statSync(join(SWITCH, "build", "index.js")).size} bytes of JavaScript`);
}

if (process.argv[1]?.endsWith("build.mjs")) {
  await main(async () => {
    const wanted = process.argv.slice(2);
    const all = crates().filter(({ crate }) => wanted.length === 0 || wanted.includes(crate));
    await compile(all);
    const tool = await bindgen();
    const waiting = [...all];
    const lane = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) await finish(next, tool);
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, lane));
    if (existsSync(join(SWITCH, "src", "index.mjs"))) buildSwitch();
  });
}
