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
  await act("card", { card: "declines" });
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
