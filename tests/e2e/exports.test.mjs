// Thread 5: an export from request to file, and the daily clean-up with its report.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { DAILY, DEMO, assertProblem, portico, until } from "./portico.mjs";

let p;
before(async () => {
  p = await portico();
});
after(() => p.end());

async function ready(id, key) {
  return until(`export ${id} is ready`, async () => {
    const { body } = await p.api(`/v1/exports/${id}`, { key });
    assert.notEqual(body.state, "failed", JSON.stringify(body));
    return body.state === "ready" && body;
  });
}
const download = (url, init) => {
  const { hostname, pathname, search } = new URL(url);
  return p.api(pathname + search, { host: hostname, key: "", ...init });
};

test("tickets as CSV: queued, made, downloaded through a signed link, recorded", async () => {
  await p.api("/v1/tickets", { json: { subject: '=HYPERLINK("http://evil.example")', body: 'He said "hi",\nthen left; ünï 🤖' } });
  const asked = await p.api("/v1/exports", { json: { kind: "tickets", format: "csv" }, headers: { "idempotency-key": "export-1" } });
  assert.equal(asked.status, 202, asked.text);
  assert.equal(asked.headers.get("location"), `/v1/exports/${asked.body.id}`);
  const done = await ready(asked.body.id);
  const file = await download(done.download_url);
  assert.equal(file.status, 200, file.text);
  assert.match(file.headers.get("content-type"), /^text\/csv/);
  assert.match(file.headers.get("content-disposition"), /^attachment; filename="tickets-\d{4}-\d{2}-\d{2}\.csv"/);
  assert.match(file.headers.get("cache-control"), /private, no-store/);
  assert.equal(createHash("sha256").update("\ufeff" + file.text.replace(/^\ufeff/, "")).digest("hex"), done.sha256);
  const [{ n }] = await p.sql("SELECT count(*) AS n FROM tickets WHERE org_id = ?", DEMO.northwind);
  assert.equal(done.rows, n);
  assert.ok(file.text.includes(`"'=HYPERLINK(""http://evil.example"")"`), "a formula is text");
  assert.ok(file.text.includes('"He said ""hi"",\nthen left; ünï 🤖"'));
  assert.ok(!file.text.includes("Referral letter missing"), "no other organization's row");
  const seen = await p.sql("SELECT action FROM audit_events WHERE org_id = ? AND target = ? ORDER BY id", DEMO.northwind, asked.body.id);
  assert.deepEqual(seen.map(({ action }) => action), ["export.requested", "export.ready", "export.downloaded"]);
});

test("a link opens its export only, for its organization, for ten minutes", async () => {
  const made = await p.api("/v1/exports", { json: { kind: "tickets" } });
  const done = await ready(made.body.id);
  const url = new URL(done.download_url);
  assert.ok(new Date(done.download_expires_at) - Date.now() <= 600_000);
  const link = url.searchParams.get("link");
  const changed = (name, value) => {
    const other = new URL(url);
    other.searchParams.set(name, value);
    return other.href;
  };
  for (const href of [
    changed("link", `${link.slice(0, -1)}${link.endsWith("A") ? "B" : "A"}`), changed("link", ""), changed("org", DEMO.blueharbor), changed("org", ""),
    url.href.replace(made.body.id, "exp_018b0000000070008000000000000001"), `${url.origin}${url.pathname}`,
  ]) {
    assertProblem(await download(href), 404, "not_found");
  }
  assertProblem(await p.api(`/v1/exports/${made.body.id}`, { key: DEMO.blueReader }), 404, "not_found");
  const blue = await p.api("/v1/exports", { key: DEMO.blueReader, json: { kind: "tickets" } });
  assert.equal(blue.status, 202);
  assert.ok(!(await p.api("/v1/exports")).text.includes(blue.body.id));
});

test("the plan's number a month is a limit, exact under race", async () => {
  const answers = await Promise.all(Array.from({ length: 6 }, () => p.api("/v1/exports", { key: DEMO.blueReader, json: { kind: "tickets" } })));
  const taken = answers.filter(({ status }) => status === 202);
  const refused = answers.filter(({ status }) => status === 403);
  assert.equal(taken.length, 1, "Free has two a month, one was asked for above");
  assert.equal(refused.length, 5);
  assertProblem(refused[0], 403, "plan_limit_reached");
  assert.deepEqual([refused[0].body.allowed, refused[0].body.plan_that_lifts_it], [2, "team"]);
  for (const json of [{}, { kind: "everything" }, { kind: "tickets", format: "xml" }]) assertProblem(await p.api("/v1/exports", { json }), 422, "validation_failed");
});

test("the daily cron removes what the rules name, and says what it did", async () => {
  const day = 86_400_000;
  const now = Date.now();
  const [{ id, object_key }] = await p.sql("SELECT id, object_key FROM exports WHERE org_id = ? AND state = 'ready' LIMIT 1", DEMO.northwind);
  assert.ok(await (await p.r2("exports")).head(object_key));
  await p.sql("UPDATE exports SET expires_at = ? WHERE id = ?", now - 1, id);
  await p.sql(
    "INSERT INTO idempotency(org_id, key, fingerprint, status, headers, body, request_id, created_at, expires_at) SELECT ?, 'old-' || value, 'f', 200, '[]', '', 'req', ?, ? FROM json_each(?)",
    DEMO.northwind, now - 2 * day, now - day, JSON.stringify(Array.from({ length: 1200 }, (_, i) => i)),
  );
  await p.sql(
    "INSERT INTO outbox(org_id, id, type, payload, occurred_at, dispatched_at) VALUES (?, 'evt_old', 'ticket.created', '{}', ?, ?), (?, 'evt_young', 'ticket.created', '{}', ?, ?)",
    DEMO.northwind, now - 40 * day, now - 31 * day, DEMO.northwind, now - 5 * day, now - 5 * day,
  );
  assert.equal((await p.tick(DAILY)).outcome, "ok");
  assert.equal((await p.sql("SELECT count(*) AS n FROM idempotency WHERE key LIKE 'old-%'"))[0].n, 0);
  assert.deepEqual((await p.sql("SELECT id FROM outbox WHERE id IN ('evt_old', 'evt_young')")).map((row) => row.id), ["evt_young"]);
  assert.equal((await p.sql("SELECT state FROM exports WHERE id = ?", id))[0].state, "expired");
  assert.equal(await (await p.r2("exports")).head(object_key), null);
  // Those of this run; the demo has older ones.
  const reports = await p.sql("SELECT rule, removed, steps, finished FROM retention_runs WHERE started_at >= ?", now);
  const of = (rule) => reports.find((one) => one.rule === rule);
  assert.equal(of("idempotency").removed, 1200);
  assert.ok(of("idempotency").steps >= 3, "in bounded steps");
  assert.deepEqual([of("outbox").removed, of("exports").removed], [1, 1]);
  assert.ok(reports.every(({ finished }) => finished === 1));
  assertProblem(await p.api(`/v1/exports/${id}/download?org=${DEMO.northwind}&link=x`, { key: "" }), 404, "not_found");
});
