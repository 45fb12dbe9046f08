// The same calls of Stripe's own library against our emulator and against another emulator that nobody here wrote (PyPI's
// seahaven-stripe-world), compared step by step. A difference is either reviewed, in differential/reviewed.mjs, or a failure; so is a
// reviewed one that is no longer there.
//
// `npm run test:stripe:differential`; with `-- --world http://127.0.0.1:8000/worlds/any` against one that runs already.
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { spawn } from "node:child_process";
import Stripe from "stripe";
import { ROOT } from "../../tools/paths.mjs";
import { Stop, main } from "../../tools/progress.mjs";
import { run } from "../../tools/run.mjs";
import { REVIEWED } from "./differential/reviewed.mjs";
import { observe } from "./differential/script.mjs";
import { API_VERSION, KEY, emulator } from "./native.mjs";

const HERE = join(ROOT, "tests/stripe-sdk");
/** What the package says it needs. */
const PYTHON = [3, 14];
/** Test cards by what they do: the token that is ours, and the number by which the other emulator knows one. */
const CARDS = {
  pays: ["pm_card_visa", "4242424242424242"],
  "can't be attached": ["pm_card_chargeDeclined", "4000000000000002"],
  "fails when charged": ["pm_card_chargeCustomerFail", "4000000000000341"],
  "is disputed": ["pm_card_createDispute", "4000000000000259"],
  "is asked about": ["pm_card_createDisputeInquiry", "4000000000001976"],
};
const WINDOWS = process.platform === "win32";

/** Why there is nothing to compare with on this machine. */
class Skipped extends Error {}

/** A Python that is new enough, or none. */
async function python() {
  const asks = `import sys; sys.exit(sys.version_info[:2] < (${PYTHON.join(", ")}))`;
  for (const name of ["python3.14", "python3.15", "python3", "python"]) {
    const { code } = await run(name, ["-c", asks]).catch(() => ({ code: 1 }));
    if (code === 0) return name;
  }
  throw new Skipped(`no Python ${PYTHON.join(".")} or newer is on the path`);
}

/** The package in an environment of its own below target/, made once: the path of its interpreter. */
async function installed() {
  const name = await python();
  const folder = join(ROOT, "target/seahaven");
  const done = join(folder, "complete");
  const interpreter = join(folder, WINDOWS ? "Scripts/python.exe" : "bin/python");
  if (existsSync(done)) return interpreter;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(ROOT, "target"), { recursive: true });
  const steps = [[name, ["-m", "venv", folder]], [interpreter, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", join(HERE, "seahaven.requirements.txt")]]];
  for (const [program, args] of steps) {
    const { code, output } = await run(program, args, { timeoutMs: 300_000 }).catch((error) => ({ code: 1, output: error.message }));
    if (code !== 0) throw new Skipped(`its package can't be installed: ${output.trim().split("\n").at(-1)}`);
  }
  writeFileSync(done, "");
  return interpreter;
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts the other emulator: `{base, end()}`. Installed but not answering is a failure, not a reason to skip. */
async function world() {
  const interpreter = await installed();
  const port = await freePort();
  const child = spawn(interpreter, [join(HERE, "seahaven_world.py"), String(port)], { stdio: ["pipe", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (said += text));
  const ended = new Promise((resolve) => child.on("close", resolve));
  const base = `http://127.0.0.1:${port}/worlds/differential`;
  for (const limit = Date.now() + 60_000; ; await sleep(200)) {
    const answer = await fetch(`${base}/v1/customers`, { headers: { authorization: `Bearer ${KEY}` } }).catch(() => undefined);
    if (answer?.ok) return { base, end: () => (child.stdin.end(), ended) };
    if (child.exitCode !== null || Date.now() > limit) {
      child.stdin.end();
      throw new Stop(`the other emulator doesn't answer:\n${said.trim().split("\n").slice(-15).join("\n")}`);
    }
  }
}

/** Stripe's library, speaking to an address with a path, which it can't be told otherwise. */
function library(base) {
  const send = (url, init) => fetch(`${base}${new URL(url).pathname}${new URL(url).search}`, init);
  return new Stripe(KEY, { apiVersion: API_VERSION, telemetry: false, maxNetworkRetries: 0, httpClient: Stripe.createFetchHttpClient(send) });
}

/** Every value of an observation under its path: `change seats/invoice/total`. */
function leaves(value, path = "", into = new Map()) {
  if (value === null || typeof value !== "object") return into.set(path, value);
  for (const [name, one] of Object.entries(value)) leaves(one, path === "" ? name : `${path}/${name}`, into);
  return into;
}

/** What differs: `{at, ours, theirs}`; undefined is a value that is not there. */
function differences(ours, theirs) {
  const [own, other] = [leaves(ours), leaves(theirs)];
  return [...new Set([...own.keys(), ...other.keys()])]
    .map((at) => ({ at, ours: own.get(at), theirs: other.get(at) }))
    .filter((one) => one.ours !== one.theirs);
}

const shown = ({ at, ours, theirs }) => `${at}: ours ${JSON.stringify(ours) ?? "nothing"}, theirs ${JSON.stringify(theirs) ?? "nothing"}`;

async function compare(base) {
  const e = await emulator();
  try {
    const other = library(base);
    const ours = await observe(e.stripe, (does) => CARDS[does][0]);
    const numbered = (does) => other.paymentMethods.create({ type: "card", card: { number: CARDS[does][1], exp_month: 12, exp_year: 2034, cvc: "123" } });
    const theirs = await observe(other, async (does) => (await numbered(does)).id);
    const found = differences(ours, theirs);
    const same = (a, b) => a.at === b.at && a.ours === b.ours && a.theirs === b.theirs;
    const unknown = found.filter((one) => !REVIEWED.some((known) => same(known, one)));
    const stale = REVIEWED.filter((known) => !found.some((one) => same(known, one)));
    for (const one of unknown) console.error(`  differs: ${shown(one)}`);
    for (const one of stale) console.error(`  reviewed, but no longer so: ${shown(one)}`);
    if (unknown.length + stale.length > 0) throw new Stop(`${unknown.length} differences nobody reviewed, ${stale.length} reviewed ones that are gone (tests/stripe-sdk/differential/reviewed.mjs)`);
    for (const { at, why } of REVIEWED) if (!why) throw new Stop(`reviewed without a reason: ${at}`);
    const values = new Set([...leaves(ours).keys(), ...leaves(theirs).keys()]).size;
    console.log(`  differential run: ${Object.keys(ours).length} steps, ${values} values compared, ${found.length} reviewed differences, no other`);
  } finally {
    await e.end();
  }
}

await main(async () => {
  const { values } = parseArgs({ options: { world: { type: "string" } } });
  let other;
  try {
    other = values.world === undefined ? await world() : { base: values.world, end: () => undefined };
  } catch (error) {
    if (!(error instanceof Skipped)) throw error;
    console.log(`SKIPPED: differential run: ${error.message}`);
    return;
  }
  try {
    await compare(other.base);
  } finally {
    await other.end();
  }
});
