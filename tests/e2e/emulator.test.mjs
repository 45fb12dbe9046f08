// The emulator's hosted pages on workerd, as a browser without scripts uses them: bought there, changed there, and Portico knows it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import Stripe from "stripe";
import { DEMO, assertProblem, portico, until } from "./portico.mjs";

const SECRET = "whsec_e2e_emulator";
const KEY = "sk_test_e2e_emulator";
const HOST = "stripe.localhost";
let p;
before(async () => {
  p = await portico({ secretsOverride: { STRIPE_WEBHOOK_SECRETS: SECRET, STRIPE_SECRET_KEY: KEY } });
});
after(() => p?.end());

async function api(path, form) {
  const response = await p.fetch(HOST, path, {
    ...(form === undefined ? {} : { method: "POST", body: new URLSearchParams(form).toString() }),
    headers: { authorization: `Bearer ${KEY}`, ...(form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }) },
  });
  const body = await response.json();
  assert.equal(response.status, 200, JSON.stringify(body));
  return body;
}
const pathOf = (url) => new URL(url).pathname;
async function page(path, status = 200) {
  const response = await p.fetch(HOST, path);
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.match(response.headers.get("content-type"), /^text\/html/);
  assert.match(response.headers.get("content-security-policy"), /^default-src 'none'; style-src 'self'; form-action 'self'/);
  assert.match(text, /Local Stripe emulator/);
  return text;
}
async function submit(path, form, headers = {}) {
  const response = await p.fetch(HOST, path, {
    method: "POST", body: new URLSearchParams(form).toString(), redirect: "manual",
    headers: { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin", ...headers },
  });
  return { status: response.status, to: response.headers.get("location"), text: await response.text() };
}
const plan = async () => (await p.api("/v1/me", { key: DEMO.blueKey })).body.organization.plan;
const checkout = (more = {}) =>
  api("/v1/checkout/sessions", {
    mode: "subscription", customer: "cus_demo_blueharbor", client_reference_id: DEMO.blueharbor,
    "line_items[0][price]": "price_portico_business_monthly", "line_items[0][quantity]": "4",
    success_url: "http://app.localhost/billing?session={CHECKOUT_SESSION_ID}", cancel_url: "http://app.localhost/billing", ...more,
  });

test("a purchase on the checkout page: declined, then paid once, and the plan follows", async () => {
  assert.equal(await plan(), "free");
  const session = await checkout();
  assert.equal(session.url, `http://${HOST}:${p.port}/checkout/${session.id}`, "the address works in a browser");
  const path = pathOf(session.url);
  assert.match(await page(path), /Pay \$116\.00/);
  const declined = await submit(`${path}/pay`, { card: "declines" });
  assert.equal(declined.status, 402);
  assert.match(declined.text, /role="alert">Your card was declined\./);
  assert.equal(await plan(), "free");
  const pressed = await Promise.all([1, 2, 3].map(() => submit(`${path}/pay`, { card: "pays" })));
  for (const { status, to } of pressed) assert.deepEqual([status, to], [303, `http://app.localhost/billing?session=${session.id}`]);
  await until("Blue Harbor is on Business", async () => (await plan()) === "business");
  assert.match(await page(path), /This purchase is complete/);
  const { data } = await api("/v1/subscriptions?customer=cus_demo_blueharbor");
  assert.deepEqual(data.map(({ status, items }) => [status, items.data[0].quantity]), [["active", 4]]);
});

test("the portal: fewer seats, an end and its undoing, another card, invoices; at last canceled", async () => {
  const { url } = await api("/v1/billing_portal/sessions", { customer: "cus_demo_blueharbor", return_url: "http://app.localhost/billing" });
  const path = pathOf(url);
  const { data: [{ id: subscription }] } = await api("/v1/subscriptions?customer=cus_demo_blueharbor");
  const first = await page(path);
  assert.match(first, /Business/);
  assert.match(first, /href="http:\/\/app\.localhost\/billing">Return/);
  const act = async (what, form) => assert.deepEqual(await submit(`${path}/${what}`, form).then(({ status, to }) => [status, to]), [303, path]);
  await act("change", { subscription, price: "price_portico_team_monthly", quantity: "2" });
  await until("Blue Harbor is on Team", async () => (await plan()) === "team");
  await act("cancel", { subscription, when: "end" });
  assert.match(await page(path), /Don't cancel/);
  await act("undo", { subscription });
  const unsaved = await submit(`${path}/card`, { card: "declines" });
  assert.equal(unsaved.status, 400);
  assert.match(unsaved.text, /Your card was declined\./);
  await act("card", { card: "declines_when_charged" });
  const refused = await submit(`${path}/change`, { subscription, price: "price_portico_business_monthly", quantity: "9" });
  assert.equal(refused.status, 400);
  assert.match(refused.text, /Your card was declined\./);
  const [, invoice] = /href="(\/invoices\/in_\w+)"/.exec(await page(path));
  assert.match(await page(invoice), /Blue Harbor Clinics/);
  await act("cancel", { subscription, when: "now" });
  await until("Blue Harbor is on Free", async () => (await plan()) === "free");
  assert.match(await page("/portal/test_none", 410), /This visit is over/);
});

test("the desk: clock, switches, and buying for tests; pages are down in an outage", async () => {
  const session = await checkout();
  assert.match(await page("/_emulator"), new RegExp(session.id));
  assert.equal((await submit("/_emulator/form/switches", { outage: "true" })).to, "/_emulator");
  assert.match(await page(pathOf(session.url), 503), /outage switch/);
  assert.equal((await submit("/_emulator/form/switches", {})).status, 303);
  const desk = (json) => p.fetch(HOST, "/_emulator/checkout", { method: "POST", body: JSON.stringify({ session: session.id, ...json }) });
  const declined = await desk({ action: "decline" });
  assert.deepEqual([declined.status, await declined.json()], [402, { emulator_error: "Your card was declined." }]);
  assert.equal((await desk({ action: "pay" })).status, 200);
  await until("Blue Harbor is on Business", async () => (await plan()) === "business");
  const closed = await checkout();
  assert.equal((await submit(`${pathOf(closed.url)}/expire`, {})).status, 303);
  assert.match(await page(pathOf(closed.url)), /This page has expired/);
  assert.equal((await submit("/_emulator/form/clock", { advance_seconds: "86400" })).status, 303);
  const style = await p.fetch(HOST, "/_emulator/emulator.css");
  assert.deepEqual([style.status, style.headers.get("content-type")], [200, "text/css; charset=utf-8"]);
  const elsewhere = await submit("/_emulator/form/reset", {}, { "sec-fetch-site": "cross-site" });
  assert.equal(elsewhere.status, 403);
});

test("money: given back in parts, disputed at the bank and won; the ledger comes to what Stripe kept", async () => {
  const page = pathOf((await checkout({ "line_items[0][quantity]": "3" })).url);
  assert.equal((await submit(`${page}/pay`, { card: "pays" })).status, 303);
  const charges = async () => (await api("/v1/charges?customer=cus_demo_blueharbor&limit=100")).data;
  const ledger = async () => {
    const rows = await p.sql("SELECT kind, sum(amount) AS cents FROM billing_ledger WHERE org_id = ? AND kind <> 'checkout' GROUP BY kind", DEMO.blueharbor);
    return { payment: 0, refund: 0, dispute: 0, ...Object.fromEntries(rows.map(({ kind, cents }) => [kind, cents])) };
  };
  const sum = (all) => all.reduce((total, one) => total + one, 0);
  /** What Stripe says of the customer's payments, in the ledger's words. */
  const truth = async () => {
    const all = await charges();
    const { data } = await api("/v1/disputes?limit=100");
    const moved = data.filter((d) => all.some(({ id }) => id === d.charge)).flatMap((d) => d.balance_transactions.map((t) => t.amount));
    return { payment: sum(all.map((c) => c.amount)), refund: 0 - sum(all.map((c) => c.amount_refunded)), dispute: sum(moved) };
  };
  /** Waits until the ledger comes to what Stripe says; gives back what was given back and what the bank took. */
  const agrees = async (what) => {
    const expected = await truth();
    await until(what, async () => JSON.stringify(await ledger()) === JSON.stringify(expected));
    return [expected.refund, expected.dispute];
  };
  const desk = async (charge, action) => assert.equal((await submit("/_emulator/form/charge", { charge, action })).to, "/_emulator");
  assert.deepEqual(await agrees("all payments are in the ledger"), [0, 0]);
  const [{ id: charge, amount, customer }] = await charges();
  assert.deepEqual([amount, customer], [8_700, "cus_demo_blueharbor"]);
  await api("/v1/refunds", { charge, amount: "700" });
  assert.deepEqual(await agrees("the first part is in the ledger"), [-700, 0]);
  await api("/v1/refunds", { charge, amount: "300", reason: "requested_by_customer" });
  assert.deepEqual(await agrees("both parts are"), [-1_000, 0]);
  await desk(charge, "dispute");
  const { data: [dispute] } = await api(`/v1/disputes?charge=${charge}`);
  assert.deepEqual([dispute.customer, dispute.status, dispute.amount], [undefined, "needs_response", 7_700]);
  assert.deepEqual(await agrees("what the bank took is in the ledger of an organization that no event named"), [-1_000, -7_700]);
  await desk(charge, "win");
  assert.deepEqual(await agrees("what the bank gave back is, too"), [-1_000, 0]);
  const rows = await p.sql("SELECT object_id, amount FROM billing_ledger WHERE org_id = ? AND kind = 'dispute' ORDER BY amount", DEMO.blueharbor);
  assert.deepEqual(rows, [{ object_id: dispute.id, amount: -7_700 }, { object_id: `${dispute.id}/reinstated`, amount: 7_700 }]);
  await api("/v1/payment_methods/pm_card_createDispute/attach", { customer });
  assert.equal((await submit("/_emulator/form/clock", { advance_seconds: `${32 * 86_400}` })).to, "/_emulator");
  const [, taken] = await agrees("renewals are paid and disputed at once");
  assert.ok(taken < 0);
  const [{ id: renewal }] = await charges();
  await desk(renewal, "lose");
  assert.equal((await submit("/_emulator/form/charge", { charge: renewal, action: "win" })).status, 400, "it is decided");
  assert.deepEqual(await agrees("one that is lost stays taken"), [-1_000, taken]);
});

test("headers that Stripe's own library signs are taken by the webhook endpoint, others are not", async () => {
  const stripe = new Stripe(KEY);
  const payload = JSON.stringify({
    id: "evt_signed_by_the_library", object: "event", api_version: "2026-10-28.endive", created: Math.floor(Date.now() / 1000), livemode: false,
    type: "customer.updated", data: { object: { id: "cus_demo_northwind", object: "customer" } },
  });
  const deliver = (header, body = payload) => p.api("/webhooks/stripe", { method: "POST", key: "", body, headers: { "stripe-signature": header, "content-type": "application/json" } });
  const header = (more = {}) => stripe.webhooks.generateTestHeaderString({ payload, secret: SECRET, ...more });
  const taken = await deliver(header());
  assert.equal(taken.status, 200, taken.text);
  const old = Math.floor(Date.now() / 1000) - 301;
  for (const refused of [header({ secret: "whsec_another" }), header({ timestamp: old })]) assertProblem(await deliver(refused), 400, "signature_invalid");
  assertProblem(await deliver(header(), `${payload} `), 400, "signature_invalid");
});
