// What the reconciles put right by themselves, and what they report. What they find wrong, and how it is repaired, is in repair.test.mjs.
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
let sub;

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

test("a million seats at Stripe are as many as the plan has", async () => {
  sub = await stripe(`/v1/subscriptions/${sub.id}`, { "items[0][id]": sub.items.data[0].id, "items[0][quantity]": "1000000" });
  await compare();
  assert.deepEqual(await org(), { plan: "team", seats: 10 });
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

test("no secret is in the log", () => {
  const all = p.logLines.map(({ message }) => message).join("\n");
  for (const secret of ["whsec_e2e", STRIPE_KEY, p.secrets.SIGNING_KEYS]) assert.ok(!all.includes(secret));
});
