// Thread 1: a tenant's program calls the API. Every refusal is a problem document with a stable code, never a 500, never a half write.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DEMO, assertProblem, portico } from "./portico.mjs";

let p;
before(async () => {
  p = await portico();
});
after(() => p.end());

const tickets = async () => (await p.sql("SELECT count(*) AS n FROM tickets"))[0].n;
const rows = async () =>
  (await p.sql("SELECT (SELECT count(*) FROM tickets) || '/' || (SELECT count(*) FROM ticket_comments) || '/' || (SELECT count(*) FROM outbox) || '/' || (SELECT count(*) FROM idempotency) AS n"))[0].n;

test("a key tells about itself", async () => {
  const { status, body } = await p.api("/v1/me");
  assert.equal(status, 200);
  assert.deepEqual(body.organization, { id: DEMO.northwind, plan: "team" });
  assert.equal(body.limits.requests_an_hour, 10_000);
  const alias = await p.api("/v1/me", { host: "localhost" });
  assert.equal(alias.status, 200, "plain localhost serves the API too");
});

test("create, read, change, comment, list; one round trip for a read, one batch for a write", async () => {
  const subject = "שלום 🤖 مرحبا";
  const made = await p.api("/v1/tickets", { json: { subject, body: "Line one\nline two\t…", priority: "high", customer_id: "cus_018b0000000070008000000000000001" } });
  assert.equal(made.status, 201, made.text);
  assert.equal(made.headers.get("location"), `/v1/tickets/${made.body.id}`);
  assert.deepEqual([made.body.subject, made.body.priority, made.body.status, made.body.version], [subject, "high", "open", 1]);
  assert.equal(p.logOf(made.headers.get("x-request-id")).d1, 1, "a write with a warm key is one batch");

  const shown = await p.api(`/v1/tickets/${made.body.id}`);
  assert.deepEqual(shown.body, made.body, "what SQLite writes is what Rust wrote");
  assert.equal(shown.headers.get("etag"), '"1"');
  assert.equal(p.logOf(shown.headers.get("x-request-id")).d1, 1, "a read with a warm key is one round trip");

  const changed = await p.api(`/v1/tickets/${made.body.id}`, { method: "PATCH", json: { status: "closed" }, headers: { "if-match": '"1"' } });
  assert.equal(changed.status, 200, changed.text);
  assert.deepEqual([changed.body.status, changed.body.version, changed.headers.get("etag")], ["closed", 2, '"2"']);
  assert.deepEqual((await p.api(`/v1/tickets/${made.body.id}`)).body, changed.body);
  assertProblem(await p.api(`/v1/tickets/${made.body.id}`, { method: "PATCH", json: { status: "open" }, headers: { "if-match": '"1"' } }), 409, "version_conflict");

  const comment = await p.api(`/v1/tickets/${made.body.id}/comments`, { json: { body: "Done.", internal: true } });
  assert.equal(comment.status, 201, comment.text);
  const comments = await p.api(`/v1/tickets/${made.body.id}/comments`);
  assert.deepEqual(comments.body.data, [comment.body]);

  const audit = await p.sql("SELECT action, actor_kind, request_id FROM audit_events WHERE org_id = ? AND target = ? ORDER BY id", DEMO.northwind, made.body.id);
  assert.deepEqual(audit.map(({ action }) => action), ["ticket.created", "ticket.updated", "ticket.commented"]);
  assert.ok(audit.every((one) => one.actor_kind === "api_key" && one.request_id.startsWith("req_")));
});

test("pages go through the whole list once, newest first, under filters", async () => {
  for (const filter of ["", "&status=closed", "&customer_id=cus_018b0000000070008000000000000003", "&status=closed&customer_id=cus_018b0000000070008000000000000003"]) {
    const seen = [];
    let cursor = "";
    do {
      const page = await p.api(`/v1/tickets?limit=17${filter}${cursor}`);
      assert.equal(page.status, 200, page.text);
      seen.push(...page.body.data.map(({ id }) => id));
      cursor = page.body.next_cursor ? `&cursor=${encodeURIComponent(page.body.next_cursor)}` : "";
    } while (cursor);
    const where = (filter.includes("status") ? " AND status = 'closed'" : "") + (filter.includes("customer") ? " AND customer_id = 'cus_018b0000000070008000000000000003'" : "");
    const all = await p.sql(`SELECT id FROM tickets WHERE org_id = ?${where} ORDER BY id DESC`, DEMO.northwind);
    assert.deepEqual(seen, all.map(({ id }) => id), filter);
  }
  const first = await p.api("/v1/tickets?limit=5");
  const cursor = encodeURIComponent(first.body.next_cursor);
  const forged = encodeURIComponent(first.body.next_cursor.slice(0, -2) + (first.body.next_cursor.endsWith("AA") ? "BB" : "AA"));
  for (const query of [`cursor=${cursor}&status=open`, `cursor=${forged}`, "cursor=nonsense", "cursor=%00", `cursor=${"x".repeat(500)}`]) {
    assertProblem(await p.api(`/v1/tickets?${query}`), 400, "cursor_invalid");
  }
  assertProblem(await p.api(`/v1/tickets?cursor=${cursor}`, { key: DEMO.blueKey }), 400, "cursor_invalid");
});

test("another organization's id and a missing one are the same answer", async () => {
  const [theirs] = await p.sql("SELECT id FROM tickets WHERE org_id = ? LIMIT 1", DEMO.blueharbor);
  const missing = "tkt_018b0000000070008000000000009999";
  for (const [method, path, json] of [["GET", "", undefined], ["PATCH", "", { subject: "Mine" }], ["GET", "/comments", undefined], ["POST", "/comments", { body: "Mine" }]]) {
    const answers = [];
    for (const id of [theirs.id, missing, "tkt_x", "nonsense"]) answers.push(await p.api(`/v1/tickets/${id}${path}`, { method, json }));
    for (const answer of answers) {
      assertProblem(answer, 404, "not_found");
      assert.deepEqual({ ...answer.body, request_id: "" }, { ...answers[0].body, request_id: "" });
    }
  }
  const created = await p.api("/v1/tickets", { json: { subject: "s", body: "b", customer_id: "cus_018b0000000070008000000000000028" } });
  assertProblem(created, 422, "validation_failed");
  assert.equal(created.body.errors[0].pointer, "/customer_id");
});

test("keys: missing, malformed, unknown, revoked, expired, without scope, in the URL", async () => {
  const bad = (key) => p.api("/v1/tickets", { key });
  assertProblem(await bad(""), 401, "key_missing");
  assert.match((await bad("")).headers.get("www-authenticate"), /^Bearer/);
  const unknown = "portico_sk_test_2h83jr5sop1wYEOsZhHuMEd06SumHB09GmPv";
  for (const key of ["nonsense", unknown, "sk_live_x", "portico_sk_live_W1nLl3kKXu3t2oZcriZUbsoVoQVBok0YA3dF", "é".repeat(20), "a".repeat(4000)]) {
    assertProblem(await bad(key), 401, "key_invalid");
  }
  assertProblem(await bad(DEMO.revokedKey), 401, "key_revoked");
  assertProblem(await p.api("/v1/tickets", { key: DEMO.blueReader, json: { subject: "s", body: "b" } }), 403, "scope_missing");
  const denied = await p.api("/v1/tickets", { key: DEMO.blueReader, json: { subject: "s", body: "b" } });
  assert.equal(denied.body.required_scope, "tickets:write");
  assertProblem(await p.api(`/v1/tickets?api_key=${DEMO.api_key}`), 400, "key_in_url");
  assertProblem(await p.api(`/v1/tickets?note=${DEMO.api_key}`, { key: "" }), 400, "key_in_url");
  const basic = await p.api("/v1/me", { key: "", headers: { authorization: `Basic ${Buffer.from(`${DEMO.api_key}:`).toString("base64")}` } });
  assert.equal(basic.status, 200);
});

test("a revoked key never writes, whatever is cached; an expired one is over at once", async () => {
  assert.equal((await p.api("/v1/tickets?limit=1", { key: DEMO.blueKey })).status, 200, "the key is warm");
  await p.sql("UPDATE api_keys SET revoked_at = ? WHERE org_id = ? AND id = 'key_018b0000000070008000000000000003'", Date.now(), DEMO.blueharbor);
  const before = await rows();
  assertProblem(await p.api("/v1/tickets", { key: DEMO.blueKey, json: { subject: "Too late", body: "b" } }), 401, "key_revoked");
  assert.equal(await rows(), before);
  assertProblem(await p.api("/v1/me", { key: DEMO.blueKey }), 401, "key_revoked");
});

test("the same Idempotency-Key again: the same answer; another body: 422; while it runs: 409 or the same answer", async () => {
  const once = { json: { subject: "Once", body: "b" }, headers: { "idempotency-key": "once-1" } };
  const before = await tickets();
  const first = await p.api("/v1/tickets", once);
  const again = await p.api("/v1/tickets", once);
  assert.equal(first.status, 201);
  assert.deepEqual([again.status, again.body, again.headers.get("idempotent-replayed")], [201, first.body, "true"]);
  assertProblem(await p.api("/v1/tickets", { ...once, json: { subject: "Twice", body: "b" } }), 422, "idempotency_key_reused");
  assert.equal(await tickets(), before + 1);

  const many = { json: { subject: "Many", body: "b" }, headers: { "idempotency-key": '"many"' } };
  const answers = await Promise.all(Array.from({ length: 12 }, () => p.api("/v1/tickets", many)));
  assert.ok(answers.every(({ status }) => status === 201 || status === 409), answers.map(({ status }) => status).join());
  assert.equal(new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body.id)).size, 1);
  assert.equal(await tickets(), before + 2);

  // A refused request leaves no record: the corrected one goes through under the same key.
  assertProblem(await p.api("/v1/tickets", { json: { subject: "" }, headers: { "idempotency-key": "fix" } }), 422, "validation_failed");
  assert.equal((await p.api("/v1/tickets", { json: { subject: "Fixed", body: "b" }, headers: { "idempotency-key": "fix" } })).status, 201);
  for (const key of ["x".repeat(256), "a b", '""']) {
    assertProblem(await p.api("/v1/tickets", { json: { subject: "s", body: "b" }, headers: { "idempotency-key": key } }), 400, "idempotency_key_invalid");
  }
});

test("bad input: each wrong field by name with a remedy, and nothing is written", async () => {
  const before = await rows();
  const post = (body, headers = { "content-type": "application/json" }) => p.api("/v1/tickets", { method: "POST", body, headers });
  for (const body of ["", "{", "[]", "null", "7", '{"subject":', "\u0000", "[".repeat(50_000), Buffer.from([0x7b, 0xff, 0x7d])]) assertProblem(await post(body), 400, "body_not_json");
  assertProblem(await post("{}", {}), 415, "unsupported_media_type");
  assertProblem(await post("subject=s", { "content-type": "application/x-www-form-urlencoded" }), 415, "unsupported_media_type");
  assertProblem(await post(JSON.stringify({ subject: "s", body: "x".repeat(1024 * 1024) })), 413, "body_too_large");

  const fields = async (json) => {
    const answer = await p.api("/v1/tickets", { json });
    assertProblem(answer, 422, "validation_failed");
    for (const error of answer.body.errors) assert.ok(error.message && error.fix, JSON.stringify(error));
    return answer.body.errors.map(({ pointer, code }) => `${pointer} ${code}`).sort();
  };
  assert.deepEqual(await fields({}), ["/body required", "/subject required"]);
  assert.deepEqual(await fields({ subject: 7, body: ["x"], priority: "huge", customer_id: 1, org_id: "org_x", status: "open" }), [
    "/body wrong_type", "/customer_id wrong_type", "/org_id unknown", "/priority not_allowed", "/status unknown", "/subject wrong_type",
  ]);
  assert.deepEqual(await fields({ subject: "a\u0000b", body: "b\u0007" }), ["/body invalid_format", "/subject invalid_format"]);
  assert.deepEqual(await fields({ subject: "x".repeat(201), body: " " }), ["/body too_short", "/subject too_long"]);
  assert.deepEqual(await fields({ subject: "two\nlines", body: "x".repeat(20_001) }), ["/body too_long", "/subject invalid_format"]);
  const hundred = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`field${i}`, i]));
  assert.equal((await fields({ subject: "s", body: "b", ...hundred })).length, 101);
  assertProblem(await p.api("/v1/tickets?status=lost&colour=blue&limit=101"), 422, "validation_failed");
  assertProblem(await p.api("/v1/tickets?limit=ten"), 422, "validation_failed");
  assert.equal(await rows(), before);
});

test("unknown paths, methods and URLs that are too long", async () => {
  assertProblem(await p.api("/v1/nothing"), 404, "no_such_route");
  assertProblem(await p.api("/"), 404, "no_such_route");
  const method = await p.api("/v1/tickets", { method: "DELETE" });
  assertProblem(method, 405, "method_not_allowed");
  assert.match(method.headers.get("allow"), /GET.*POST|POST.*GET/);
  assertProblem(await p.api("/v1/tickets", { method: "PROPFIND" }), 405, "method_not_allowed");
  assertProblem(await p.api(`/v1/tickets?q=${"x".repeat(9_000)}`), 414, "url_too_long");
  const head = await p.api("/v1/me", { method: "HEAD" });
  assert.deepEqual([head.status, head.text], [200, ""]);
});

test("no request of this run was answered 500", () => {
  const failed = p.logLines.map(({ message }) => message).filter((message) => /"status":5\d\d|instance_died|"incident"/.test(message));
  assert.deepEqual(failed, []);
});
