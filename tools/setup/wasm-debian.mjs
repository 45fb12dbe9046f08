// The wasm target from Debian's own packages, for machines that can't download one with rustup.
import { copyFileSync, existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { CACHE_DIR } from "../paths.mjs";
import { Stop } from "../progress.mjs";
import { must, run } from "../run.mjs";
import { aptInstall, isRoot } from "./apt.mjs";

const PACKAGES = ["rustc-web", "cargo-web", "rust-web-src", "lld-22"];
const TARGET = "wasm32-unknown-unknown";
const RUSTC = "/usr/bin/rustc";
const LINKER = "/usr/bin/lld-22";

/** Debian's compiler. /usr/bin comes first, so that build scripts find the same rustc as cargo does. */
export const DEBIAN = {
  name: "Debian's compiler",
  cargo: "/usr/bin/cargo",
  rustc: RUSTC,
  env: { PATH: `/usr/bin:${process.env.PATH}`, RUSTC, RUSTDOC: "/usr/bin/rustdoc" },
};

/** Installs the packages, builds std for the target once, and puts it where the compiler looks for it. */
export async function installDebianToolchain(note) {
  const missing = await missingPackages();
  const steps = `apt-get install -y --no-install-recommends ${PACKAGES.join(" ")} && npm run setup`;
  if (!isRoot()) throw new Stop(`the Rust target ${TARGET} must be installed once as root; run: sudo sh -c '${steps}'`);
  if (missing.length > 0) {
    note.begin(`apt-get install ${missing.join(" ")}`);
    await aptInstall(missing);
  }
  note.begin("building std for wasm, once for all clones");
  installStd(await builtStd(), await printed("target-libdir", "--target", TARGET));
  linkLinker(await printed("sysroot"), await hostTriple());
}

async function missingPackages() {
  const { output } = await run("dpkg-query", ["-W", "-f", "${Package} ${db:Status-Abbrev}\n", ...PACKAGES]);
  const installed = output.split("\n").filter((line) => line.includes(" ii")).map((line) => line.split(" ")[0]);
  return PACKAGES.filter((name) => !installed.includes(name));
}

/** The folder of the std libraries for the installed compiler, built there if need be. */
async function builtStd() {
  const version = /release: (.*)/.exec(await must(RUSTC, ["-vV"]))?.[1] ?? "unknown";
  const done = join(CACHE_DIR, `std-${version}-${TARGET}`);
  if (existsSync(done)) return done;
  const work = join(CACHE_DIR, `std-build-${process.pid}`);
  mkdirSync(join(work, "src"), { recursive: true });
  try {
    writeFileSync(join(work, "Cargo.toml"), '[package]\nname = "stub"\nversion = "0.0.0"\nedition = "2024"\n\n[workspace]\n');
    writeFileSync(join(work, "src", "lib.rs"), "#![no_std]\n");
    // Without the bitcode a later LTO link fails: "Can't find section .llvmbc".
    const env = {
      ...DEBIAN.env,
      RUSTFLAGS: "-Cembed-bitcode=yes",
      RUSTC_BOOTSTRAP: "1",
      CARGO_TARGET_DIR: join(work, "target"),
    };
    await must(DEBIAN.cargo, ["build", "--release", "-Z", "build-std=std,panic_abort", "--target", TARGET], { cwd: work, env });
    const libraries = join(work, "target", TARGET, "release", "deps");
    const ready = join(work, "ready");
    mkdirSync(ready);
    for (const name of readdirSync(libraries)) {
      if (name.endsWith(".rlib") && !name.startsWith("libstub-")) copyFileSync(join(libraries, name), join(ready, name));
    }
    renameSync(ready, done);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return done;
}

/** Replaces the target's libraries: those of an older compiler would be in the way. */
function installStd(from, folder) {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) if (name.endsWith(".rlib")) rmSync(join(folder, name));
  for (const name of readdirSync(from)) copyFileSync(join(from, name), join(folder, name));
}

function linkLinker(sysroot, host) {
  const folder = join(sysroot, "lib", "rustlib", host, "bin");
  const link = join(folder, "rust-lld");
  mkdirSync(folder, { recursive: true });
  if (lstatSync(link, { throwIfNoEntry: false })) return;
  symlinkSync(LINKER, link);
}

const printed = async (what, ...more) => (await must(RUSTC, ["--print", what, ...more])).trim();

const hostTriple = async () => /host: (.*)/.exec(await must(RUSTC, ["-vV"]))?.[1] ?? "x86_64-unknown-linux-gnu";
