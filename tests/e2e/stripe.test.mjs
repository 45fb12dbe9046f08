// Thread 3: Stripe's events come in, are stored before they are acknowledged, and the organization ends up on the plan Stripe says.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { DEMO, MINUTE, assertProblem, portico, until } from "./portico.mjs";

const SECRET = "whsec_e2e_current";
const OLD_SECRET = "whsec_e2e_previous";
const STRIPE_KEY = "sk_test_e2e";
let p;
before(async () => {
  p = await portico({ secretsOverride: { STRIPE_WEBHOOK_SECRETS: `${SECRET},${OLD_SECRET}`, STRIPE_SECRET_KEY: STRIPE_KEY } });
});
after(() => p.end());

const now = () => Math.floor(Date.now() / 1000);
const sign = (body, { secret = SECRET, at = now() } = {}) => `t=${at},v1=${createHmac("sha256", secret).update(`${at}.`).update(body).digest("hex")}`;
const event = (id, rest = {}) =>
  JSON.stringify({
    id, object: "event", type: "customer.subscription.updated", created: now(), livemode: false, api_version: "2026-10-28.endive",
    data: { object: { id: "sub_demo_northwind", object: "subscription", customer: "cus_demo_northwind" } }, ...rest,
  });
const deliver = (body, signature = sign(body)) =>
  p.api("/webhooks/stripe", { method: "POST", key: "", body, headers: { "content-type": "application/json", ...(signature ? { "stripe-signature": signature } : {}) } });
const stored = async () => (await p.sql("SELECT count(*) AS n FROM stripe_events"))[0].n;

async function stripe(path, form, method = form === undefined ? "GET" : "POST") {
  const body = form === undefined ? undefined : new URLSearchParams(form).toString();
  const headers = { authorization: `Bearer ${STRIPE_KEY}`, ...(body ? { "content-type": "application/x-www-form-urlencoded" } : {}) };
  const response = await p.fetch("stripe.localhost", path, { method, body, headers });
  return response.json();
}
async function control(path, json) {
  const response = await p.fetch("stripe.localhost", `/_emulator/${path}`, { method: "POST", body: JSON.stringify(json ?? {}), headers: { "content-type": "application/json" } });
  const text = await response.text();
  assert.equal(response.status, 200, `${path}: ${text}`);
  return text;
}
const planOf = async (key) => (await p.api("/v1/me", { key })).body;

test("what is not signed by Stripe is refused and not stored", async () => {
  const before = await stored();
  const body = event("evt_bad");
  const wrong = [
    [body, ""], [body, "nonsense"], [body, "t=,v1="], [body, `t=${now()}`], [body, sign(body, { secret: "whsec_other" })],
    [body, sign(body, { at: now() - 301 })], [body, sign(body, { at: now() + 301 })], [`${body} `, sign(body)], [body.replace("false", "true"), sign(body)],
  ];
  for (const [sent, signature] of wrong) assertProblem(await deliver(sent, signature), 400, "signature_invalid");
  const live = event("evt_live", { livemode: true });
  assertProblem(await deliver(live), 400, "wrong_mode");
  assertProblem(await deliver("{}"), 400, "bad_request");
  const large = JSON.stringify({ id: "evt_large", filler: "x".repeat(1_100_000) });
  assertProblem(await deliver(large), 413, "body_too_large");
  assert.equal(await stored(), before);
});

test("an event is stored once, however often it comes, under either secret of a rotation", async () => {
  const before = await stored();
  const body = event("evt_once");
  for (const signature of [sign(body), sign(body), sign(body, { secret: OLD_SECRET }), `${sign(body, { secret: "whsec_x" })},${sign(body).split(",")[1]}`]) {
    const answer = await deliver(body, signature);
    assert.equal(answer.status, 200, answer.text);
  }
  assert.equal(await stored(), before + 1);
  const unknown = event("evt_unknown_type", { type: "some.future.thing", data: { object: { id: "x_1", object: "future" } } });
  assert.equal((await deliver(unknown)).status, 200);
  assert.equal((await p.sql("SELECT state FROM stripe_events WHERE id = 'evt_unknown_type'"))[0].state, "ignored");
});

test("a subscription at Stripe becomes the plan: the next call shows the new limit, and its end takes it back", async () => {
  assert.equal((await planOf(DEMO.blueKey)).organization.plan, "free");
  const sub = await stripe("/v1/subscriptions", { customer: "cus_demo_blueharbor", "items[0][price]": "price_portico_business_monthly", "items[0][quantity]": "7" });
  assert.equal(sub.status, "active", JSON.stringify(sub));
  const me = await until("Blue Harbor is on Business", async () => {
    const body = await planOf(DEMO.blueKey);
    return body.organization.plan === "business" && body;
  });
  assert.equal(me.limits.requests_an_hour, 100_000);
  const next = await p.api("/v1/tickets?limit=1", { key: DEMO.blueKey });
  assert.match(next.headers.get("ratelimit-policy"), /"hour";q=100000;w=3600/, "the call after it counts against the new limit");
  const [row] = await p.sql("SELECT status, price_lookup_key, quantity FROM subscriptions WHERE org_id = ?", DEMO.blueharbor);
  assert.deepEqual(row, { status: "active", price_lookup_key: "portico_business_monthly", quantity: 7 });
  const audit = await p.sql("SELECT actor_kind FROM audit_events WHERE org_id = ? AND action = 'subscription.synced'", DEMO.blueharbor);
  assert.ok(audit.length >= 1 && audit.every(({ actor_kind }) => actor_kind === "system"));

  await stripe(`/v1/subscriptions/${sub.id}`, {}, "DELETE");
  await until("Blue Harbor is back on Free", async () => (await planOf(DEMO.blueKey)).organization.plan === "free");
  await until("every event is settled", async () => (await p.sql("SELECT count(*) AS n FROM stripe_events WHERE state = 'received'"))[0].n === 0);
});

test("webhooks lost, late, doubled and out of order end in the same place once one arrives", async () => {
  await control("switches", { duplicate: true, reorder: true });
  const sub = await stripe("/v1/subscriptions", { customer: "cus_demo_blueharbor", "items[0][price]": "price_portico_team_monthly" });
  await control("switches", { drop: true });
  await stripe(`/v1/subscriptions/${sub.id}`, { "items[0][id]": sub.items.data[0].id, "items[0][price]": "price_portico_business_monthly" });
  await control("switches", {});
  const body = event("evt_hint", { data: { object: { id: sub.id, object: "subscription", customer: "cus_demo_blueharbor", status: "canceled" } } });
  assert.equal((await deliver(body)).status, 200);
  await until("the plan is what Stripe says, not what the event said", async () => (await planOf(DEMO.blueKey)).organization.plan === "business");
});

test("Stripe down: tried again with backoff, then dead with a row that an operator sees", async () => {
  await control("switches", { outage: true });
  assert.equal((await deliver(event("evt_outage"))).status, 200, "stored, so acknowledged");
  const job = async () => (await p.sql("SELECT state, attempts, next_at, last_error, updated_at FROM jobs WHERE kind = 'stripe.sync' AND subject = 'cus_demo_northwind'"))[0];
  const first = await until("a failed attempt is recorded", async () => {
    const row = await job();
    return row?.attempts > 0 && row;
  });
  assert.ok(first.next_at - first.updated_at >= 9_000, "it waits ten seconds at least");
  assert.doesNotMatch(first.last_error, new RegExp(STRIPE_KEY));
  // Time is not ours to turn on workerd: the row is made due instead, as the clock would.
  for (let attempts = first.attempts; attempts < 15; ) {
    await p.sql("UPDATE jobs SET next_at = 0 WHERE kind = 'stripe.sync' AND subject = 'cus_demo_northwind'");
    await p.tick(MINUTE);
    attempts = await until("the next attempt", async () => {
      const row = await job();
      return row.attempts > attempts && row.attempts;
    });
  }
  const dead = await job();
  assert.equal(dead.state, "dead");
  assert.match(dead.last_error, /.+/);
  await control("switches", {});
  assert.equal((await deliver(event("evt_after_outage"))).status, 200);
  await until("the next event revives it", async () => (await job()).state === "done");
});

test("no secret is in the log", () => {
  const all = p.logLines.map(({ message }) => message).join("\n");
  for (const secret of [SECRET, OLD_SECRET, STRIPE_KEY, DEMO.api_key, p.secrets.SIGNING_KEYS]) assert.ok(!all.includes(secret));
});
