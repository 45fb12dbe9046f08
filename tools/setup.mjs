// Set-up: everything the other commands need, pinned, each step skipped when it has been done. `npm run setup`.
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { ROOT } from "./paths.mjs";
import { Stop, bold, main, step } from "./progress.mjs";
import { run } from "./run.mjs";
import { continueInNewNode } from "./setup/node.mjs";
import { crates, npmPackages } from "./setup/packages.mjs";
import { wasmToolchain } from "./setup/wasm-target.mjs";

/** Brings the machine to where every other command works. In an old Node it goes on in the one it has brought. */
export async function setup() {
  // A command that goes on in a newer Node has done its set-up in the old one.
  if (process.env.PORTICO_CHILD && process.env.PORTICO_READY) return;
  console.log(bold("Set-up"));
  await step("npm packages", npmPackages);
  await step("Rust", nativeToolchain);
  await step("crates", crates);
  await step("wasm target", wasmToolchain);
  process.env.PORTICO_READY = "1";
  await continueInNewNode();
}

async function nativeToolchain(note) {
  const { code, output } = await run("cargo", ["--version"]);
  if (code !== 0) {
    const why = output.trim().split("\n").find((line) => line.startsWith("error")) ?? output.trim().split("\n")[0];
    throw new Stop(`cargo can't use the toolchain of rust-toolchain.toml (${why}); run: rustup toolchain install`);
  }
  // SQLite and the linker of build scripts.
  if (!existsSync("/usr/bin/cc") && (await run("cc", ["--version"]).catch(() => ({ code: 1 }))).code !== 0) {
    throw new Stop("no C compiler (cc); install one: apt-get install gcc libc6-dev, or xcode-select --install");
  }
  note(output.trim());
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? join(ROOT, "none")).href) await main(setup);
