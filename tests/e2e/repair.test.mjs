// Repair states: each kind that there is, produced at Stripe while its webhooks are lost, seen by one reconcile and not before, told to
// operators and to the organization, repaired from the console by a form that is pressed twice at once and once more, and gone after the
// next reconcile too.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DAILY, DEMO, MINUTE, portico, until } from "./portico.mjs";
import { Visitor, formsOf } from "./visitor.mjs";

const [CONSOLE, APP] = ["platform.localhost", "app.localhost"];
const STRIPE_KEY = "sk_test_e2e";
const QUARTER = "*/15 * * * *";
const REASON = "Agreed with the owner on the phone";
const ORG = DEMO.blueharbor;
const HOME = `/billing/orgs/${ORG}`;
const OTHERS = "cus_demo_northwind";
const TEAM = "price_portico_team_monthly";
let p, operator, owner;
const tried = new Map();
const pressed = new Set();
before(async () => {
  p = await portico({
    secretsOverride: { STRIPE_WEBHOOK_SECRETS: "whsec_e2e_current", STRIPE_SECRET_KEY: STRIPE_KEY },
    // An event that is not here when it is asked for was lost: nothing is on its way in this test.
    vars: { BILLING_EVENTS_LATE_MINUTES: "0" },
  });
  [operator, owner] = [new Visitor(p), new Visitor(p)];
  await operator.signIn(CONSOLE, "pat.quinn@portico.example");
  await owner.signIn(APP, "amara.okafor@blueharbor.example");
  // What the demo organization begins with is not what is tried here.
  await p.sql("DELETE FROM billing_findings WHERE org_id = ?", ORG);
  await p.sql("DELETE FROM plan_overrides WHERE org_id = ?", ORG);
});
after(() => p.end());

async function stripe(path, form, method = form === undefined ? "GET" : "POST") {
  const body = form === undefined ? undefined : new URLSearchParams(form).toString();
  const headers = { authorization: `Bearer ${STRIPE_KEY}`, ...(body ? { "content-type": "application/x-www-form-urlencoded" } : {}) };
  const answer = await (await p.fetch("stripe.localhost", path, { method, body, headers })).json();
  assert.ok(!answer.error, `${method} ${path}: ${JSON.stringify(answer.error)}`);
  return answer;
}
async function control(path, json = {}) {
  const response = await p.fetch("stripe.localhost", `/_emulator/${path}`, { method: "POST", body: JSON.stringify(json), headers: { "content-type": "application/json" } });
  assert.equal(response.status, 200, `${path}: ${await response.text()}`);
}
/** Webhooks are lost, so that nothing but a reconcile or the console changes what is held; and what else goes wrong. */
const lost = (more = {}) => control("switches", { drop: true, ...more });
const world = async () => (await p.fetch("stripe.localhost", "/_emulator/state")).json();
const subscribe = async (price, quantity) => stripe("/v1/subscriptions", { customer: await customer(), "items[0][price]": price, "items[0][quantity]": String(quantity) });
const findings = async () => (await p.sql("SELECT kind FROM billing_findings WHERE org_id = ? ORDER BY kind", ORG)).map(({ kind }) => kind);
const held = async () => (await p.sql("SELECT plan, seats, billing_version AS version FROM orgs WHERE id = ?", ORG))[0];
const plan = async () => (await held()).plan;
const customer = async () => (await p.sql("SELECT stripe_customer_id AS id FROM billing_customers WHERE org_id = ?", ORG))[0].id;
const job = async () => (await p.sql("SELECT state, attempts FROM jobs WHERE kind = 'stripe.sync' AND subject = ?", await customer()))[0];
const repairs = async (log = ORG) => (await p.sql("SELECT count(*) AS n FROM audit_events WHERE org_id = ? AND action = 'billing.repaired' AND target = ?", log, ORG))[0].n;
const ours = async () => (await p.sql("SELECT stripe_subscription_id AS id, item_id AS item FROM subscriptions WHERE org_id = ?", ORG))[0];
async function change(fields) {
  const { id, item } = await ours();
  return stripe(`/v1/subscriptions/${id}`, { "items[0][id]": item, proration_behavior: "none", ...fields });
}

/** The night's compare with the minutes that follow, until this customer's reading is done or has failed for good. */
async function night() {
  const [read] = await p.sql("SELECT coalesce(synced_at, 0) AS at FROM billing_reads WHERE org_id = ?", ORG);
  await p.tick(DAILY);
  await p.tick(MINUTE);
  await until("the customer was read again", async () => {
    const [now] = await p.sql("SELECT synced_at AS at FROM billing_reads WHERE org_id = ?", ORG);
    return now?.at > (read?.at ?? 0) && (await job()).state === "done";
  });
}
/** The same while Stripe can't be read: the reading of that night is tried until it has failed three times. Its pauses are skipped. */
async function darkNight() {
  await p.tick(DAILY);
  for (let attempts = 0; attempts < 3; ) {
    assert.deepEqual(await findings(), [], "one failure is no outage, nor are two");
    await p.sql("UPDATE jobs SET next_at = 0 WHERE kind = 'stripe.sync' AND subject = ? AND state = 'queued'", await customer());
    await p.tick(MINUTE);
    const reached = attempts;
    attempts = await until("another attempt", async () => ((await job()).attempts > reached ? (await job()).attempts : 0));
  }
  await until("the outage is noted", async () => (await findings()).length > 0);
}
const quarter = () => p.tick(QUARTER);

async function dryRun(fields) {
  const before = { ...(await held()), audit: await repairs(), findings: await findings() };
  const shown = await operator.send(await operator.open(CONSOLE, HOME), /\/dry-run$/, fields);
  assert.deepEqual({ ...(await held()), audit: await repairs(), findings: await findings() }, before, "a dry run changes nothing");
  return shown;
}
/** What Stripe has made: none of it may come twice. */
async function made() {
  const { customers, subscriptions, invoices, events } = await world();
  return { customers: customers.length, subscriptions: subscriptions.length, invoices: invoices.length, events: events.length };
}
/** Dry run and apply; the button is pressed twice at once, and then once more. */
async function repair(fields) {
  // The dry run's button too: it only shows.
  const page = await operator.open(CONSOLE, HOME);
  const form = formsOf(page.text).find((one) => one.fields.repair === fields.repair);
  assert.ok(form, `${fields.repair} is offered`);
  const ask = () => operator.ask(CONSOLE, form.action, { method: "POST", fields: { ...form.fields, ...fields } });
  const before = { ...(await held()), at: await made() };
  const [shown, same] = await Promise.all([ask(), ask()]);
  assert.deepEqual([shown.status, same.status], [200, 200], shown.text);
  assert.deepEqual({ ...(await held()), at: await made() }, before, "a dry run changes nothing");
  const [mine, theirs] = [await repairs(), await repairs("platform")];
  const apply = formsOf(shown.text).find((one) => one.action.endsWith("/repair"));
  assert.ok(apply, words(shown));
  const press = () => operator.ask(CONSOLE, apply.action, { method: "POST", fields: { ...apply.fields, reason: REASON } });
  const answers = await Promise.all([press(), press()]);
  pressed.add(fields.repair);
  const done = answers.find(({ status }) => status === 303);
  assert.ok(done, answers.map(words).join("\n"));
  for (const answer of answers) assert.ok(answer.status === 303 || answer.status === 409, `${answer.status} ${answer.text}`);
  const once = await made();
  for (const what of ["customers", "subscriptions", "invoices"]) assert.ok(once[what] - before.at[what] <= 1, `${what} came twice`);
  const again = await press();
  assert.deepEqual([again.status, again.location], [303, HOME], "the same form again is answered like the first");
  assert.deepEqual(await made(), once, "and does nothing");
  assert.deepEqual([await repairs(), await repairs("platform")], [mine + 1, theirs + 1], "recorded once, in both logs");
  return operator.after(done);
}

/** A page's text without its tags: what a failed match shows. */
const words = ({ text }) => text.slice(text.indexOf("<main")).replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");
/** The explanation of a callout on the organization's page, by its title. */
const told = ({ text }, title) => text.split(`<p class="title">${title}</p>`)[1]?.split("</p>")[0].replace(/<[^>]+>/g, " ").trim();
/** It is on the operators' list, with its title, and on the organization's own page with its explanation. */
async function shown(kind) {
  const list = await operator.open(CONSOLE, `/billing?kind=${kind}`);
  assert.ok(list.text.includes(`href="${HOME}"`), `${kind} is listed`);
  const title = new RegExp(`<option value="${kind}"[^>]*>([^<]+)<`).exec(list.text)[1];
  assert.ok((await operator.open(CONSOLE, HOME)).text.includes(title), `${kind} is said to operators`);
  const page = await owner.open(APP, "/billing/blueharbor");
  const explained = told(page, title);
  assert.ok(explained?.length > 60, `${kind} is explained to the organization: ${explained}`);
}
async function gone() {
  assert.deepEqual(await findings(), []);
  assert.match((await operator.open(CONSOLE, HOME)).text, /Nothing is wrong/);
}

/**
 * Tries a kind. `wrong` makes it so at Stripe, `reconcile` is what finds it, `meanwhile` looks at what else is true then, `mend` does at
 * Stripe what has to be done there first, and `repair` is what is sent from the console.
 */
async function tries(kind, { reconcile = night, wrong, meanwhile = () => {}, mend = () => {}, fields, then = () => {}, next = reconcile }) {
  await gone();
  await wrong();
  assert.deepEqual(await findings(), [], `${kind} is not known before a reconcile`);
  let from = performance.now();
  await reconcile();
  assert.deepEqual(await findings(), [kind], "seen by one reconcile");
  const seen = performance.now() - from;
  await shown(kind);
  await meanwhile();
  const send = typeof fields === "function" ? await fields() : fields;
  await mend();
  from = performance.now();
  await repair(send);
  await gone();
  const repaired = performance.now() - from;
  await then();
  await next();
  await gone();
  tried.set(kind, `${seen.toFixed(0)} ms to be seen, ${repaired.toFixed(0)} ms to be repaired (${send.repair})`);
}

/** An event that is delivered, of somebody else: it shows that deliveries come, and says nothing of this organization's. */
async function delivery() {
  await control("switches", {});
  const before = (await p.sql("SELECT count(*) AS n FROM stripe_events WHERE source = 'delivery'"))[0].n;
  await stripe(`/v1/customers/${OTHERS}`, { "metadata[note]": String(Date.now()) });
  await until("it is delivered", async () => (await p.sql("SELECT count(*) AS n FROM stripe_events WHERE source = 'delivery'"))[0].n > before);
}

test("the portal isn't set up", async () => {
  // Events from before this test were never delivered to it: they are taken in, and their silence is over.
  await quarter();
  await delivery();
  await quarter();
  await tries("portal_not_configured", {
    reconcile: quarter,
    wrong: () => lost({ portal_unconfigured: true }),
    fields: { repair: "check_portal" },
    mend: async () => {
      assert.match((await dryRun({ repair: "check_portal" })).text, /no portal configuration/);
      await lost();
    },
  });
});

test("events don't arrive", async () => {
  const check = { repair: "end_silence" };
  await tries("webhook_silence", {
    reconcile: quarter,
    wrong: async () => {
      await lost();
      await subscribe(TEAM, 9);
      assert.equal(await plan(), "free", "nobody told");
    },
    meanwhile: async () => {
      await until("what was found is in effect", async () => (await plan()) === "team");
      // Another one is lost: the check finds it, and says that the note stays.
      await stripe(`/v1/customers/${await customer()}`, { "metadata[note]": "lost too" });
      assert.match((await repair(check)).text, /Deliveries still fail: 1 event that had never arrived/);
      assert.deepEqual(await findings(), ["webhook_silence"]);
      const nobody = await repair(check);
      assert.match(nobody.text, /nothing was delivered either, so nobody knows/, "that nothing is missing proves nothing");
      assert.deepEqual(await findings(), ["webhook_silence"]);
    },
    fields: check,
    mend: async () => {
      await delivery();
      await lost();
    },
  });
});

test("Stripe has lost the subscription", async () => {
  await tries("subscription_missing", {
    // The account's test data was deleted: its customers were made again, their subscriptions were not.
    wrong: async () => {
      await control("reset");
      await lost();
    },
    meanwhile: async () => assert.equal(await plan(), "free"),
    fields: { repair: "drop_subscription" },
    then: async () => assert.equal(await ours(), undefined),
  });
});

test("a price that is not the plan's: the subscription is moved to the published one", async () => {
  await subscribe(TEAM, 9);
  await night();
  const old = await stripe("/v1/prices", { product: "prod_portico_team", currency: "usd", unit_amount: "700", "recurring[interval]": "month", "metadata[portico_lookup_key]": "portico_team_monthly" });
  await tries("price_mismatch", {
    wrong: () => change({ "items[0][price]": old.id, "items[0][quantity]": "9" }),
    meanwhile: async () => {
      assert.equal(await plan(), "team", "it grants what it was sold as");
      assert.match(words(await dryRun({ repair: "move_price" })), /from \$7\.00 to \$9\.00 a month, for 9 seats\. About \$(17|18)\.\d\d is charged now/);
    },
    fields: { repair: "move_price" },
    then: async () => assert.equal((await stripe(`/v1/subscriptions/${(await ours()).id}`)).items.data[0].price.id, TEAM),
  });
});

test("seats that don't match are set at Stripe, after what it costs was shown", async () => {
  await tries("seat_drift", {
    wrong: () => change({ "items[0][quantity]": "1" }),
    meanwhile: async () => {
      assert.deepEqual([await plan(), (await held()).seats], ["team", 1]);
      assert.match(words(await dryRun({ repair: "reset_seats", seats: "9" })), /from 1 to 9\. About \$7[12]\.\d\d is charged now/);
      const wrong = await dryRun({ repair: "reset_seats", seats: "11" });
      assert.equal(wrong.status, 422);
      assert.match(wrong.text, /href="#field-seats">Seats: The Team plan has 1 to 10 seats\. Choose a number within that\.[\s\S]*value="11"/);
    },
    fields: { repair: "reset_seats", seats: "9" },
    then: async () => assert.equal((await held()).seats, 9),
  });
});

test("two subscriptions: one is kept, the other ends at Stripe", async () => {
  const first = await ours();
  let second;
  await tries("subscription_double", {
    wrong: async () => {
      second = await subscribe("price_portico_business_monthly", 9);
    },
    meanwhile: async () => {
      const wrong = await dryRun({ repair: "adopt_subscription", subscription: "sub_elsewhere" });
      assert.deepEqual([wrong.status, /Choose one of sub_\w+, sub_\w+\./.test(wrong.text)], [422, true], words(wrong));
    },
    fields: { repair: "adopt_subscription", subscription: first.id },
    then: async () => {
      assert.equal((await stripe(`/v1/subscriptions/${second.id}`)).status, "canceled");
      assert.equal(await plan(), "team");
    },
  });
});

test("a price that nobody knows is mapped to a plan", async () => {
  const product = await stripe("/v1/products", { name: "Pilot" });
  const price = await stripe("/v1/prices", { product: product.id, currency: "usd", unit_amount: "700", "recurring[interval]": "month" });
  await tries("price_unknown", {
    wrong: () => change({ "items[0][price]": price.id, "items[0][quantity]": "9" }),
    meanwhile: async () => assert.equal(await plan(), "free", "what is not understood grants nothing"),
    fields: { repair: "map_price", sells: "business" },
    then: async () => assert.equal(await plan(), "business"),
  });
});

test("Stripe can't be read", async () => {
  const before = await plan();
  await tries("provider_outage", {
    reconcile: darkNight,
    wrong: () => lost({ outage: true }),
    meanwhile: async () => {
      assert.equal(await plan(), before, "nothing changes by what isn't known");
      assert.match((await dryRun({ repair: "resync" })).text, /only what we hold/);
    },
    mend: () => lost(),
    fields: { repair: "resync" },
    next: night,
  });
});

test("a customer that says it is another organization's is separated", async () => {
  const shared = await customer();
  await tries("customer_shared", {
    wrong: () => stripe(`/v1/customers/${shared}`, { "metadata[org_id]": DEMO.northwind }),
    meanwhile: async () => {
      assert.equal(await plan(), "free");
      assert.match((await operator.open(CONSOLE, HOME)).text, new RegExp(`belongs to <a href="/billing/orgs/${DEMO.northwind}">Northwind Robotics</a>`));
    },
    fields: { repair: "separate_customer" },
    then: async () => {
      assert.notEqual(await customer(), shared);
      const refused = await dryRun({ repair: "relink_customer", customer: shared });
      assert.equal(refused.status, 422);
      assert.match(refused.text, /belongs to Northwind Robotics/);
    },
  });
});

test("a customer that is gone is replaced by another, by its id", async () => {
  const fresh = await stripe("/v1/customers", { name: "Blue Harbor" });
  await tries("customer_missing", {
    wrong: async () => stripe(`/v1/customers/${await customer()}`, {}, "DELETE"),
    fields: { repair: "relink_customer", customer: fresh.id },
    then: async () => assert.equal((await stripe(`/v1/customers/${fresh.id}`)).metadata.org_id, ORG),
  });
});

test("a grant holds at once, ends at once, and stands in both logs; a repair that was looked at too early is refused", async () => {
  const early = await dryRun({ repair: "grant_plan", plan: "team", days: "7" });
  await repair({ repair: "grant_plan", plan: "business", days: "7" });
  assert.equal(await plan(), "business");
  const late = await operator.send(early, /\/repair$/, { reason: REASON });
  assert.equal(late.status, 409);
  assert.match(late.text, /changed meanwhile/);
  await repair({ repair: "end_grant" });
  assert.equal(await plan(), "free");
});

test("every kind that can be stored was tried", async () => {
  const [{ sql }] = await p.sql("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'billing_findings'");
  const kinds = /CHECK \(kind IN \(([^)]*)\)\)/.exec(sql)[1].match(/[a-z_]+/g);
  assert.equal(kinds.length, 10);
  assert.deepEqual([...tried.keys()].sort(), kinds.sort());
  for (const [kind, took] of tried) console.log(`${kind}: ${took}`);
});

test("every button of the console was pressed twice at once and twice in a row", async () => {
  // A repair that there isn't is refused with the list of those that there are.
  const page = await operator.open(CONSOLE, HOME);
  const refused = await operator.send(page, /\/dry-run$/, { repair: "none" });
  assert.equal(refused.status, 422);
  const known = (/Send one of ([^.]+)\./.exec(refused.text)?.[1].match(/\w+/g)) ?? assert.fail(words(refused));
  assert.equal(known.length, 12);
  assert.deepEqual([...pressed].sort(), known.sort());
});

test("no secret is in the log", () => {
  const all = p.logLines.map(({ message }) => message).join("\n");
  for (const secret of ["whsec_e2e_current", STRIPE_KEY, p.secrets.SIGNING_KEYS]) assert.ok(!all.includes(secret));
});
