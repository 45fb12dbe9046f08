// An organization's billing on workerd, with Stripe's emulator and its pages, by a browser without JavaScript.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DEMO, portico, until } from "./portico.mjs";
import { Visitor } from "./visitor.mjs";

const APP = "app.localhost";
const HOME = "/billing/blueharbor";
const STRIPE_KEY = "sk_test_e2e";
let p, owner;
before(async () => {
  p = await portico({ secretsOverride: { STRIPE_WEBHOOK_SECRETS: "whsec_e2e_current", STRIPE_SECRET_KEY: STRIPE_KEY } });
  owner = new Visitor(p);
  await owner.signIn(APP, "amara.okafor@blueharbor.example");
});
after(() => p.end());

const home = () => owner.open(APP, HOME);
const words = (page) => page.text.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");
const plan = async () => (await p.sql("SELECT plan, seats FROM orgs WHERE id = ?", DEMO.blueharbor))[0];
/** The page of Stripe's that an answer leads to; nothing else may be led to. */
async function atStripe(answer) {
  assert.equal(answer.status, 303, words(answer));
  const to = new URL(answer.location);
  assert.equal(to.hostname, "stripe.localhost");
  return owner.open(to.hostname, to.pathname + to.search);
}
/** Back from Stripe. */
async function back(answer) {
  assert.equal(answer.status, 303, words(answer));
  const to = new URL(answer.location);
  assert.equal(to.hostname, APP);
  return owner.open(to.hostname, to.pathname + to.search);
}
const desk = async (path, json) => {
  const response = await p.fetch("stripe.localhost", `/_emulator/${path}`, { method: "POST", body: JSON.stringify(json), headers: { "content-type": "application/json" } });
  assert.equal(response.status, 200, await response.text());
};
const stripe = async (path, form, method = "POST") => {
  const headers = { authorization: `Bearer ${STRIPE_KEY}`, "content-type": "application/x-www-form-urlencoded" };
  const response = await p.fetch("stripe.localhost", path, { method, body: method === "GET" ? undefined : new URLSearchParams(form).toString(), headers });
  return response.json();
};
const choose = async (fields) => owner.send(await owner.open(APP, `${HOME}/choose`), `${HOME}/checkout`, fields);
const change = async (fields) => owner.send(await owner.open(APP, `${HOME}/change`), `${HOME}/change/preview`, fields);

test("a plan is bought, after a card that was declined, and holds when the buyer comes back", async () => {
  const used = (await p.sql("SELECT (SELECT count(*) FROM memberships WHERE org_id = ?1) + (SELECT count(*) FROM invitations WHERE org_id = ?1 AND accepted_at IS NULL AND canceled_at IS NULL AND expires_at > ?2) AS n", DEMO.blueharbor, Date.now()))[0].n;
  assert.ok(used <= 5, `${used} seats are used`);
  assert.match(words(await home()), /Choose Team/);
  const policy = (await owner.open(APP, `${HOME}/choose`)).headers.get("content-security-policy");
  assert.match(policy, /form-action 'self' https:\/\/checkout\.stripe\.com https:\/\/billing\.stripe\.com http:\/\/stripe\.localhost:\d+;/);
  const first = await choose({ plan: "team", interval: "month", seats: "5" });
  const page = await atStripe(first);
  assert.match(words(page), /Pay \$45\.00/);
  const again = await choose({ plan: "team", interval: "month", seats: "5" });
  assert.equal(again.location, first.location, "a second click leads to the same page");
  const declined = await owner.send(page, /\/pay$/, { card: "declines" });
  assert.match(words(declined.status === 303 ? await owner.after(declined) : declined), /declined/);
  assert.equal((await plan()).plan, "free");
  const done = await back(await owner.send(await atStripe(again), /\/pay$/, { card: "pays" }));
  if (/Waiting for Stripe/.test(done.text)) {
    const shown = await owner.go(done, `${HOME}/checkout/done`);
    assert.match(words(shown), /The Team plan is active/);
  } else assert.match(words(done), /Your plan is active/);
  assert.deepEqual(await plan(), { plan: "team", seats: 5 });
  const shown = words(await home());
  assert.match(shown, /\$45\.00 every month/);
});

test("a way back that was tampered with shows nothing", async () => {
  for (const session of ["cs_test_nobodys", "", "..%2F..%2Fcustomers"]) {
    assert.match(words(await owner.open(APP, `${HOME}/checkout/done?session_id=${session}`)), /We don't know this purchase/);
  }
});

test("plan and seats change up and down, each charged as its preview said", async () => {
  for (const [fields, says, now] of [
    [{ plan: "team", interval: "month", seats: "7" }, /Team, 7 seats/, { plan: "team", seats: 7 }],
    [{ plan: "business", interval: "month", seats: "7" }, /Business, 7 seats/, { plan: "business", seats: 7 }],
    [{ plan: "team", interval: "month", seats: "5" }, /is credited/, { plan: "team", seats: 5 }],
  ]) {
    const preview = await change(fields);
    assert.match(words(preview), says);
    const sent = await owner.send(preview, `${HOME}/change`);
    const twice = await owner.send(preview, `${HOME}/change`);
    assert.deepEqual([twice.status, twice.location], [sent.status, sent.location], "a double click is answered like the first");
    assert.match(words(await owner.after(sent)), /Changed: /);
    assert.deepEqual(await plan(), now);
  }
});

test("an end is set, taken back, and the portal leads there and back", async () => {
  const asks = await owner.open(APP, `${HOME}/cancel`);
  assert.match(words(asks), /Until it ends you can change your mind/);
  assert.match(words(await owner.go(asks, `${HOME}/cancel`)), /ends with its period/);
  assert.match(words(await owner.go(await owner.open(APP, `${HOME}/keep`), `${HOME}/keep`)), /The subscription goes on/);
  const portal = await atStripe(await owner.send(await owner.open(APP, `${HOME}/portal`), `${HOME}/portal`));
  assert.equal(portal.status, 200);
  assert.match(portal.text, /http:\/\/app\.localhost:\d+\/billing\/blueharbor/, "and its way back leads here");
});

test("an outage changes nothing and says so; a portal that is not set up is said and found again", async () => {
  await desk("switches", { outage: true });
  const preview = await change({ plan: "team", interval: "month", seats: "8" });
  assert.equal(preview.status, 409);
  assert.match(words(preview), /Nothing was changed; try again/);
  assert.match(words(await owner.go(await home(), `${HOME}/resync`)), /Stripe doesn't answer/);
  await desk("switches", {});
  assert.match(words(await owner.go(await home(), `${HOME}/resync`)), /Read from Stripe/);
  assert.deepEqual(await plan(), { plan: "team", seats: 5 });

  await desk("switches", { portal_unconfigured: true });
  const refused = await owner.go(await owner.open(APP, `${HOME}/portal`), `${HOME}/portal`);
  assert.match(words(refused), /customer portal isn't set up/);
  await desk("switches", {});
  assert.match(words(await owner.go(refused, `${HOME}/portal/check`)), /The portal is set up now/);
});

test("a customer that is gone is replaced, and one can buy again", async () => {
  const [{ id }] = await p.sql("SELECT stripe_customer_id AS id FROM billing_customers WHERE org_id = ?", DEMO.blueharbor);
  await stripe(`/v1/customers/${id}`, {}, "DELETE");
  await until("the loss to be seen", async () => {
    const page = await home();
    if (/customer record is missing/.test(page.text)) return true;
    await owner.go(page, `${HOME}/resync`);
    return false;
  });
  assert.equal((await plan()).plan, "free");
  assert.match(words(await owner.go(await owner.open(APP, `${HOME}/customer`), `${HOME}/customer`)), /The new record at Stripe is set up/);
  const page = await atStripe(await choose({ plan: "team", interval: "year", seats: "5" }));
  await back(await owner.send(page, /\/pay$/, { card: "pays" }));
  await until("the plan", async () => (await plan()).plan === "team");
});

test("canceling now ends it at once, and a double click is one", async () => {
  const asks = await owner.open(APP, `${HOME}/cancel-now`);
  const [one, two] = await Promise.all([owner.send(asks, `${HOME}/cancel-now`), owner.send(asks, `${HOME}/cancel-now`)]);
  for (const answer of [one, two]) assert.ok([303, 409].includes(answer.status), words(answer));
  await until("the end", async () => (await plan()).plan === "free");
  assert.match(words(await home()), /Choose Team/);
});
