// What the suites on workerd share: Portico booted on state of its own, the demo's keys, a webhook receiver, patience.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ROOT } from "../../tools/paths.mjs";
import { startRuntime } from "../../tools/runtime.mjs";
import { prepareState } from "../../tools/runtime/database.mjs";
import { generateSecrets } from "../../tools/runtime/secrets.mjs";
import { demoSeed } from "../../tools/start/seed.mjs";

/** Facts of the demo data (fixtures/demo.json and demo.sql). */
export const DEMO = {
  ...JSON.parse(readFileSync(join(ROOT, "fixtures/demo.json"), "utf8")),
  northwind: "org_018b0000000070008000000000000001",
  blueharbor: "org_018b0000000070008000000000000002",
  /** Blue Harbor's key, on plan Free: writes tickets. */
  blueKey: "portico_sk_test_hbQxwJsoHoBr471tdD897uI22nGIu23nW1rX",
  /** Blue Harbor's other key: reads tickets, writes exports. */
  blueReader: "portico_sk_test_2h83jr5sop1wYEOsZhHuMEd06SumHB09GmPu",
  /** Northwind's revoked key. */
  revokedKey: "portico_sk_test_y7VQYbpOvtpOxT2lHhH3oIU8c28fnJ3FZ0BF",
};

/** Cron expressions of the jobs Worker. */
export const MINUTE = "* * * * *";
export const DAILY = "23 3 * * *";

/**
 * Boots all Workers on a fresh state with the demo data; `demo: false` leaves the database empty. Other `options` are `startRuntime`'s. The result is the runtime with
 * `api(path, init)` (Northwind's demo key, JSON in and out), `sql(text, …params)`, `tick(cron)` and `end()`.
 */
export async function portico({ demo = true, ...options } = {}) {
  const stateDir = options.stateDir ?? mkdtempSync(join(tmpdir(), "portico-e2e-"));
  const secretsOverride = { ...generateSecrets(), ...options.secretsOverride };
  await prepareState({ stateDir, fixture: demo ? join(ROOT, "fixtures/demo.sql") : undefined, seed: demoSeed(secretsOverride) });
  const runtime = await startRuntime({ ...options, secretsOverride, vars: { WEBHOOK_LOOPBACK: "allow", ...options.vars }, stateDir });
  const api = async (path, { key = DEMO.api_key, host = "api.localhost", json, headers = {}, ...init } = {}) => {
    const response = await runtime.fetch(host, path, {
      ...(json === undefined ? {} : { method: "POST", body: JSON.stringify(json) }),
      ...init,
      headers: { ...(key ? { authorization: `Bearer ${key}` } : {}), ...(json === undefined ? {} : { "content-type": "application/json" }), ...headers },
    });
    const text = await response.text();
    const body = /json/.test(response.headers.get("content-type") ?? "") && text ? JSON.parse(text) : text;
    return { status: response.status, headers: response.headers, body, text };
  };
  const sql = async (text, ...params) => (await (await runtime.d1()).prepare(text).bind(...params).all()).results;
  return {
    ...runtime,
    stateDir,
    api,
    sql,
    tick: (cron) => runtime.scheduled("jobs", cron),
    /** The last log line of a request, as an object. */
    logOf: (requestId) => {
      const line = runtime.logLines.map(({ message }) => message).findLast((message) => message.includes(requestId));
      return line && JSON.parse(line);
    },
    end: async () => {
      await runtime.dispose();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

/** Waits until `look` gives something truthy, and returns that; fails with `what` after `timeoutMs`. */
export async function until(what, look, timeoutMs = 15_000) {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) assert.fail(`not within ${timeoutMs} ms: ${what}`);
    await sleep(50);
  }
}

/**
 * A webhook receiver on this machine. `answer(request)` returns a status or `{status, headers, body}`; `requests` are
 * `{path, headers, body, at}`, bodies as they came. Its `url` is one that an endpoint may have where loopback is allowed.
 */
export async function receiver(answer = () => 204) {
  const requests = [];
  const server = createServer(async (incoming, outgoing) => {
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const request = { path: incoming.url, headers: incoming.headers, body: Buffer.concat(chunks).toString("utf8"), at: Date.now() };
    requests.push(request);
    const given = await answer(request, requests.length);
    const { status, headers = {}, body = "" } = typeof given === "number" ? { status: given } : given;
    outgoing.writeHead(status, headers).end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  const { port } = server.address();
  return {
    requests,
    port,
    url: `http://127.0.0.1:${port}/hook`,
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))),
  };
}

/** Checks that a reply is a problem document (RFC 9457) with this status and code, and has everything one must have. */
export function assertProblem({ status, headers, body, text }, wantedStatus, code) {
  assert.equal(status, wantedStatus, text);
  assert.match(headers.get("content-type"), /^application\/problem\+json/);
  assert.equal(body.code, code, text);
  assert.equal(body.status, status);
  assert.ok(body.title && body.remedy && body.type.endsWith(`/${code}`), text);
  assert.equal(body.request_id, headers.get("x-request-id"));
}
