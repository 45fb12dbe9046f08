// The demo data and the local Stripe fit together: what is wrong with some organizations is found by reading them, and nothing else is.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DEMO, MINUTE, portico, until } from "./portico.mjs";
import { Visitor } from "./visitor.mjs";

const QUARTER = "*/15 * * * *";
const org = (end) => `org_018b000000007000800000000000000${end}`;
const FOG_SIGNAL = org("a");
/** What the first minute finds, by organization, beside what the fixture wrote down. */
const FOUND = {
  repairyard: ["price_mismatch", "seat_drift", "subscription_double", "webhook_silence"],
  drydock: ["customer_missing"],
  keelanchor: ["subscription_missing"],
  twinmasts: ["customer_shared"],
  copperlantern: ["price_unknown"],
  fogsignal: ["provider_outage"],
};
let p, operator;
before(async () => {
  p = await portico();
  operator = new Visitor(p);
  await operator.signIn("platform.localhost", "pat.quinn@portico.example");
});
after(() => p.end());

const found = async () => {
  const rows = await p.sql("SELECT o.slug, f.kind FROM billing_findings f JOIN orgs o ON o.id = f.org_id ORDER BY o.slug, f.kind");
  return Object.groupBy(rows, ({ slug }) => slug);
};
const kinds = async () => Object.fromEntries(Object.entries(await found()).map(([slug, rows]) => [slug, rows.map(({ kind }) => kind)]));
const plans = async () => Object.fromEntries((await p.sql("SELECT slug, plan || ' ' || seats AS has FROM orgs ORDER BY slug")).map(({ slug, has }) => [slug, has]));

test("what is held is what Stripe has, to the second; periods are under way", async () => {
  const state = await (await p.fetch("stripe.localhost", "/_emulator/state")).json();
  const remote = new Map(state.subscriptions.map((one) => [one.id, one]));
  const held = await p.sql("SELECT stripe_subscription_id AS id, item_id, current_period_end FROM subscriptions WHERE org_id IN (?, ?, ?, ?)", ...["1", "3", "7", "a"].map(org));
  assert.equal(held.length, 4);
  for (const { id, item_id, current_period_end } of held) {
    const [item] = remote.get(id).items;
    assert.deepEqual([item_id, current_period_end], [item.id, item.period[1] * 1000], id);
    assert.ok(current_period_end > Date.now(), id);
  }
  const paid = state.invoices.filter(({ customer }) => customer === "cus_demo_northwind").map(({ id, amount_paid, paid_at }) => ({ object_id: id, amount: amount_paid, happened_at: paid_at * 1000 }));
  assert.deepEqual(await p.sql("SELECT object_id, amount, happened_at FROM billing_ledger WHERE org_id = ? ORDER BY object_id", DEMO.northwind), paid);
});

test("the first minute finds what is wrong; the plans that it puts in doubt fall to Free", async () => {
  assert.deepEqual(await kinds(), { fogsignal: ["provider_outage"], repairyard: ["webhook_silence"] }, "nothing else was written down");
  await p.tick(MINUTE);
  await until("every reading is done", async () => (await p.sql("SELECT count(*) AS n FROM jobs WHERE kind = 'stripe.sync' AND state IN ('queued', 'running')"))[0].n === 0);
  assert.deepEqual(await kinds(), FOUND);
  assert.deepEqual(await plans(), {
    blueharbor: "free 3", copperlantern: "free 3", drydock: "free 3", fogsignal: "team 6", keelanchor: "free 3", meridian: "business 50",
    northwind: "team 10", repairyard: "team 1", twinmasts: "free 3",
  });
});

test("operators see each of them on one page, and the organization on its own", async () => {
  const list = await operator.open("platform.localhost", "/billing");
  for (const slug of Object.keys(FOUND)) {
    const [{ id }] = await p.sql("SELECT id FROM orgs WHERE slug = ?", slug);
    assert.equal(list.text.split(`href="/billing/orgs/${id}"`).length - 1, FOUND[slug].length, slug);
  }
  const owner = new Visitor(p);
  await owner.signIn("app.localhost", "rory.flint@repairyard.example");
  for (const [slug, says] of [
    ["repairyard", /more than one subscription/i], ["drydock", /customer record/i], ["keelanchor", /missing at Stripe/i],
    ["twinmasts", /another organization/i], ["copperlantern", /price/i], ["fogsignal", /Stripe can(’|'|&#39;)t be reached/i],
  ]) {
    const page = await owner.open("app.localhost", `/billing/${slug}`);
    assert.equal(page.status, 200, slug);
    assert.match(page.text, says, slug);
  }
});

test("Northwind is as it was: reading it again changes nothing", async () => {
  const before = (await p.sql("SELECT billing_version AS version FROM orgs WHERE id = ?", DEMO.northwind))[0].version;
  await p.sql("UPDATE jobs SET subject = 'cus_demo_northwind', org_id = ?, state = 'queued', next_at = 0 WHERE kind = 'stripe.sync' AND subject = 'cus_demo_blueharbor'", DEMO.northwind);
  await p.tick(MINUTE);
  const read = () => p.sql("SELECT synced_at FROM billing_reads WHERE org_id = ?", DEMO.northwind);
  await until("it was read", async () => (await read())[0].synced_at > Date.now() - 60_000);
  assert.equal((await p.sql("SELECT billing_version AS version FROM orgs WHERE id = ?", DEMO.northwind))[0].version, before);
});

test("the given-up reading of Fog Signal goes through when an operator puts it back; silence ends once something is delivered", async () => {
  const page = await operator.open("platform.localhost", "/jobs");
  await operator.go(page, /job_018b0000000070008000000000000001\/replay$/);
  await p.tick(MINUTE);
  await until("it was read", async () => (await kinds()).fogsignal === undefined);
  assert.deepEqual((await p.sql("SELECT failures, failing_since FROM billing_reads WHERE org_id = ?", FOG_SIGNAL))[0], { failures: 0, failing_since: null });
  await p.tick(QUARTER);
  assert.deepEqual((await kinds()).repairyard, FOUND.repairyard, "that nothing is missing says nothing of deliveries");
  const delivered = async () => (await p.sql("SELECT count(*) AS n FROM stripe_events WHERE source = 'delivery' AND received_at > ?", before))[0].n;
  const before = Date.now() - 1;
  const headers = { authorization: `Bearer ${p.secrets.STRIPE_SECRET_KEY}`, "content-type": "application/x-www-form-urlencoded" };
  assert.equal((await p.fetch("stripe.localhost", "/v1/customers/cus_demo_northwind", { method: "POST", headers, body: "metadata[note]=renamed" })).status, 200);
  await until("an event is delivered", delivered);
  await p.tick(QUARTER);
  assert.deepEqual((await kinds()).repairyard, FOUND.repairyard.slice(0, 3));
});
