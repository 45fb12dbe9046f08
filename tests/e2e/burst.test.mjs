// Thousands of events at once: every one is taken in, none is lost, and Stripe is asked a fraction as often.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { DEMO, MINUTE, portico, until } from "./portico.mjs";

const EVENTS = 5_000;
const AT_ONCE = 50;
const SECRET = "whsec_e2e_burst";
const STRIPE_KEY = "sk_test_e2e";
const CUSTOMERS = ["cus_demo_northwind", "cus_demo_blueharbor"];
let p;
before(async () => {
  p = await portico({ secretsOverride: { STRIPE_WEBHOOK_SECRETS: SECRET, STRIPE_SECRET_KEY: STRIPE_KEY } });
});
after(() => p.end());

test("a burst of 5,000 events: none lost, and few readings", { timeout: 300_000 }, async () => {
  const body = (n) => JSON.stringify({
    id: `evt_burst_${n}`, object: "event", type: "customer.subscription.updated", created: Math.floor(Date.now() / 1000), livemode: false, api_version: "2026-10-28.endive",
    data: { object: { id: `sub_burst_${n}`, object: "subscription", customer: CUSTOMERS[n % 2] } },
  });
  const deliver = async (n) => {
    const [text, at] = [body(n), Math.floor(Date.now() / 1000)];
    const signature = createHmac("sha256", SECRET).update(`${at}.`).update(text).digest("hex");
    const headers = { "content-type": "application/json", "stripe-signature": `t=${at},v1=${signature}` };
    return (await p.api("/webhooks/stripe", { method: "POST", key: "", body: text, headers })).status;
  };
  const began = Date.now();
  // What is not taken comes again, as Stripe does it.
  let [waiting, again] = [Array.from({ length: EVENTS }, (_, n) => n), 0];
  for (let round = 0; waiting.length > 0; round += 1) {
    assert.ok(round < 10, `${waiting.length} events are refused again and again`);
    const refused = [];
    const queue = [...waiting];
    const sender = async () => {
      for (let n = queue.pop(); n !== undefined; n = queue.pop()) if ((await deliver(n)) !== 200) refused.push(n);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, sender));
    again += refused.length;
    waiting = refused;
  }
  const taken = Date.now() - began;
  const stored = async (state) => (await p.sql("SELECT count(*) AS n FROM stripe_events WHERE id LIKE 'evt_burst_%' AND state = ?", state))[0].n;
  assert.equal((await stored("received")) + (await stored("processed")), EVENTS, "none is lost");
  await until("all are dealt with", async () => {
    await p.tick(MINUTE);
    return (await stored("processed")) === EVENTS;
  }, 120_000);
  // A claim is an attempt, and an attempt one reading of the customer and its subscriptions.
  const [{ readings }] = await p.sql("SELECT sum(claim) AS readings FROM jobs WHERE kind = 'stripe.sync'");
  console.log(`events : readings = ${EVENTS} : ${readings}; taken in ${taken} ms, ${again} sent again`);
  assert.ok(readings >= 2 && readings < EVENTS / 5, `${readings} readings`);
  assert.equal((await p.sql("SELECT plan FROM orgs WHERE id = ?", DEMO.northwind))[0].plan, "team", "and the plan is what Stripe says");
});
