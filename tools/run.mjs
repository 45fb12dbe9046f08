// Child processes: run to the end, quietly or in view, and turn well-known failures into one clear line.
import { spawn } from "node:child_process";
import { Stop, remedyFor } from "./progress.mjs";
import { ROOT } from "./paths.mjs";

const HOW_TO_GET = {
  cargo: "install Rust with rustup (https://rustup.rs) and open a new terminal",
  rustup: "install rustup (https://rustup.rs)",
  npm: "install Node.js with npm (https://nodejs.org)",
};

/** Runs a program; resolves to {code, output} and never rejects for its exit code. `show` lets its output through. */
export function run(program, args, { cwd = ROOT, env = {}, show = false, timeoutMs } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", show ? "inherit" : "pipe", show ? "inherit" : "pipe"],
    });
    // Of our own: the one that `spawn` has stays alive when the program is missing.
    const timer = timeoutMs && setTimeout(() => child.kill(), timeoutMs);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", (text) => (output += text));
    child.on("error", (error) => {
      clearTimeout(timer);
      if (error.code !== "ENOENT") return reject(error);
      reject(new Stop(`${program} is missing: ${HOW_TO_GET[program] ?? `install ${program}`}`));
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code: code ?? 1, signal, output });
    });
  });
}

/** Runs a program that must succeed; otherwise stops with the remedy, after showing the end of what it said. */
export async function must(program, args, options = {}) {
  const result = await run(program, args, options);
  if (result.code === 0) return result.output;
  const command = [program, ...args].join(" ");
  const remedy = remedyFor(result.output);
  if (remedy) throw new Stop(`${command} failed: ${remedy}`);
  const end = result.output.trimEnd().split("\n").slice(-25).join("\n");
  if (end) console.error(end);
  throw new Stop(`${command} failed (${result.signal ?? `exit code ${result.code}`}); its last lines are above`);
}
