// The platform layer on workerd, through a Worker that has nothing else (tests/probe).
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { convertV4MiniflareOptions, Miniflare, NoOpLog } from "miniflare";
import { ROOT } from "../../tools/paths.mjs";
import { modulesOf } from "../../tools/runtime/workers.mjs";

let worker;
let url;
const lines = [];

before(async () => {
  worker = new Miniflare(
    convertV4MiniflareOptions({
      name: "probe",
      ...modulesOf(join(ROOT, "tests/probe/build/index.js")),
      compatibilityDate: "2026-11-01",
      bindings: { PROBE: "set" },
      host: "127.0.0.1",
      port: 0,
      cf: false,
      log: new NoOpLog(),
      logRequests: false,
      telemetry: { enabled: false },
      handleStructuredLogs: (line) => lines.push(line),
    }),
  );
  url = await worker.ready;
});
after(() => worker.dispose());

const get = (path, init) => fetch(new URL(path, url), init);
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

test("a ready handler, a setting, no content, an unknown path", async () => {
  assert.equal(await (await get("/")).text(), "hello");
  assert.equal(await (await get("/setting")).text(), "set");
  const none = await get("/none");
  assert.deepEqual([none.status, none.body], [204, null]);
  assert.equal((await get("/nowhere")).status, 404);
});

test("method, header and body arrive to the byte; more than the cap is refused, declared or not", async () => {
  const body = Buffer.from([0, 255, 13, 10, 0xc3]);
  const echo = (init) => get("/echo", { method: "POST", headers: { "x-probe": "yes" }, ...init });
  assert.equal(await (await echo({ body })).text(), `POST yes ${sha256(body)}`);
  assert.equal(await (await echo({ method: "PROPFIND" })).text(), `PROPFIND yes ${sha256("")}`);
  const cap = Buffer.alloc(1000, "a");
  assert.equal(await (await echo({ body: cap })).text(), `POST yes ${sha256(cap)}`);
  assert.equal((await echo({ body: Buffer.alloc(1001) })).status, 413);
  const chunked = (size) =>
    echo({ duplex: "half", body: new ReadableStream({ start: (c) => (c.enqueue(new Uint8Array(size)), c.enqueue(new Uint8Array(size)), c.close()) }) });
  assert.equal(await (await chunked(500)).text(), `POST yes ${sha256(Buffer.alloc(1000))}`);
  assert.equal((await chunked(501)).status, 413);
});

test("work goes on after the answer", async () => {
  assert.equal(await (await get("/later")).text(), "answered first");
  for (let tries = 0; tries < 50 && !lines.some((line) => line.message.includes('"later"')); tries++) await sleep(20);
  assert.ok(lines.some((line) => line.message.includes('"later"')));
});

test("randomness fills more than one call's worth", async () => {
  const zeros = Number(await (await get("/random")).text());
  assert.ok(zeros > 100 && zeros < 500, `${zeros} zero bytes of 70,000; about 273 are expected`);
});

test("a header with a line break is never sent", async () => {
  const response = await get("/split");
  assert.equal(response.status, 500);
  assert.equal(response.headers.get("set-cookie"), null);
});

test("a panic answers 500, those in flight 503, and the next request is served by a fresh instance", async () => {
  const slow = [get("/slow"), get("/slow"), get("/slow")];
  await sleep(100);
  const panicked = await get("/panic");
  assert.equal(panicked.status, 500);
  assert.equal((await panicked.json()).code, "internal");
  for (const response of await Promise.all(slow)) {
    assert.equal(response.status, 503);
    assert.equal(response.headers.get("retry-after"), "1");
  }
  assert.equal(await (await get("/")).text(), "hello");
  assert.equal(await (await get("/slow")).text(), "slow");
  const died = lines.map((line) => line.message).find((message) => message.includes("instance_died"));
  assert.match(died, /on purpose/, "the panic's message is in the log");
  assert.equal(JSON.parse(died).in_flight, 3);
});

test("a trap in a parked task answers 503, again and again, and never takes the isolate", async () => {
  for (let round = 0; round < 5; round++) {
    assert.equal((await get("/trap-later")).status, 503);
    assert.equal(await (await get("/")).text(), "hello");
  }
});

test("a cron that fails is reported as failed", async () => {
  const probe = await worker.getWorker("probe");
  assert.equal((await probe.scheduled({ cron: "* * * * *", scheduledTime: new Date(0) })).outcome, "ok");
  assert.notEqual((await probe.scheduled({ cron: "1 1 1 1 1", scheduledTime: new Date(0) })).outcome, "ok");
});
