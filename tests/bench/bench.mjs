// `npm run bench`: what Portico costs on bare workerd. Ratios within one run; nothing here is a test. Writes docs/benchmarks.md.
import { createHmac } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { gzipSync } from "node:zlib";
import { ROOT } from "../../tools/paths.mjs";
import { Stop, main } from "../../tools/progress.mjs";
import { setup } from "../../tools/setup.mjs";

const ROUNDS = Number(process.env.ROUNDS ?? 9);
const REQUESTS = Number(process.env.REQUESTS ?? 1500);
const WEBHOOK_SECRET = "whsec_benchmark";

const VARS = {
  ENVIRONMENT: "local",
  APP_HOST: "app.localhost",
  PLATFORM_HOST: "platform.localhost",
  API_HOST: "api.localhost",
  PORTAL_DOMAIN: "localhost",
  API_ALIAS_HOST: "localhost",
  SIGNING_KEYS: `k1:${Buffer.alloc(32, 7).toString("base64")}`,
  STRIPE_WEBHOOK_SECRETS: WEBHOOK_SECRET,
  STRIPE_SECRET_KEY: "sk_test_benchmark",
  STRIPE_API_BASE: "http://stripe.internal",
  STRIPE_API_VERSION: "2026-10-28.endive",
  STRIPE_MODE: "test",
  WEBHOOK_LOOPBACK: "deny",
  WEBHOOK_SCHEDULE_SCALE: "1",
};

// What production binds and bare workerd has not: KV that has nothing, limiters that admit, queues that take.
const SHIM = `import inner from "./index.js";
class Ratelimit { async limit() { return { success: true }; } }
class KvNamespace {
  async get() { return null; }
  async getWithMetadata() { return { value: null, metadata: null }; }
  async put() {}
  async delete() {}
  async list() { return { keys: [], list_complete: true }; }
}
class WorkerQueue { async send() {} async sendBatch() {} }
let full;
const bound = (env) => full ??= { ...env, KV: new KvNamespace(), ...Object.fromEntries(
  ["RL_IP_10", "RL_FREE_10", "RL_TEAM_10", "RL_BUSINESS_10"].map((name) => [name, new Ratelimit()])), ...Object.fromEntries(
  ["Q_EVENTS", "Q_DELIVERIES", "Q_STRIPE", "Q_EXPORTS"].map((name) => [name, new WorkerQueue()])) };
export default { fetch: (request, env, context) => inner.fetch(request, bound(env), context) };`;

const EMPTY_JS = `export default { fetch() { return new Response("hello"); } };`;

function request(method, path, headers = {}, body = "") {
  const lines = [`${method} ${path} HTTP/1.1`, "Host: localhost", ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
  if (body) lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}

/** A signed Stripe event with an id of its own. */
function stripeEvent(i) {
  const object = { id: "sub_demo_northwind", object: "subscription", customer: "cus_demo_northwind", status: "active", filler: "x".repeat(2_500) };
  const event = { id: `evt_bench_${i}`, object: "event", type: "customer.subscription.updated", created: 1, livemode: false, api_version: VARS.STRIPE_API_VERSION, data: { object } };
  const body = JSON.stringify(event);
  const at = Math.floor(Date.now() / 1000);
  const signature = createHmac("sha256", WEBHOOK_SECRET).update(`${at}.${body}`).digest("hex");
  return request("POST", "/webhooks/stripe", { "Stripe-Signature": `t=${at},v1=${signature}`, "Content-Type": "application/json" }, body);
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const least = (values) => Math.min(...values);

async function perRequest(tools, db) {
  const { api_key: key } = JSON.parse(readFileSync(join(ROOT, "fixtures/demo.json"), "utf8"));
  const headers = { Authorization: `Bearer ${key}`, "CF-Connecting-IP": "203.0.113.9" };
  const portico = (folder) => ({ folder: join(ROOT, "workers", folder, "build"), first: ["shim.mjs", { text: SHIM }], vars: VARS, d1: db.address, stub: tools.STUB });
  const get = (path) => {
    const text = request("GET", path, headers);
    return () => text;
  };
  const cases = [
    { name: "empty JavaScript Worker", worker: { modules: [["main.mjs", { text: EMPTY_JS }]] }, message: get("/") },
    { name: "empty Rust Worker", worker: { folder: join(ROOT, "tests/probe/build") }, message: get("/") },
    { name: "`GET /v1/me`, warm key", worker: portico("api"), message: get("/v1/me") },
    { name: "`GET /v1/tickets`, 25 rows", worker: portico("api"), message: get("/v1/tickets") },
    { name: "Stripe event in, 2.7 KB", worker: portico("billing"), message: stripeEvent },
  ];
  for (const one of cases) {
    one.server = await tools.serve(one.worker);
    one.us = [];
    const answer = await tools.load(one.server.port, { count: 300, message: one.message });
    if (one.name.includes("25 rows") && JSON.parse(answer).data.length !== 25) throw new Error("the list has not 25 rows");
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const one of cases) {
      const before = one.server.cpu();
      await tools.load(one.server.port, { count: REQUESTS, message: one.message });
      one.us.push((one.server.cpu() - before) / REQUESTS);
    }
  }
  for (const one of cases) await one.server.stop();
  const [base] = cases;
  return cases.map(({ name, us }) => ({ name, least: least(us), median: median(us), ratio: median(us.map((value, i) => value / base.us[i])) }));
}

async function startUp(tools, db, folders) {
  const workers = [
    { name: "empty JavaScript Worker", worker: { modules: [["main.mjs", { text: EMPTY_JS }]] } },
    ...folders.map((folder) => ({
      name: folder,
      worker: { folder: join(ROOT, "workers", folder, "build"), first: ["shim.mjs", { text: SHIM }], vars: VARS, d1: db.address, stub: tools.STUB },
    })),
  ].map((one) => ({ ...one, wall: [], cpu: [] }));
  for (let round = 0; round < Math.min(ROUNDS, 7); round++) {
    for (const one of workers) {
      const server = await tools.serve(one.worker);
      one.wall.push(server.startedMs);
      one.cpu.push(server.cpu() / 1000);
      await server.stop();
    }
  }
  const floor = least(workers[0].cpu);
  return workers.map(({ name, wall, cpu }) => ({ name, wall: least(wall), cpu: least(cpu), over: least(cpu) - floor }));
}

function sizes(folders) {
  return folders.map((folder) => {
    const bytes = readFileSync(join(ROOT, "workers", folder, "build", "worker_bg.wasm"));
    return { name: folder, raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
  });
}

function table(head, rows) {
  return [`| ${head.join(" | ")} |`, `| ${head.map((_, i) => (i === 0 ? "---" : "---:")).join(" | ")} |`, ...rows.map((row) => `| ${row.join(" | ")} |`)].join("\n");
}

await main(async () => {
  if (!existsSync("/proc/self/schedstat")) throw new Stop("the benchmark reads CPU time from /proc, which only Linux has");
  await setup();
  const { crates } = await import("../../tools/build.mjs");
  const { database, STUB } = await import("./database.mjs");
  const { load, serve } = await import("./workerd.mjs");
  const folders = crates().filter(({ folder }) => folder.includes("/workers/")).map(({ crate }) => crate);
  for (const folder of folders) if (!existsSync(join(ROOT, "workers", folder, "build"))) throw new Stop(`workers/${folder} has not been built; run: npm run build`);
  const db = await database();
  const tools = { STUB, load, serve };
  const costs = await perRequest(tools, db);
  const starts = await startUp(tools, db, folders);
  db.close();
  const fixed = (value, digits = 0) => value.toFixed(digits);
  const text = `# Benchmarks

Made by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0]?.model?.trim() ?? "unknown"}. Read differences below 15 % as none: the machine is shared.

## CPU per request

CPU time of the whole \`workerd serve\` process per request, in microseconds, from \`/proc\`: ${ROUNDS} interleaved rounds of ${REQUESTS} requests over 8
kept-alive connections. The ratio is the median of each round's ratio to the empty JavaScript Worker of the same round. The API's database is a stub
behind D1's own client that answers from memory, so these are the costs of the Worker and of D1's client, not of the database; KV is empty, limiters admit.

${table(["Case", "least µs", "median µs", "ratio"], costs.map((c) => [c.name, fixed(c.least), fixed(c.median), fixed(c.ratio, 2)]))}

## Size of each Worker

${table(["Worker", "wasm, KB", "gzipped, KB"], sizes(folders).map((s) => [s.name, fixed(s.raw / 1024), fixed(s.gzip / 1024)]))}

## Start-up

From the start of the process to its first answer with one Worker in it, least of ${Math.min(ROUNDS, 7)}; "over" is CPU above the empty JavaScript Worker.

${table(["Worker", "wall, ms", "CPU, ms", "over, ms"], starts.map((s) => [s.name, fixed(s.wall), fixed(s.cpu), fixed(s.over)]))}
`;
  writeFileSync(join(ROOT, "docs/benchmarks.md"), text);
  console.log(text);
});
