// Webhooks as Stripe's own library reads them, from the endpoint that the emulator is set to and from one that is made through the API.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import Stripe from "stripe";
import { TEAM, emulator, receiver } from "./native.mjs";

const SECRET = "whsec_official_library";
let e;
let stripe;
let own;
let made;
before(async () => {
  [own, made] = await Promise.all([receiver(), receiver()]);
  e = await emulator(["--webhook-url", own.url, "--webhook-secret", SECRET]);
  stripe = e.stripe;
});
after(async () => {
  await e?.end();
  await Promise.all([own?.close(), made?.close()]);
});

async function until(what, look, timeoutMs = 20_000) {
  for (const end = Date.now() + timeoutMs; ; await sleep(50)) {
    const found = look();
    if (found) return found;
    if (Date.now() > end) assert.fail(`not within ${timeoutMs} ms: ${what}`);
  }
}
const read = ({ headers, body }, secret) => stripe.webhooks.constructEvent(body, headers["stripe-signature"], secret);

test("every delivery passes the library's check, with our secret only", async () => {
  const customer = await stripe.customers.create({ email: "a@example.com", name: "Ä", payment_method: "pm_card_visa" });
  await stripe.subscriptions.create({ customer: customer.id, items: [{ price: TEAM, quantity: 2 }] });
  const wanted = ["customer.created", "customer.subscription.created", "invoice.paid", "customer.subscription.updated"];
  await until("the events have come", () => own.got.length >= wanted.length && wanted.every((type) => own.got.some((one) => read(one, SECRET).type === type)));
  const [first] = own.got;
  const event = read(first, SECRET);
  assert.deepEqual([event.object, event.type, event.data.object.name, event.livemode], ["event", "customer.created", "Ä", false]);
  assert.equal((await stripe.events.retrieve(event.id)).id, event.id);
  const { StripeSignatureVerificationError } = Stripe.errors;
  assert.throws(() => read(first, "whsec_another"), StripeSignatureVerificationError);
  assert.throws(() => read({ ...first, body: Buffer.concat([first.body, Buffer.from(" ")]) }, SECRET), StripeSignatureVerificationError);
  const ids = own.got.map((one) => read(one, SECRET).id);
  assert.equal(new Set(ids).size, ids.length, "each once");
});

test("what was not taken comes again", async () => {
  const before = own.got.length;
  own.answer = 500;
  await stripe.customers.create({ name: "Again" });
  await until("the first try", () => own.got.length > before);
  own.answer = 200;
  await e.desk("deliver", {});
  await until("the second", () => own.got.slice(before).filter(({ answered }) => answered === 200).length === 1);
  const [first, second] = own.got.slice(before).map((one) => read(one, SECRET).id);
  assert.equal(first, second);
  const { data } = await stripe.events.list({ delivery_success: false });
  assert.equal(data.length, 0);
});

test("the switches: doubled, lost", async () => {
  await e.desk("switches", { duplicate: true });
  const before = own.got.length;
  const { id } = await stripe.customers.create({ name: "Twice" });
  await until("both", () => own.got.length === before + 2);
  await e.desk("switches", { drop: true });
  await stripe.customers.update(id, { name: "Lost" });
  await e.desk("switches", {});
  await stripe.customers.update(id, { name: "Found" });
  await until("the next one", () => own.got.length === before + 3);
  assert.equal(read(own.got.at(-1), SECRET).data.object.name, "Found");
  assert.equal((await stripe.events.list({ type: "customer.updated" })).data.length, 2, "the list has both");
});

test("an endpoint that is made through the API gets what it asked for, signed with the secret that was said once", async () => {
  const endpoint = await stripe.webhookEndpoints.create({ url: made.url, enabled_events: ["product.created"], api_version: "2026-10-28.endive", description: "Suite" });
  assert.match(endpoint.secret, /^whsec_/);
  assert.equal((await stripe.webhookEndpoints.retrieve(endpoint.id)).secret, undefined);
  await stripe.customers.create({ name: "Not for it" });
  await stripe.products.create({ name: "For it" });
  await until("its event", () => made.got.length === 1);
  assert.equal(read(made.got[0], endpoint.secret).data.object.name, "For it");
  assert.throws(() => read(made.got[0], SECRET), Stripe.errors.StripeSignatureVerificationError);
  assert.equal((await stripe.webhookEndpoints.update(endpoint.id, { disabled: true })).status, "disabled");
  assert.equal((await stripe.webhookEndpoints.list()).data.length, 1);
  assert.equal((await stripe.webhookEndpoints.del(endpoint.id)).deleted, true);
});
