// `npm test`: every check there is, in one run that ends with the closing lines of node's own test runner.
// `npm run test:crash` and others choose stages: node tools/test.mjs crash
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { onParentDeath } from "./parent.mjs";
import { ROOT } from "./paths.mjs";
import { Stop, bold, dim, duration, main } from "./progress.mjs";
import { run } from "./run.mjs";
import { setup } from "./setup.mjs";

const node = (...args) => [process.execPath, args];
const cargo = (...args) => ["cargo", args];

// All stages, in order; each says what must exist, so that nothing is passed over in silence. `needs` are other stages that a
// chosen one can't do without. The last one is node's runner, because its closing lines end the run.
const STAGES = [
  { name: "format", files: ["Cargo.toml"], command: () => cargo("fmt", "--all", "--check") },
  {
    name: "lint",
    files: ["Cargo.toml", "clippy.toml"],
    command: () => cargo("clippy", "--workspace", "--all-targets", "--locked", "--quiet", "--", "-D", "warnings"),
  },
  { name: "native", files: ["Cargo.toml"], command: nativeTests },
  { name: "generated", files: ["xtask/src/main.rs"], command: () => cargo("run", "--quiet", "--locked", "--package", "xtask", "--", "check") },
  // Ours against an emulator that nobody here wrote; without a Python for that one it says SKIPPED and why.
  { name: "differential", files: ["tests/stripe-sdk/differential.mjs"], command: () => node(join(ROOT, "tests/stripe-sdk/differential.mjs")) },
  { name: "chromium", files: ["tools/setup/browser.mjs"], work: findBrowser },
  { name: "build", files: ["tools/build.mjs"], work: build },
  { name: "deploy check", files: ["tools/check-deploy.mjs"], needs: ["build"], command: () => node(join(ROOT, "tools/check-deploy.mjs")) },
];

const SUITES = [
  // Stripe's own library against the emulator's native program, which the suite builds.
  { name: "stripe", folder: "tests/stripe-sdk", needs: ["differential"] },
  { name: "e2e", folder: "tests/e2e", needs: ["build"] },
  { name: "browser", folder: "tests/browser", needs: ["chromium", "build"] },
  { name: "crash", folder: "tests/crash", needs: ["build"] },
];

async function nativeTests() {
  const nextest = (await run("cargo", ["nextest", "--version"])).code === 0;
  // Every test runs and is counted even when one fails.
  return nextest
    ? cargo("nextest", "run", "--workspace", "--locked", "--no-fail-fast", "--status-level", "fail", "--final-status-level", "fail")
    : cargo("test", "--workspace", "--locked", "--no-fail-fast", "--quiet");
}

async function findBrowser() {
  const { browser } = await import("./setup/browser.mjs");
  const say = (text) => console.log(dim(`  ${text}`));
  await browser(Object.assign(say, { begin: say }));
}

async function build() {
  const { buildIfChanged } = await import("./build-if-changed.mjs");
  const { readWorker, workerFolders } = await import("./runtime/workers.mjs");
  const note = Object.assign((text) => console.log(dim(`  ${text}`)), { begin: (text) => console.log(dim(`  ${text}`)) });
  await buildIfChanged(note, () => workerFolders().map((folder) => readWorker(folder).main));
}

/** Test files of a suite; a suite without any is an error, not a success. */
function filesOf({ folder }) {
  const path = join(ROOT, folder);
  const files = existsSync(path) ? readdirSync(path).filter((name) => name.endsWith(".test.mjs")).sort() : [];
  if (files.length === 0) throw new Stop(`${folder} has no *.test.mjs; a suite must not vanish unseen`);
  return files.map((name) => join(folder, name));
}

/** The stages and suites for the names on the command line; all of them without names. */
export function plan(names) {
  const known = [...STAGES, ...SUITES].map((one) => one.name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Stop(`no stage called ${unknown.join(", ")}; there are: ${known.join(", ")}`);
  const wanted = (one) => names.length === 0 || names.includes(one.name);
  const suites = SUITES.filter(wanted);
  const needed = new Set([...STAGES.filter(wanted), ...suites].flatMap((one) => one.needs ?? []));
  return { stages: STAGES.filter((one) => wanted(one) || needed.has(one.name)), suites };
}

async function runStage({ name, files, command, work }) {
  for (const file of files) if (!existsSync(join(ROOT, file))) throw new Stop(`stage ${name}: ${file} is missing`);
  const started = performance.now();
  console.log(bold(`\n── ${name}`));
  if (work) await work();
  else {
    const [program, args] = await command();
    const { code } = await run(program, args, { show: true });
    if (code !== 0) throw new Stop(`stage ${name} failed after ${duration(performance.now() - started)}: ${program.split("/").at(-1)} ${args.join(" ")}`);
  }
  return performance.now() - started;
}

async function runSuites(suites) {
  const files = suites.flatMap(filesOf);
  console.log(bold(`\n── ${suites.map((one) => one.name).join(", ")}`));
  // One file at a time: each boots the whole set of Workers, and the crash test wants the machine for itself.
  const args = ["--test", "--test-reporter=spec", "--test-concurrency=1", "--test-timeout=900000", ...files];
  return (await run(process.execPath, args, { show: true })).code;
}

await main(async () => {
  onParentDeath(() => process.exit(143));
  const { stages, suites } = plan(process.argv.slice(2));
  const begun = Number((process.env.PORTICO_BEGUN ??= String(Date.now())));
  await setup();
  const times = [["set-up", Date.now() - begun]];
  for (const stage of stages) times.push([stage.name, await runStage(stage)]);
  console.log(bold("\n── durations so far"));
  for (const [name, ms] of [...times, ["total", Date.now() - begun]]) console.log(`  ${name.padEnd(14)} ${duration(ms)}`);
  if (suites.length > 0) process.exit(await runSuites(suites));
});
