// Builds every Worker into its build/ folder: one cargo call for all, then glue and optimizer for each. `npm run build` calls it.
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import process from "node:process";
import { gzipSync } from "node:zlib";
import { replace } from "./build/replace.mjs";
import { ROOT } from "./paths.mjs";
import { Stop, dim, duration, main } from "./progress.mjs";
import { must, run } from "./run.mjs";
import { TARGET, wasmToolchain } from "./setup/wasm-target.mjs";

/** Where the JavaScript half of the platform layer is; every Worker gets a copy. */
const EDGE_JS = join(ROOT, "shared", "edge", "js");
const SWITCH = join(ROOT, "workers", "switch");
const WORKSHOP = join(ROOT, "target", "workshop", String(process.pid));
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
  const fresh = workshop(crate);
  await must(tool, [wasm, fresh]);
  const made = join(fresh, "worker_bg.wasm");
  const optimizer = join(ROOT, "node_modules", "binaryen", "bin", "wasm-opt");
  await must(process.execPath, [optimizer, "-O2", "--all-features", "--disable-custom-descriptors", "--strip-producers", made, "-o", made]);
  for (const name of readdirSync(EDGE_JS)) copyFileSync(join(EDGE_JS, name), join(fresh, name === "entry.mjs" ? "index.js" : name));
  replace(join(folder, "build"), fresh);
  const bytes = readFileSync(join(folder, "build", "worker_bg.wasm"));
  const size = `${Math.round(bytes.length / 1024)} KB, ${Math.round(gzipSync(bytes).length / 1024)} KB gzipped`;
  console.log(`  ${crate.padEnd(16)} ${size} ${dim(`(${duration(performance.now() - began)})`)}`);
}

/** An empty folder of this process alone, so that two builds of one Worker don't write over each other. */
function workshop(name) {
  const folder = join(WORKSHOP, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

async function buildCrates(all) {
  await compile(all);
  const tool = await bindgen();
  const waiting = [...all];
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await finish(next, tool);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, lane));
}

function buildSwitch() {
  const fresh = workshop("switch");
  copyFileSync(join(SWITCH, "src", "index.mjs"), join(fresh, "index.js"));
  replace(join(SWITCH, "build"), fresh);
  console.log(`  ${"switch".padEnd(16)} ${statSync(join(SWITCH, "build", "index.js")).size} bytes of JavaScript`);
}

if (process.argv[1]?.endsWith("build.mjs")) {
  process.on("exit", () => rmSync(WORKSHOP, { recursive: true, force: true }));
  await main(async () => {
    const wanted = process.argv.slice(2);
    const known = crates();
    const strange = wanted.filter((name) => name !== "switch" && !known.some(({ crate }) => crate === name));
    if (strange.length > 0) throw new Stop(`no Worker is called ${strange.join(" or ")}; there are ${["switch", ...known.map(({ crate }) => crate)].join(", ")}`);
    const all = known.filter(({ crate }) => wanted.length === 0 || wanted.includes(crate));
    if (all.length > 0) await buildCrates(all);
    if (existsSync(join(SWITCH, "src", "index.mjs"))) buildSwitch();
  });
}
