// Repair states, each produced at Stripe while its webhooks are lost, seen by an operator, repaired from the console, and gone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DEMO, portico } from "./portico.mjs";
import { Visitor } from "./visitor.mjs";

const CONSOLE = "platform.localhost";
const STRIPE_KEY = "sk_test_e2e";
const QUARTER = "*/15 * * * *";
const REASON = "Agreed with the owner on the phone";
const ORG = DEMO.blueharbor;
const HOME = `/billing/orgs/${ORG}`;
let p, operator;
before(async () => {
  p = await portico({ secretsOverride: { STRIPE_WEBHOOK_SECRETS: "whsec_e2e_current", STRIPE_SECRET_KEY: STRIPE_KEY } });
  operator = new Visitor(p);
  await operator.signIn(CONSOLE, "pat.quinn@portico.example");
  await switches();
});
after(() => p.end());

async function stripe(path, form, method = form === undefined ? "GET" : "POST") {
  const body = form === undefined ? undefined : new URLSearchParams(form).toString();
  const headers = { authorization: `Bearer ${STRIPE_KEY}`, ...(body ? { "content-type": "application/x-www-form-urlencoded" } : {}) };
  const answer = await (await p.fetch("stripe.localhost", path, { method, body, headers })).json();
  assert.ok(!answer.error, `${method} ${path}: ${JSON.stringify(answer.error)}`);
  return answer;
}
async function control(path, json) {
  const response = await p.fetch("stripe.localhost", `/_emulator/${path}`, { method: "POST", body: JSON.stringify(json), headers: { "content-type": "application/json" } });
  assert.equal(response.status, 200, `${path}: ${await response.text()}`);
}
/** Webhooks are lost throughout, so that nothing but the console changes what is held. */
const switches = (more = {}) => control("switches", { drop: true, ...more });
const subscribe = (customer, price, quantity) => stripe("/v1/subscriptions", { customer, "items[0][price]": price, "items[0][quantity]": String(quantity) });
const findings = async () => (await p.sql("SELECT kind FROM billing_findings WHERE org_id = ? ORDER BY kind", ORG)).map(({ kind }) => kind);
const held = async () => (await p.sql("SELECT plan, billing_version AS version FROM orgs WHERE id = ?", ORG))[0];
const customer = async () => (await p.sql("SELECT stripe_customer_id AS id FROM billing_customers WHERE org_id = ?", ORG))[0].id;

async function dryRun(fields) {
  const before = await held();
  const shown = await operator.send(await operator.open(CONSOLE, HOME), /\/dry-run$/, fields);
  assert.equal(shown.status, 200, shown.text);
  assert.deepEqual(await held(), before, "a dry run changes nothing");
  return shown;
}
async function repair(fields) {
  const shown = await dryRun(fields);
  return operator.go(shown, /\/repair$/, { reason: REASON });
}
const resync = () => repair({ repair: "resync" });
async function seen(kind) {
  assert.deepEqual(await findings(), [kind]);
  const list = await operator.open(CONSOLE, `/billing?kind=${kind}`);
  assert.ok(list.text.includes(HOME), `${kind} is listed`);
}
async function gone() {
  assert.deepEqual(await findings(), []);
  assert.match((await operator.open(CONSOLE, HOME)).text, /Nothing is wrong/);
}

test("a grant holds at once, ends at once, and stands in both logs; a repair that was looked at too early is refused", async () => {
  await p.sql("DELETE FROM billing_findings WHERE org_id = ?", ORG);
  await p.sql("DELETE FROM plan_overrides WHERE org_id = ?", ORG);
  const early = await dryRun({ repair: "grant_plan", plan: "team", days: "7" });
  await repair({ repair: "grant_plan", plan: "business", days: "7" });
  assert.equal((await held()).plan, "business");
  const late = await operator.send(early, /\/repair$/, { reason: REASON });
  assert.equal(late.status, 409);
  assert.match(late.text, /changed meanwhile/);
  await repair({ repair: "end_grant" });
  assert.equal((await held()).plan, "free");
  const logs = await p.sql("SELECT DISTINCT org_id FROM audit_events WHERE action = 'billing.repaired' AND target = ?", ORG);
  assert.equal(logs.length, 2);
});

test("two subscriptions: one is kept, the other ends at Stripe", async () => {
  const [first, second] = [await subscribe(await customer(), "price_portico_business_monthly", 50), await subscribe(await customer(), "price_portico_business_monthly", 50)];
  await resync();
  await seen("subscription_double");
  await repair({ repair: "adopt_subscription", subscription: first.id });
  assert.equal((await stripe(`/v1/subscriptions/${second.id}`)).status, "canceled");
  await gone();
  assert.equal((await held()).plan, "business");
});

test("seats that don't match are set at Stripe, after what it costs was shown", async () => {
  const [{ id, item }] = await p.sql("SELECT stripe_subscription_id AS id, item_id AS item FROM subscriptions WHERE org_id = ?", ORG);
  await stripe(`/v1/subscriptions/${id}`, { "items[0][id]": item, "items[0][quantity]": "1" });
  await resync();
  await seen("seat_drift");
  assert.match((await dryRun({ repair: "reset_seats", seats: "40" })).text, /from 1 to 40[\s\S]*charged now/);
  await repair({ repair: "reset_seats", seats: "40" });
  await gone();
});

test("a price that nobody knows is mapped to a plan", async () => {
  const product = await stripe("/v1/products", { name: "Pilot" });
  const price = await stripe("/v1/prices", { product: product.id, currency: "usd", unit_amount: "700", "recurring[interval]": "month" });
  const [{ id, item }] = await p.sql("SELECT stripe_subscription_id AS id, item_id AS item FROM subscriptions WHERE org_id = ?", ORG);
  await stripe(`/v1/subscriptions/${id}`, { "items[0][id]": item, "items[0][price]": price.id, "items[0][quantity]": "40" });
  await resync();
  await seen("price_unknown");
  assert.equal((await held()).plan, "free", "what is not understood grants nothing");
  await repair({ repair: "map_price", sells: "business" });
  await gone();
  assert.equal((await held()).plan, "business");
});

test("a customer that says it is another's is separated, one that is gone is replaced by its id, one that is another's is refused", async () => {
  await stripe(`/v1/customers/${await customer()}`, { "metadata[org_id]": DEMO.northwind });
  await resync();
  await seen("customer_shared");
  const shared = await customer();
  await repair({ repair: "separate_customer" });
  assert.notEqual(await customer(), shared);
  await gone();
  assert.match((await dryRun({ repair: "relink_customer", customer: shared })).text, /belongs to/);

  await stripe(`/v1/customers/${await customer()}`, {}, "DELETE");
  await resync();
  await seen("customer_missing");
  const fresh = await stripe("/v1/customers", { name: "Blue Harbor" });
  await repair({ repair: "relink_customer", customer: fresh.id });
  assert.equal((await stripe(`/v1/customers/${fresh.id}`)).metadata.org_id, ORG);
  await gone();
});

test("a portal that is not set up is noticed, and checked again once it is", async () => {
  await switches({ portal_unconfigured: true });
  await p.sql("DELETE FROM cron_runs");
  await p.tick(QUARTER);
  await seen("portal_not_configured");
  assert.match((await dryRun({ repair: "check_portal" })).text, /no portal configuration/);
  await switches();
  await repair({ repair: "check_portal" });
  await gone();
});

test("while Stripe is down the console shows what is held and changes nothing", async () => {
  await switches({ outage: true });
  assert.match((await dryRun({ repair: "resync" })).text, /only what we hold/);
  await switches();
  await resync();
});
