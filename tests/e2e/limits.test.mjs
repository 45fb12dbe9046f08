// Thread 2 on workerd: what a caller sees of the limits. What local KV and limiters hide is tested natively (tests/limits).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DEMO, assertProblem, portico } from "./portico.mjs";

let p;
before(async () => {
  p = await portico();
});
after(() => p.end());

test("every reply says where the caller stands, and only what is known", async () => {
  const first = await p.api("/v1/tickets?limit=1");
  assert.equal(first.headers.get("ratelimit-policy"), '"burst";q=200;w=10, "hour";q=10000;w=3600');
  const left = ({ headers }) => Number(/"hour";r=(\d+);t=\d+/.exec(headers.get("ratelimit"))[1]);
  const second = await p.api("/v1/tickets?limit=1");
  assert.equal(left(second), left(first) - 1);
  const invalid = await p.api("/v1/tickets", { json: {} });
  assert.match(invalid.headers.get("ratelimit"), /"hour";r=\d+/, "a refused request says so too");
});

test("a burst is cut off: 429 as a problem with Retry-After, for that key only", async () => {
  const answers = [];
  for (let round = 0; round < 8; round++) answers.push(...(await Promise.all(Array.from({ length: 10 }, () => p.api("/v1/tickets?limit=1", { key: DEMO.blueReader })))));
  const refused = answers.filter(({ status }) => status === 429);
  assert.ok(answers.filter(({ status }) => status === 200).length <= 100, "Free has 50 in ten seconds, of which two windows may have been touched");
  assert.ok(refused.length >= 20, `${refused.length} of 80 refused`);
  assertProblem(refused[0], 429, "rate_limited");
  const wait = Number(refused[0].headers.get("retry-after"));
  assert.ok(wait >= 1 && wait <= 11);
  assert.equal((await p.api("/v1/tickets?limit=1")).status, 200, "another organization's key is not touched");
});

test("an exact limit counts in the write's own batch: parallel requests never go over, a refusal leaves nothing", async () => {
  const before = (await p.sql("SELECT count(*) AS n FROM exports"))[0].n;
  const answers = await Promise.all(Array.from({ length: 45 }, () => p.api("/v1/exports", { json: { kind: "tickets" } })));
  const by = Map.groupBy(answers, ({ status }) => status);
  assert.deepEqual([...by.keys()].filter((status) => ![202, 403, 429].includes(status)), []);
  const made = (await p.sql("SELECT count(*) AS n FROM exports"))[0].n - before;
  assert.equal(made, by.get(202).length);
  assert.ok(made <= 20, "the plan's number holds as well");
  for (const refused of by.get(429) ?? []) assert.ok(Number(refused.headers.get("retry-after")) >= 1);
});

test("no refusal was an error of ours", () => {
  assert.deepEqual(p.logLines.filter(({ message }) => /"status":5\d\d/.test(message)), []);
});
