// The emulator as a program, and Stripe's own library pointed at it.
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import Stripe from "stripe";
import { ROOT } from "../../tools/paths.mjs";
import { must } from "../../tools/run.mjs";

/** The version that the emulator speaks. */
export const API_VERSION = "2026-10-28.endive";
export const KEY = "sk_test_official_library";
/** The plans' prices, which the emulator begins with. */
export const TEAM = "price_portico_team_monthly";
export const BUSINESS = "price_portico_business_monthly";

/**
 * Builds (once, cargo sees to that) and starts the emulator on a free port: `{origin, stripe, client(key, options), desk(path, json), calls, end()}`.
 * `calls` lists every request that a client made. `args` are more options of the program.
 */
export async function emulator(args = []) {
  await must("cargo", ["build", "--quiet", "--locked", "--package", "stripe-emulator-native"]);
  const program = join(ROOT, "target", "debug", process.platform === "win32" ? "stripe-emulator-native.exe" : "stripe-emulator-native");
  // It ends with its input, so that it never outlives this process.
  const child = spawn(program, ["--key", KEY, "--port", "0", "--until-stdin-ends", ...args], { stdio: ["pipe", "pipe", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (said += text));
  const ended = new Promise((resolve) => child.on("close", resolve));
  const origin = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", (line) => resolve(/http:\S+/.exec(line)?.[0]));
    child.once("error", reject);
    ended.then((code) => reject(new Error(`the emulator ended with ${code}: ${said}`)));
  });
  const { hostname: host, port } = new URL(origin);
  const calls = [];
  const client = (key = KEY, options = {}) => {
    const stripe = new Stripe(key, { apiVersion: API_VERSION, host, port, protocol: "http", telemetry: false, maxNetworkRetries: 0, ...options });
    stripe.on("request", ({ method, path }) => calls.push(`${method} ${path}`));
    return stripe;
  };
  const desk = async (path, json) => {
    const init = json === undefined ? {} : { method: "POST", body: JSON.stringify(json) };
    const response = await fetch(`${origin}/_emulator/${path}`, init);
    const body = await response.json();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${body.emulator_error}`);
    return body;
  };
  return {
    origin, calls, client, desk, stripe: client(),
    end: () => (child.stdin.end(), ended),
  };
}

/** A receiver of webhooks: `{url, got, answer, close()}`; `got` are `{headers, body}`, bodies as bytes; `answer` is the status it gives. */
export async function receiver() {
  const got = [];
  const state = { answer: 200 };
  const server = createServer(async (incoming, outgoing) => {
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    got.push({ headers: incoming.headers, body: Buffer.concat(chunks), answered: state.answer });
    outgoing.writeHead(state.answer).end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(state, {
    got,
    url: `http://127.0.0.1:${server.address().port}/hook`,
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))),
  });
}
