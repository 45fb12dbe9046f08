// Billing repairs itself: each thing that can be wrong is made wrong at Stripe on purpose, is seen by one reconcile, and is gone once it is mended.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DAILY, DEMO, MINUTE, portico, until } from "./portico.mjs";

const QUARTER = "*/15 * * * *";
const STRIPE_KEY = "sk_test_e2e";
const CUSTOMER = "cus_demo_blueharbor";
let p;
before(async () => {
  p = await portico({ secretsOverride: { STRIPE_WEBHOOK_SECRETS: "whsec_e2e", STRIPE_SECRET_KEY: STRIPE_KEY } });
  // From here on nothing is delivered: what is found was asked for.
  await control("switches", { drop: true });
});
after(() => p.end());

async function stripe(path, form, method = form === undefined ? "GET" : "POST") {
  const body = form === undefined ? undefined : new URLSearchParams(form).toString();
  const headers = { authorization: `Bearer ${STRIPE_KEY}`, ...(body === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }) };
  const response = await p.fetch("stripe.localhost", path, { method, body, headers });
  const answer = await response.json();
  assert.equal(response.status, 200, `${method} ${path}: ${JSON.stringify(answer)}`);
  return answer;
}
async function control(path, json) {
  const response = await p.fetch("stripe.localhost", `/_emulator/${path}`, { method: "POST", body: JSON.stringify(json ?? {}), headers: { "content-type": "application/json" } });
  assert.equal(response.status, 200, `${path}: ${await response.text()}`);
}
const org = async () => (await p.sql("SELECT plan, seats FROM orgs WHERE id = ?", DEMO.blueharbor))[0];
const findings = async () => (await p.sql("SELECT kind FROM billing_findings WHERE org_id = ? ORDER BY kind", DEMO.blueharbor)).map(({ kind }) => kind);
const report = async (cron) => JSON.parse((await p.sql("SELECT report FROM cron_runs WHERE cron = ?", cron))[0].report);
const job = async () => (await p.sql("SELECT state, attempts FROM jobs WHERE kind = 'stripe.sync' AND subject = ?", CUSTOMER))[0];

/** The night's compare, with the minutes that follow it. */
async function compare() {
  const read = async () => (await p.sql("SELECT synced_at FROM billing_reads WHERE org_id = ?", DEMO.blueharbor))[0]?.synced_at ?? 0;
  const last = await read();
  await p.tick(DAILY);
  await p.tick(MINUTE);
  await until("the customer was read again", async () => (await read()) > last && (await job()).state === "done");
}
/** Whether a finding is there after a compare. */
async function sees(kind, is = true) {
  await compare();
  assert.equal((await findings()).includes(kind), is, `${kind} ${is ? "is seen" : "is gone"}: ${await findings()}`);
}
let sub;
const item = () => sub.items.data[0].id;
const change = async (form) => {
  sub = await stripe(`/v1/subscriptions/${sub.id}`, form);
};

test("what was never delivered is found by asking, and reported with numbers", async () => {
  const before = await org();
  assert.equal(before.plan, "free");
  sub = await stripe("/v1/subscriptions", { customer: CUSTOMER, "items[0][price]": "price_portico_team_monthly", "items[0][quantity]": "9" });
  await p.tick(QUARTER);
  await until("the plan follows", async () => (await org()).plan === "team");
  assert.deepEqual(await org(), { plan: "team", seats: 9 });
  const { events, portal } = await report("quarter");
  assert.ok(events.found > 0 && events.listed >= events.found && events.whole, JSON.stringify(events));
  assert.deepEqual(portal, { configured: true });
  const [paid] = await p.sql("SELECT sum(amount) AS cents FROM billing_ledger WHERE org_id = ? AND kind = 'payment'", DEMO.blueharbor);
  assert.equal(paid.cents, 9 * 900);
  await p.tick(QUARTER);
  assert.equal((await report("quarter")).events.found, 0, "once");
});

test("seats that don't match", async () => {
  await change({ "items[0][id]": item(), "items[0][quantity]": "1" });
  await sees("seat_drift");
  assert.deepEqual(await org(), { plan: "team", seats: 1 });
  await change({ "items[0][id]": item(), "items[0][quantity]": "1000000" });
  await sees("seat_drift");
  assert.deepEqual(await org(), { plan: "team", seats: 10 }, "never more than the plan has");
  await change({ "items[0][id]": item(), "items[0][quantity]": "9" });
  await sees("seat_drift", false);
});

test("two subscriptions", async () => {
  const second = await stripe("/v1/subscriptions", { customer: CUSTOMER, "items[0][price]": "price_portico_team_monthly", "items[0][quantity]": "9" });
  await sees("subscription_double");
  await stripe(`/v1/subscriptions/${second.id}`, {}, "DELETE");
  await sees("subscription_double", false);
});

test("a customer that says it is another organization's grants nothing", async () => {
  await stripe(`/v1/customers/${CUSTOMER}`, { "metadata[org_id]": DEMO.northwind });
  await sees("customer_shared");
  assert.equal((await org()).plan, "free");
  await stripe(`/v1/customers/${CUSTOMER}`, { "metadata[org_id]": DEMO.blueharbor });
  await sees("customer_shared", false);
  assert.equal((await org()).plan, "team");
});

test("a price that nobody knows, and one that is not ours by its amount", async () => {
  const price = (rest) => stripe("/v1/prices", { product: "prod_portico_team", currency: "usd", "recurring[interval]": "month", ...rest });
  const strange = await price({ unit_amount: "1234" });
  await change({ "items[0][id]": item(), "items[0][price]": strange.id, "items[0][quantity]": "9" });
  await sees("price_unknown");
  assert.equal((await org()).plan, "free");
  const cheap = await price({ unit_amount: "100", lookup_key: "portico_team_monthly", transfer_lookup_key: "true" });
  await change({ "items[0][id]": item(), "items[0][price]": cheap.id, "items[0][quantity]": "9" });
  await sees("price_mismatch");
  assert.ok(!(await findings()).includes("price_unknown"));
  const right = await price({ unit_amount: "900", lookup_key: "portico_team_monthly", transfer_lookup_key: "true" });
  await change({ "items[0][id]": item(), "items[0][price]": right.id, "items[0][quantity]": "9" });
  await sees("price_mismatch", false);
  assert.equal((await org()).plan, "team");
});

test("Stripe can't be reached: after three failures, until the next success", async () => {
  await control("switches", { outage: true });
  await p.tick(DAILY);
  for (let attempts = 0; attempts < 3; ) {
    await p.sql("UPDATE jobs SET next_at = 0 WHERE kind = 'stripe.sync' AND subject = ? AND state = 'queued'", CUSTOMER);
    await p.tick(MINUTE);
    const reached = attempts;
    attempts = await until("another attempt", async () => ((await job()).attempts > reached ? (await job()).attempts : 0));
  }
  await until("it is seen", async () => (await findings()).includes("provider_outage"));
  assert.equal((await org()).plan, "team", "nothing changes by what isn't known");
  await control("switches", { drop: true });
  await sees("provider_outage", false);
});

test("the portal that isn't set up", async () => {
  const switchOn = async (there) => {
    await control("switches", { drop: true, portal_unconfigured: !there });
    await p.tick(QUARTER);
  };
  await switchOn(false);
  assert.ok((await findings()).includes("portal_not_configured"));
  await switchOn(true);
  assert.ok(!(await findings()).includes("portal_not_configured"));
});

test("an override and a grace period end by themselves; each turn is told once", async () => {
  await stripe(`/v1/subscriptions/${sub.id}`, {}, "DELETE");
  await compare();
  assert.equal((await org()).plan, "free");
  await p.sql("UPDATE orgs SET plan = 'business', seats = 50, entitled_until = 1 WHERE id = ?", DEMO.blueharbor);
  await p.tick(MINUTE);
  await until("what was granted for a time is over", async () => (await org()).plan === "free");
  const told = await p.sql("SELECT type, count(*) AS n FROM outbox WHERE org_id = ? AND type IN ('subscription.canceled', 'billing.limits_reduced') GROUP BY type", DEMO.blueharbor);
  assert.equal(told.find(({ type }) => type === "subscription.canceled").n, 1);
});

test("a customer that is gone at Stripe", async () => {
  await stripe(`/v1/customers/${CUSTOMER}`, {}, "DELETE");
  await sees("customer_missing");
  assert.equal((await org()).plan, "free");
  // Somebody links another one.
  const fresh = await stripe("/v1/customers", { name: "Blue Harbor Clinics", "metadata[org_id]": DEMO.blueharbor });
  await p.sql("UPDATE billing_customers SET stripe_customer_id = ? WHERE org_id = ?", fresh.id, DEMO.blueharbor);
  await p.tick(DAILY);
  await p.tick(MINUTE);
  await until("it is gone", async () => !(await findings()).includes("customer_missing"));
});

test("no secret is in the log", () => {
  const all = p.logLines.map(({ message }) => message).join("\n");
  for (const secret of ["whsec_e2e", STRIPE_KEY, p.secrets.SIGNING_KEYS]) assert.ok(!all.includes(secret));
});
