// Stripe's own library for Node against the emulator's native program: what it sends, and what it makes of the answers, nobody here wrote.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import Stripe from "stripe";
import { BUSINESS, TEAM, emulator } from "./native.mjs";

const { StripeAPIError, StripeAuthenticationError, StripeCardError, StripeIdempotencyError, StripeInvalidRequestError } = Stripe.errors;
let e;
let stripe;
before(async () => {
  e = await emulator();
  stripe = e.stripe;
});
after(() => e?.end());

/** Expects an error of the library's own type, with these fields. */
async function refused(promise, type, fields) {
  const error = await promise.then(() => assert.fail("it was accepted"), (error) => error);
  assert.ok(error instanceof type, `${error.type}: ${error.message}`);
  for (const [name, value] of Object.entries(fields)) assert.equal(error[name], value, `${name} of: ${error.message}`);
  assert.ok(error.requestId, "the request is named");
  return error;
}
const subscriber = async (quantity = 3, payment_method = "pm_card_visa") => {
  const customer = await stripe.customers.create({ email: "seats@example.com", payment_method, invoice_settings: { default_payment_method: payment_method } });
  const subscription = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: TEAM, quantity }] });
  return { customer, subscription };
};
const checkout = (more = {}) =>
  stripe.checkout.sessions.create({
    mode: "subscription", line_items: [{ price: TEAM, quantity: 2 }], success_url: "https://app.example.com/?s={CHECKOUT_SESSION_ID}", cancel_url: "https://app.example.com/", ...more,
  });

test("customers: create, retrieve, update, list by email, delete", async () => {
  const made = await stripe.customers.create({ email: "a+b@example.com", name: "Ä & Co", metadata: { org_id: "org_1" } });
  assert.equal((await stripe.customers.retrieve(made.id)).name, "Ä & Co");
  const changed = await stripe.customers.update(made.id, { name: "B", metadata: { org_id: "", plan: "team" } });
  assert.deepEqual([changed.name, changed.metadata], ["B", { plan: "team" }]);
  assert.deepEqual((await stripe.customers.list({ email: "a+b@example.com" })).data.map(({ id }) => id), [made.id]);
  assert.equal((await stripe.customers.del(made.id)).deleted, true);
  assert.equal((await stripe.customers.retrieve(made.id)).deleted, true);
});

test("products and prices: create, update, find by lookup key, hand a key over", async () => {
  const product = await stripe.products.create({ name: "Seats", metadata: { plan: "x" } });
  const first = await stripe.prices.create({ product: product.id, currency: "usd", unit_amount: 500, recurring: { interval: "month" }, lookup_key: "seats" });
  const second = await stripe.prices.create({ product: product.id, currency: "usd", unit_amount: 700, recurring: { interval: "year" }, lookup_key: "seats", transfer_lookup_key: true });
  const { data } = await stripe.prices.list({ lookup_keys: ["seats"], expand: ["data.product"] });
  assert.deepEqual(data.map(({ id, product }) => [id, product.name]), [[second.id, "Seats"]]);
  assert.equal((await stripe.prices.retrieve(first.id)).lookup_key, null);
  assert.equal((await stripe.prices.update(first.id, { active: false, nickname: "old" })).active, false);
  assert.equal((await stripe.products.update(product.id, { name: "Chairs" })).name, "Chairs");
  assert.equal((await stripe.products.retrieve(product.id)).name, "Chairs");
  const names = [];
  for await (const { name } of stripe.products.list({ limit: 1, active: true })) names.push(name);
  assert.deepEqual(names.sort(), ["Business", "Chairs", "Team"]);
  await refused(stripe.products.del(product.id), StripeInvalidRequestError, { statusCode: 400 });
});

test("subscriptions: create, change with proration, cancel at the end, undo, cancel", async () => {
  const { customer, subscription } = await subscriber();
  assert.equal(subscription.status, "active");
  const [item] = subscription.items.data;
  assert.ok(item.current_period_end > item.current_period_start);
  const preview = await stripe.invoices.createPreview({
    customer: customer.id, subscription: subscription.id,
    subscription_details: { items: [{ id: item.id, price: BUSINESS, quantity: 5 }], proration_behavior: "always_invoice" },
  });
  const changed = await stripe.subscriptions.update(subscription.id, {
    items: [{ id: item.id, price: BUSINESS, quantity: 5 }], proration_behavior: "always_invoice", payment_behavior: "error_if_incomplete", expand: ["latest_invoice"],
  });
  assert.equal(changed.items.data[0].quantity, 5);
  assert.equal(changed.latest_invoice.total, preview.total, "what the preview says is what is invoiced");
  assert.equal(changed.latest_invoice.status, "paid");
  const ending = await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true, cancellation_details: { comment: "too much" } });
  assert.ok(ending.cancel_at_period_end && ending.cancel_at && ending.canceled_at);
  assert.equal((await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: false })).cancel_at, null);
  assert.equal((await stripe.subscriptions.list({ customer: customer.id })).data.length, 1);
  assert.equal((await stripe.subscriptions.cancel(subscription.id, { prorate: true, invoice_now: true })).status, "canceled");
  assert.equal((await stripe.subscriptions.list({ customer: customer.id })).data.length, 0);
  assert.equal((await stripe.subscriptions.list({ customer: customer.id, status: "all" })).data.length, 1);
  await refused(stripe.subscriptions.cancel(subscription.id), StripeInvalidRequestError, { statusCode: 404, code: "resource_missing" });
});

test("invoices: list, retrieve, lines, pay", async () => {
  const { customer, subscription } = await subscriber();
  const { data: [invoice] } = await stripe.invoices.list({ customer: customer.id, subscription: subscription.id });
  assert.deepEqual([invoice.status, invoice.amount_paid, invoice.parent.subscription_details.subscription], ["paid", 2_700, subscription.id]);
  assert.equal((await stripe.invoices.retrieve(invoice.id, { expand: ["customer"] })).customer.email, "seats@example.com");
  assert.equal((await stripe.invoices.listLineItems(invoice.id)).data[0].quantity, 3);
  assert.match(await (await fetch(invoice.hosted_invoice_url)).text(), /Local Stripe emulator/);
  await refused(stripe.invoices.pay(invoice.id), StripeInvalidRequestError, { statusCode: 400 });
});

test("a declined card is the library's card error, and nothing changed", async () => {
  const { customer, subscription } = await subscriber();
  const declined = { statusCode: 402, code: "card_declined", decline_code: "generic_decline" };
  await refused(stripe.paymentMethods.attach("pm_card_chargeDeclined", { customer: customer.id }), StripeCardError, declined);
  await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer: customer.id });
  const { data: [card] } = await stripe.customers.listPaymentMethods(customer.id);
  assert.equal(card.card.last4, "0341");
  assert.equal((await stripe.paymentMethods.retrieve(card.id)).customer, customer.id);
  const change = { items: [{ id: subscription.items.data[0].id, quantity: 9 }], proration_behavior: "always_invoice", payment_behavior: "error_if_incomplete" };
  await refused(stripe.subscriptions.update(subscription.id, change), StripeCardError, declined);
  assert.equal((await stripe.subscriptions.retrieve(subscription.id)).items.data[0].quantity, 3);
  assert.equal((await stripe.paymentMethods.detach(card.id)).customer, null);
});

test("checkout: create, retrieve, line items, buy on the page, expire", async () => {
  const session = await checkout({ customer_email: "buyer@example.com", client_reference_id: "org_1", metadata: { a: "b" }, subscription_data: { metadata: { org_id: "org_1" } } });
  assert.deepEqual([session.status, session.amount_total, session.url], ["open", 1_800, `${e.origin}/checkout/${session.id}`]);
  assert.equal((await stripe.checkout.sessions.listLineItems(session.id)).data[0].description, "Team");
  assert.match(await (await fetch(session.url)).text(), /Pay \$18\.00/);
  const pay = (card) => fetch(`${session.url}/pay`, { method: "POST", body: new URLSearchParams({ card }), redirect: "manual" });
  const declined = await pay("declines");
  assert.equal(declined.status, 402);
  assert.match(await declined.text(), /Your card was declined\./);
  const answers = await Promise.all([pay("pays"), pay("pays"), pay("pays")]);
  for (const answer of answers) assert.equal(answer.headers.get("location"), `https://app.example.com/?s=${session.id}`);
  const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ["line_items", "subscription", "customer"] });
  assert.deepEqual([done.status, done.payment_status, done.subscription.metadata.org_id, done.customer.email], ["complete", "paid", "org_1", "buyer@example.com"]);
  assert.equal((await stripe.subscriptions.list({ customer: done.customer.id })).data.length, 1, "pressed three times, bought once");
  const other = await checkout();
  assert.equal((await stripe.checkout.sessions.expire(other.id)).status, "expired");
  await refused(stripe.checkout.sessions.expire(other.id), StripeInvalidRequestError, { statusCode: 400 });
  assert.equal((await stripe.checkout.sessions.list({ customer: done.customer.id })).data.length, 1);
});

test("charges: given back in parts, disputed and decided", async () => {
  const { customer } = await subscriber(3);
  const { data: [charge] } = await stripe.charges.list({ customer: customer.id });
  assert.deepEqual([charge.amount, charge.status, charge.customer], [2_700, "succeeded", customer.id]);
  const part = await stripe.refunds.create({ charge: charge.id, amount: 700, reason: "requested_by_customer" });
  assert.deepEqual([part.amount, part.status], [700, "succeeded"]);
  await e.desk("charge", { charge: charge.id, action: "dispute" });
  const { data: [dispute] } = await stripe.disputes.list({ charge: charge.id });
  assert.deepEqual([dispute.amount, dispute.status, dispute.charge], [2_000, "needs_response", charge.id]);
  await refused(stripe.refunds.create({ charge: charge.id }), StripeInvalidRequestError, { statusCode: 400, code: "charge_disputed" });
  await e.desk("charge", { charge: charge.id, action: "win" });
  assert.equal((await stripe.disputes.retrieve(dispute.id)).status, "won");
  await e.desk("charge", { charge: charge.id, action: "refund" });
  assert.equal((await stripe.charges.retrieve(charge.id)).refunded, true);
  assert.deepEqual((await stripe.refunds.list({ charge: charge.id })).data.map(({ amount }) => amount), [2_000, 700]);
  const { data } = await stripe.events.list({ types: ["charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated"] });
  assert.deepEqual(data.map(({ type }) => type), ["charge.dispute.funds_reinstated", "charge.dispute.funds_withdrawn"]);
});

test("something that is paid for once: a price without an interval, and a page in payment mode", async () => {
  const price = await stripe.prices.create({ currency: "usd", unit_amount: 1_500, product_data: { name: "Poster" } });
  assert.deepEqual([price.type, price.recurring], ["one_time", null]);
  const session = await stripe.checkout.sessions.create({
    mode: "payment", line_items: [{ price: price.id, quantity: 2 }], success_url: "https://app.example.com/", customer_email: "guest@example.com", payment_intent_data: { metadata: { order: "7" } },
  });
  assert.match(await (await fetch(session.url)).text(), /Pay \$30\.00/);
  assert.equal((await fetch(`${session.url}/pay`, { method: "POST", body: new URLSearchParams({ card: "pays" }), redirect: "manual" })).status, 303);
  const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ["payment_intent"] });
  assert.deepEqual([done.status, done.payment_status, done.subscription, done.payment_intent.metadata], ["complete", "paid", null, { order: "7" }]);
  await refused(stripe.subscriptions.create({ customer: (await subscriber()).customer.id, items: [{ price: price.id }] }), StripeInvalidRequestError, { statusCode: 400, param: "items[0][price]" });
});

test("portal: configurations and a visit", async () => {
  const { customer, subscription } = await subscriber();
  const configuration = await stripe.billingPortal.configurations.create({
    features: { customer_update: { enabled: true, allowed_updates: ["address", "tax_id"] }, invoice_history: { enabled: true }, payment_method_update: { enabled: true } },
    metadata: { portico: "portal" },
  });
  assert.equal((await stripe.billingPortal.configurations.retrieve(configuration.id)).features.invoice_history.enabled, true);
  assert.equal((await stripe.billingPortal.configurations.update(configuration.id, { name: "Ours" })).name, "Ours");
  assert.equal((await stripe.billingPortal.configurations.list({ active: true })).data.length, 2);
  const visit = await stripe.billingPortal.sessions.create({ customer: customer.id, return_url: "https://app.example.com/billing" });
  const page = await (await fetch(visit.url)).text();
  assert.match(page, /Team/);
  const cancel = new URLSearchParams({ subscription: subscription.id, when: "end" });
  assert.equal((await fetch(`${visit.url}/cancel`, { method: "POST", body: cancel, redirect: "manual" })).status, 303);
  assert.equal((await stripe.subscriptions.retrieve(subscription.id)).cancel_at_period_end, true);
  await e.desk("switches", { portal_unconfigured: true });
  const error = await refused(stripe.billingPortal.sessions.create({ customer: customer.id }), StripeInvalidRequestError, { statusCode: 400 });
  assert.match(error.message, /No configuration provided/);
  await e.desk("switches", {});
});

test("errors: unknown parameter, nothing there, wrong values, no key, another key, outage", async () => {
  const wrong = (promise, fields) => refused(promise, StripeInvalidRequestError, fields);
  await wrong(stripe.customers.create({ colour: "red" }), { statusCode: 400, code: "parameter_unknown", param: "colour" });
  await wrong(checkout({ line_items: [{ price: "price_none", quantity: 1 }] }), { statusCode: 400, code: "resource_missing", param: "line_items[0][price]" });
  await wrong(stripe.customers.retrieve("cus_none"), { statusCode: 404, code: "resource_missing", param: "id" });
  await wrong(stripe.subscriptions.create({ customer: "cus_none", items: [{ price: TEAM }] }), { statusCode: 400, code: "resource_missing", param: "customer" });
  await wrong(stripe.subscriptions.retrieve("sub_demo_northwind", { expand: ["items.data.price.product.none.deep"] }), { statusCode: 400, param: "expand" });
  await wrong(stripe.rawRequest("GET", "/v1/balance"), { statusCode: 404 });
  await refused(e.client("sk_test_another_key").customers.list(), StripeAuthenticationError, { statusCode: 401 });
  const bare = await fetch(`${e.origin}/v1/customers`);
  assert.deepEqual([bare.status, (await bare.json()).error.type], [401, "invalid_request_error"]);
  await e.desk("switches", { outage: true });
  await refused(stripe.customers.list(), StripeAPIError, { statusCode: 503 });
  await e.desk("switches", {});
});

test("idempotency: the first answer again, or an error when the request is another", async () => {
  const first = await stripe.customers.create({ name: "Once" }, { idempotencyKey: "once" });
  const again = await stripe.customers.create({ name: "Once" }, { idempotencyKey: "once" });
  assert.equal(again.id, first.id);
  assert.equal(again.lastResponse.headers["idempotent-replayed"], "true");
  assert.equal(first.lastResponse.headers["idempotent-replayed"], undefined);
  await refused(stripe.customers.create({ name: "Twice" }, { idempotencyKey: "once" }), StripeIdempotencyError, { statusCode: 400 });
});

test("lists page by themselves, both ways", async () => {
  const made = [];
  for (let n = 0; n < 7; n += 1) made.unshift((await stripe.customers.create({ email: "page@example.com", name: String(n) })).id);
  const seen = [];
  for await (const { id } of stripe.customers.list({ email: "page@example.com", limit: 3 })) seen.push(id);
  assert.deepEqual(seen, made);
  const back = await stripe.customers.list({ email: "page@example.com", limit: 2, ending_before: made[3] });
  assert.deepEqual([back.data.map(({ id }) => id), back.has_more], [made.slice(1, 3), true]);
  const all = await stripe.customers.list({ email: "page@example.com", limit: 2 }).autoPagingToArray({ limit: 5 });
  assert.equal(all.length, 5);
});

test("events: retrieve, filter by type and time, what was before", async () => {
  const since = Math.floor(Date.now() / 1_000) - 60;
  const customer = await stripe.customers.create({ name: "Before" });
  await stripe.customers.update(customer.id, { name: "After" });
  const { data } = await stripe.events.list({ types: ["customer.updated", "customer.created"], created: { gte: since }, limit: 2 });
  assert.deepEqual(data.map(({ type, data: { object } }) => [type, object.id]), [["customer.updated", customer.id], ["customer.created", customer.id]]);
  const one = await stripe.events.retrieve(data[0].id);
  assert.deepEqual([one.data.previous_attributes, one.api_version], [{ name: "Before" }, "2026-10-28.endive"]);
});

test("time: a renewal that is declined, then paid on the invoice's page", async () => {
  const { customer, subscription } = await subscriber(1);
  await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer: customer.id });
  await e.desk("clock", { advance_seconds: 32 * 86_400 });
  const late = await stripe.subscriptions.retrieve(subscription.id, { expand: ["latest_invoice"] });
  assert.deepEqual([late.status, late.latest_invoice.status, late.latest_invoice.billing_reason], ["past_due", "open", "subscription_cycle"]);
  const pay = `${late.latest_invoice.hosted_invoice_url}/pay`;
  assert.equal((await fetch(pay, { method: "POST", body: new URLSearchParams({ card: "pays" }), redirect: "manual" })).status, 303);
  assert.equal((await stripe.subscriptions.retrieve(subscription.id)).status, "active");
});

test("it was a suite of more than forty calls", () => {
  const kinds = new Set(e.calls.map((call) => call.replace(/\?.*/, "").replaceAll(/\/(cus|sub|in|pm|price|prod|cs_test|bpc|bps|evt)_\w+/g, "/{id}")));
  console.log(`  ${e.calls.length} calls of the official library, ${kinds.size} different ones`);
  assert.ok(e.calls.length > 80 && kinds.size > 40, [...kinds].sort().join("\n"));
});
