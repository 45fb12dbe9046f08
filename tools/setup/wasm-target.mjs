// The compiler for wasm32-unknown-unknown: whatever this machine has that works, else rustup's, else Debian's.
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { TOOLS_DIR } from "../paths.mjs";
import { Stop } from "../progress.mjs";
import { run } from "../run.mjs";
import { isFresh, markFresh } from "../stamp.mjs";
import { aptIsPossible } from "./apt.mjs";
import { DEBIAN, installDebianToolchain } from "./wasm-debian.mjs";

/** The target every Worker is built for. */
export const TARGET = "wasm32-unknown-unknown";

/** The toolchain that cargo on PATH selects: rustup's, as rust-toolchain.toml names it, or a distribution's. */
const DEFAULT = { name: "cargo on PATH", cargo: "cargo", rustc: "rustc", env: {} };

let chosen;

/**
 * What builds the Workers: `{cargo, env}` to run `cargo build --target wasm32-unknown-unknown` with. Installs it where
 * needed, so only the first call of a new machine is slow.
 *
 * What works already comes before any download. PORTICO_WASM_TOOLCHAIN=rustup or =debian insists on one of them.
 */
export async function wasmToolchain(note = Object.assign(() => {}, { begin() {} })) {
  chosen ??= await choose(note);
  return { cargo: chosen.cargo, env: { ...chosen.env } };
}

async function choose(note) {
  const wanted = process.env.PORTICO_WASM_TOOLCHAIN;
  if (wanted && !["rustup", "debian"].includes(wanted)) throw new Stop("PORTICO_WASM_TOOLCHAIN is neither rustup nor debian");
  const candidates = [DEFAULT, DEBIAN].filter((one) => !wanted || (wanted === "debian") === (one === DEBIAN));
  for (const candidate of candidates) {
    if (!(await works(candidate))) continue;
    note(`${candidate.name}, ready`);
    return candidate;
  }
  if (wanted !== "debian") {
    note.begin(`rustup target add ${TARGET}`);
    const added = await rustupTarget();
    if (added.ok && (await works(DEFAULT))) {
      note("added by rustup");
      return DEFAULT;
    }
    if (wanted === "rustup" || !aptIsPossible()) {
      throw new Stop(`the Rust target ${TARGET} is missing and rustup could not add it (${added.why}); run: rustup target add ${TARGET}`);
    }
  }
  await installDebianToolchain(note);
  if (!(await works(DEBIAN))) throw new Stop(`Debian's Rust compiler can't build for ${TARGET} after all; PORTICO_WASM_TOOLCHAIN=rustup avoids it`);
  note("Debian's compiler");
  return DEBIAN;
}

async function rustupTarget() {
  try {
    const { code, output } = await run("rustup", ["target", "add", TARGET], { timeoutMs: 180_000 });
    return { ok: code === 0, why: output.trim().split("\n").find((line) => line.startsWith("error"))?.slice(0, 160) ?? `exit code ${code}` };
  } catch (error) {
    if (error instanceof Stop) return { ok: false, why: "rustup is not installed" };
    throw error;
  }
}

// A probe is worth more than a version: it finds a library of another compiler, a missing linker, a std without bitcode.
const PROBE = `#[unsafe(no_mangle)]
pub extern "C" fn digits(n: u32) -> usize {
    let all: Vec<String> = (0..n).map(|i| i.to_string()).collect();
    all.join(",").len()
}
`;

/** Whether this toolchain compiles and links a small cdylib that uses std with fat LTO. Remembered until it changes. */
async function works(candidate) {
  let identity;
  try {
    if (candidate === DEBIAN && !existsSync(candidate.rustc)) return false;
    const options = { env: candidate.env };
    const version = await run(candidate.rustc, ["-vV"], options);
    const libraries = await run(candidate.rustc, ["--print", "target-libdir", "--target", TARGET], options);
    const folder = libraries.output.trim().split("\n").at(-1);
    if (version.code !== 0 || libraries.code !== 0 || !existsSync(folder)) return false;
    identity = [version.output, folder, statSync(folder).mtimeMs].join("\n");
  } catch (error) {
    if (error instanceof Stop) return false;
    throw error;
  }
  const stamp = `wasm-${candidate === DEBIAN ? "debian" : "default"}`;
  if (isFresh(stamp, identity)) return true;
  const folder = join(TOOLS_DIR, `probe-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(join(folder, "probe.rs"), PROBE);
    const args = ["--edition=2024", "--crate-type=cdylib", `--target=${TARGET}`, "-Copt-level=3", "-Clto=fat", "probe.rs", "-o", "probe.wasm"];
    const { code } = await run(candidate.rustc, args, { cwd: folder, env: candidate.env });
    if (code !== 0) return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  markFresh(stamp, identity);
  return true;
}
