// Billing as its members go it, from the organization's pages to the local emulator's and back, with JavaScript and without.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe } from "node:test";
import { DAILY, DEMO, MINUTE, portico, until } from "../e2e/portico.mjs";
import { launch, signIn } from "./browser.mjs";
import { fine, journeys, path, press, says } from "./journey.mjs";

const APP = "app.localhost";
const STRIPE = "stripe.localhost";
const HOME = "/billing/blueharbor";

let runtime;
let browser;
before(async () => {
  runtime = await portico();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await runtime?.end();
});
const { open, journey } = journeys(() => browser);

const url = (host, at = "/") => `http://${host}:${runtime.port}${at}`;
const host = (page) => new URL(page.url()).hostname;

/** What the emulator is told to do wrong; what is left out is off. */
async function switches(on = {}) {
  const response = await runtime.fetch(STRIPE, "/_emulator/switches", { method: "POST", body: JSON.stringify(on) });
  assert.equal(response.status, 200, await response.text());
}
/** A call of Stripe's API, as somebody at its dashboard would make it. */
async function stripe(at, method = "GET") {
  const response = await runtime.fetch(STRIPE, at, { method, headers: { authorization: `Bearer ${runtime.secrets.STRIPE_SECRET_KEY}` } });
  const body = await response.json();
  assert.equal(response.status, 200, JSON.stringify(body));
  return body;
}
const customer = async () => (await runtime.sql("SELECT stripe_customer_id AS id FROM billing_customers WHERE org_id = ?", DEMO.blueharbor))[0].id;
/** What is alive at Stripe: plan by its price, seats. */
async function alive() {
  const { data } = await stripe(`/v1/subscriptions?customer=${await customer()}`);
  return data.map(({ status, cancel_at_period_end, items }) => [status, items.data[0].price.lookup_key, items.data[0].quantity, cancel_at_period_end]);
}
/** What is said above the page's content about what was done last. */
const told = (page) => page.locator(".flash").first().innerText();

/** Opens a page through a link of the content. */
async function follow(page, label) {
  await page.locator("main").getByRole("link", { name: label }).first().click();
  await page.waitForLoadState();
}
/** A window in which Blue Harbor's owner looks at its billing. */
async function atBilling(javaScript) {
  const { page } = await open(javaScript);
  await signIn(page, runtime, "free owner");
  await page.goto(url(APP, HOME));
  return page;
}
/** Fills in what is ordered. */
async function order(page, { plan, interval, seats }) {
  if (plan) await page.check(`main [name="plan"][value="${plan}"]`);
  if (interval) await page.check(`main [name="interval"][value="${interval}"]`);
  if (seats) await page.fill('main [name="seats"]', String(seats));
}
/** Pays on the emulator's page. */
async function pay(page, card) {
  assert.equal(host(page), STRIPE, page.url());
  await page.check(`[name="card"][value="${card}"]`);
  await press(page, /^Pay/);
}
/** From the emulator's page back to billing, of which nobody told: with a script the page asks by itself, without one somebody presses. */
async function arrive(page, javaScript) {
  if (!javaScript) {
    await says(page, /Waiting for Stripe/);
    await press(page, "Check now");
  }
  await page.waitForURL(url(APP, HOME));
}
/** Buys Team for four without looking around. */
async function buy(page, javaScript) {
  await page.goto(url(APP, `${HOME}/choose?plan=team&interval=month&seats=4`));
  await switches({ drop: true });
  await press(page, "Continue to Stripe");
  await pay(page, "pays");
  await arrive(page, javaScript);
  await switches();
}
/** Another card, in Stripe's portal, and back. */
async function changeCard(page, card) {
  await follow(page, "Open Stripe's portal");
  await press(page, "Go to Stripe");
  assert.equal(host(page), STRIPE);
  await page.check(`[name="card"][value="${card}"]`);
  await press(page, "Change card");
  await follow(page, "Return");
  assert.equal(page.url(), url(APP, HOME));
}

for (const javaScript of [true, false]) {
  describe(javaScript ? "with JavaScript" : "without JavaScript", () => {
    // A journey that broke off may have left something switched on.
    beforeEach(() => switches());
    // What a member may ask for in an hour is counted; both halves together are more than that.
    before(() => runtime.sql("DELETE FROM rate_windows WHERE subject LIKE 'billing:%'"));

    journey("on Free: Team is bought; a form that is wrong and a card that is declined change nothing", async () => {
      const page = await atBilling(javaScript);
      await says(page, /Free plan/);
      if (javaScript) await fine(page);
      await follow(page, "Choose a plan");
      await order(page, { plan: "team", interval: "month" });
      await page.fill('main [name="seats"]', "0");
      await press(page, "Continue to Stripe");
      await says(page, /There is a problem/);
      assert.ok(await page.isChecked('[name="plan"][value="team"]'), "what was chosen is kept");
      if (javaScript) await fine(page);
      await order(page, { seats: 4 });
      // Nobody is told of this purchase: the page that a buyer comes back to finds out.
      await switches({ drop: true });
      await press(page, "Continue to Stripe");
      if (javaScript) await fine(page);
      await says(page, /\$36\.00/);
      // Back without buying: what was chosen is still chosen, and the page at Stripe is the same again.
      const hosted = page.url();
      await follow(page, "Cancel and go back");
      assert.equal(path(page), `${HOME}/choose`);
      assert.equal(await page.inputValue('[name="seats"]'), "4");
      await press(page, "Continue to Stripe");
      assert.equal(page.url(), hosted);
      await pay(page, "declines");
      await says(page, /Your card was declined/);
      if (javaScript) await fine(page);
      assert.deepEqual(await alive(), []);
      await pay(page, "pays");
      await arrive(page, javaScript);
      await switches();
      assert.match(await told(page), /The Team plan is active/);
      await says(page, /4 paid for/);
      await says(page, /\$36\.00 every month/);
      if (javaScript) await fine(page);
      assert.deepEqual(await alive(), [["active", "portico_team_monthly", 4, false]]);
      // The purchase is over: its page sells nothing more, and neither does ours.
      await page.goto(hosted);
      await says(page, /This purchase is complete/);
      await page.goto(url(APP, `${HOME}/choose`));
      await says(page, /Nothing can be bought now/);
    });

    journey("plan and seats are changed, up and down, each after its preview", async () => {
      const page = await atBilling(javaScript);
      await follow(page, "Change plan or seats");
      if (javaScript) await fine(page);
      await press(page, "See what it costs");
      await says(page, /That is what you have already/);
      await order(page, { plan: "business" });
      await press(page, "See what it costs");
      await says(page, /Now\s+Team, 4 seats, billed every month/);
      await says(page, /Then\s+Business, 4 seats, billed every month/);
      if (javaScript) await fine(page);
      assert.deepEqual(await alive(), [["active", "portico_team_monthly", 4, false]], "a preview changes nothing");
      await press(page, "Pay and change");
      assert.match(await told(page), /Changed: Business, 4 seats, billed every month/);
      await says(page, /Business plan/);
      // Fewer seats than are in use are refused, by the number's name.
      await follow(page, "Change seats");
      await page.fill('main [name="seats"]', "1");
      await press(page, "See what it costs");
      await says(page, /seats are in use by members and open invitations/);
      await page.fill('main [name="seats"]', "6");
      await press(page, "See what it costs");
      await press(page, "Pay and change");
      await says(page, /6 paid for/);
      // Down: what was paid for becomes credit.
      await follow(page, "Change plan");
      await order(page, { plan: "team", seats: 4 });
      await press(page, "See what it costs");
      await says(page, /is credited, and taken off the next invoices/);
      await press(page, /^Change/);
      await says(page, /Team plan/);
      assert.deepEqual(await alive(), [["active", "portico_team_monthly", 4, false]]);
    });

    journey("a card that is declined changes nothing; another one, put in at Stripe's portal, goes through", async () => {
      const page = await atBilling(javaScript);
      await follow(page, "Open Stripe's portal");
      if (javaScript) await fine(page);
      await press(page, "Go to Stripe");
      if (javaScript) await fine(page);
      await says(page, /Blue Harbor Clinics/);
      await page.check('[name="card"][value="declines_when_charged"]');
      await press(page, "Change card");
      await follow(page, "Return");
      assert.equal(page.url(), url(APP, HOME));
      const change = async () => {
        await page.goto(url(APP, `${HOME}/change?plan=business&interval=month&seats=20`));
        await press(page, "See what it costs");
        await press(page, "Pay and change");
      };
      await change();
      await says(page, /The last change was refused/);
      await says(page, /Nothing was changed and nothing was charged/);
      if (javaScript) await fine(page);
      assert.deepEqual(await alive(), [["active", "portico_team_monthly", 4, false]]);
      await changeCard(page, "pays");
      await change();
      await says(page, /Business plan/);
      await says(page, /20 paid for/);
      assert.doesNotMatch(await page.innerText("main"), /The last change was refused/);
    });

    journey("it is set to end, kept, ended at once, and bought again", async () => {
      const page = await atBilling(javaScript);
      await follow(page, "Cancel at period end");
      if (javaScript) await fine(page);
      await says(page, /Until it ends you can change your mind/);
      await press(page, "Cancel at period end");
      await says(page, /It is set to end/);
      assert.equal((await alive())[0][3], true);
      await follow(page, "Keep subscription");
      if (javaScript) await fine(page);
      await press(page, "Keep subscription");
      assert.doesNotMatch(await page.innerText("main"), /It is set to end/);
      assert.equal((await alive())[0][3], false);
      await follow(page, "Cancel now");
      if (javaScript) await fine(page);
      await press(page, "Cancel now");
      await says(page, /Free plan/);
      await says(page, /It has ended/);
      if (javaScript) await fine(page);
      assert.deepEqual(await alive(), []);
      await buy(page, javaScript);
      await says(page, /Team plan/);
      assert.deepEqual(await alive(), [["active", "portico_team_monthly", 4, false]]);
    });

    journey("Stripe is down: what was asked for is said to be open, the page says why nothing can be pressed, and one button ends it", async () => {
      const page = await atBilling(javaScript);
      await follow(page, "Cancel at period end");
      await switches({ outage: true });
      await press(page, "Cancel at period end");
      await says(page, /we don't know yet whether this took effect/);
      await says(page, /A change isn't confirmed yet/);
      if (javaScript) await fine(page);
      // Reading fails again and again. Time is not ours to turn here: what waits is made due instead.
      await until("the outage is seen", async () => {
        await runtime.sql("UPDATE jobs SET next_at = 0 WHERE kind = 'stripe.sync' AND state = 'queued'");
        await runtime.tick(MINUTE);
        return (await runtime.sql("SELECT 1 FROM billing_findings WHERE kind = 'provider_outage' AND org_id = ?", DEMO.blueharbor)).length > 0;
      });
      await page.goto(url(APP, HOME));
      await says(page, /Stripe can't be reached/);
      assert.ok(await page.getByRole("button", { name: "Change plan" }).first().isDisabled(), "a button that can't be pressed");
      if (javaScript) await fine(page);
      await press(page, "Read Stripe again");
      assert.match(await told(page), /Stripe doesn't answer at the moment/);
      await switches();
      await press(page, "Read Stripe again");
      assert.match(await told(page), /Read from Stripe/);
      assert.doesNotMatch(await page.innerText("main"), /Stripe can't be reached/);
      assert.deepEqual(await alive(), [["active", "portico_team_monthly", 4, false]]);
      // Minutes later the machine has looked by itself, and nothing is open any more.
      await says(page, /A change isn't confirmed yet/);
      await runtime.sql("UPDATE billing_requests SET created_at = created_at - 180000 WHERE state = 'asked' AND org_id = ?", DEMO.blueharbor);
      await until("the request is settled", async () => {
        await runtime.tick(MINUTE);
        return (await runtime.sql("SELECT 1 FROM billing_requests WHERE state = 'asked' AND org_id = ?", DEMO.blueharbor)).length === 0;
      });
      await page.goto(url(APP, HOME));
      assert.doesNotMatch(await page.innerText("main"), /A change isn't confirmed yet/);
    });

    journey("the portal isn't set up: the page says so, looks again when asked, and leads there once it is", async () => {
      const page = await atBilling(javaScript);
      await switches({ portal_unconfigured: true });
      await follow(page, "Open Stripe's portal");
      await press(page, "Go to Stripe");
      assert.equal(page.url(), url(APP, HOME));
      await says(page, /Stripe's customer portal isn't set up/);
      if (javaScript) await fine(page);
      await press(page, "Check the portal again");
      await says(page, /Stripe's customer portal isn't set up/);
      await switches();
      await press(page, "Check the portal again");
      assert.match(await told(page), /The portal is set up now/);
      await follow(page, "Open Stripe's portal");
      await press(page, "Go to Stripe");
      assert.equal(host(page), STRIPE);
    });

    journey("the record at Stripe is gone: seen by the next comparison, and replaced by a new one that begins on Free", async () => {
      const page = await atBilling(javaScript);
      const old = await customer();
      await switches({ drop: true });
      await stripe(`/v1/customers/${old}`, "DELETE");
      await switches();
      await until("the record is missed", async () => {
        await runtime.tick(DAILY);
        await runtime.tick(MINUTE);
        return (await runtime.sql("SELECT 1 FROM billing_findings WHERE kind = 'customer_missing' AND org_id = ?", DEMO.blueharbor)).length > 0;
      });
      await page.reload();
      await says(page, /The customer record is missing at Stripe/);
      await says(page, /Free plan/);
      if (javaScript) await fine(page);
      await follow(page, "Set up new record");
      if (javaScript) await fine(page);
      await press(page, "Set up new record");
      assert.match(await told(page), /The new record at Stripe is set up/);
      assert.doesNotMatch(await page.innerText("main"), /record is missing/);
      assert.notEqual(await customer(), old);
      assert.deepEqual(await alive(), []);
      // What was held before went with its record: nothing is wrong any more, and nothing is shown as if it were paid.
      assert.doesNotMatch(await page.innerText("main"), /missing at Stripe|Everything is paid/);
      assert.deepEqual(await runtime.sql("SELECT kind FROM billing_findings WHERE org_id = ?", DEMO.blueharbor), []);
      assert.deepEqual(await runtime.sql("SELECT 1 FROM subscriptions WHERE org_id = ?", DEMO.blueharbor), []);
      await says(page, /Choose a plan/);
    });

    journey("Buy is pressed twice, and in two windows at once: there is one page at Stripe; given up, there is none", async () => {
      const one = await atBilling(javaScript);
      const two = await atBilling(javaScript);
      const sessions = async () => (await stripe(`/v1/checkout/sessions?customer=${await customer()}&status=open`)).data.map(({ id }) => id);
      for (const page of [one, two]) await page.goto(url(APP, `${HOME}/choose?plan=team&interval=year&seats=5`));
      await Promise.all([one, two].map((page) => page.getByRole("button", { name: "Continue to Stripe" }).dblclick({ noWaitAfter: true })));
      for (const page of [one, two]) await page.waitForURL((to) => to.hostname === STRIPE);
      assert.equal(one.url(), two.url());
      assert.deepEqual(await sessions(), [path(one).split("/").at(-1)]);
      await one.goto(url(APP, HOME));
      await says(one, /A purchase is under way/);
      if (javaScript) await fine(one);
      await press(one, "Give it up");
      assert.doesNotMatch(await one.innerText("main"), /A purchase is under way/);
      assert.deepEqual(await sessions(), []);
      await two.reload();
      await says(two, /This page has expired/);
      assert.deepEqual(await alive(), []);
    });
  });
}
