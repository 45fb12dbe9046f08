// `npm run test:stripe:own`: what billing asks of Stripe, asked of Stripe itself, in the test mode of an account of yours. Not part of
// `npm test`: it needs a key and the network. Everything it makes is removed again, but for one product and two prices, which Stripe
// keeps; they are archived, and the next run uses them again.
//
//   STRIPE_TEST_KEY=sk_test_… npm run test:stripe:own
//     --api-base <url>    another Stripe on this machine, such as the emulator
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import Stripe from "stripe";
import { Stop, main } from "../../tools/progress.mjs";
import { stripeSetup, wanted } from "../../tools/stripe-setup.mjs";
import { misfits } from "../e2e/stripe-spec.mjs";
import { judgeAnswer } from "./own-account/answers.mjs";

const VARIABLE = "STRIPE_TEST_KEY";
const HOW = `This run asks Stripe itself, in the test mode of your account, and needs a key:
  1. copy a secret key (sk_test_…) from Developers → API keys in Stripe's dashboard, with test mode on
  2. ${VARIABLE}=sk_test_… npm run test:stripe:own
It is optional: npm test does without it.`;
const MARK = "portico_own_account_check";
const DAY = 86_400;

function keyOf(env) {
  const key = env[VARIABLE];
  // Whatever it is, it is not repeated: it may be a live key.
  if (!/^[sr]k_test_[!-~]+$/.test(key)) throw new Stop(`${VARIABLE} is not a test key; set it to one that begins with sk_test_ or rk_test_`);
  return key;
}

function baseOf(text) {
  if (text === undefined) return undefined;
  if (!URL.canParse(text) || !["127.0.0.1", "localhost"].includes(new URL(text).hostname)) throw new Stop("--api-base: give an address on this machine, such as http://127.0.0.1:12111");
  return new URL(text).origin;
}

/** Stripe's library; every request and every answer is held to the specification on its way, and noted in `notes`. */
function library(key, base, apiVersion, notes) {
  const send = async (url, init) => {
    const { pathname, search } = new URL(url);
    const call = `${init.method} ${pathname.replaceAll(/\/(?=[^/]*[0-9A-Z])[a-z]+_\w+/g, "/{id}")}`;
    notes.calls += 1;
    const form = init.method === "GET" ? search.slice(1) : `${init.body ?? ""}`;
    for (const one of misfits(init.method, pathname, form)) notes.wrong.add(`what we sent, ${call}: ${one}`);
    const response = await fetch(base ? `${base}${pathname}${search}` : url, init);
    const text = await response.clone().text();
    let answer;
    try {
      answer = JSON.parse(text);
    } catch {
      notes.wrong.add(`${call}: the answer is not JSON`);
      return response;
    }
    const { wrong, fresh } = judgeAnswer(answer);
    for (const one of wrong) notes.wrong.add(`${call}: ${one}`);
    for (const one of fresh) notes.fresh.add(one.replaceAll(/\/\d+/g, ""));
    if (answer.livemode === true) throw new Stop("Stripe answers in live mode; nothing more was asked");
    return response;
  };
  return new Stripe(key, { apiVersion, telemetry: false, httpClient: Stripe.createFetchHttpClient(send) });
}

/** Stripe's refusals in our words: those about a key quote its ends. */
function explain(error, doing) {
  if (error instanceof Stop) return error;
  if (error?.type === "StripeAuthenticationError") return new Stop(`${doing}: Stripe refuses the key in ${VARIABLE}; copy it again from the dashboard`);
  if (error?.type === "StripePermissionError") return new Stop(`${doing}: the key in ${VARIABLE} may not do this; take a secret key, or one with more permissions`);
  if (error?.type === "StripeConnectionError") return new Stop(`${doing}: Stripe can't be reached; connect and run the command again`);
  return new Stop(`${doing}: ${error?.type ?? "failed"}${error?.param ? ` (${error.param})` : ""}: ${error?.message}`);
}

function must(holds, text) {
  if (!holds) throw new Stop(text);
}

/** Archived things of an earlier run, or new ones: `{team, business}`, two prices. */
async function prices(stripe) {
  const product = await stripe.products.update(MARK, { active: true }).catch((error) => {
    if (error.code !== "resource_missing") throw error;
    return stripe.products.create({ id: MARK, name: "Portico: check of an own account" });
  });
  const { data } = await stripe.prices.list({ product: product.id, limit: 100 });
  const one = async (unit_amount) => {
    const there = data.find((price) => price.unit_amount === unit_amount && price.currency === "usd" && price.recurring?.interval === "month");
    return there ? stripe.prices.update(there.id, { active: true }) : stripe.prices.create({ product: product.id, unit_amount, currency: "usd", recurring: { interval: "month" } });
  };
  return { team: await one(1_000), business: await one(2_500) };
}

/** A test clock, where the account and the key can have one. */
async function clockOf(stripe, frozen_time) {
  return stripe.testHelpers.testClocks.create({ frozen_time, name: MARK }).catch((error) => {
    if (error.statusCode !== 404 && error.type !== "StripePermissionError") throw error;
    return undefined;
  });
}

async function portalOf(stripe) {
  const { data } = await stripe.billingPortal.configurations.list({ limit: 100 });
  const there = data.find(({ metadata }) => metadata?.portico === MARK);
  const features = { invoice_history: { enabled: true }, payment_method_update: { enabled: true } };
  return there ? stripe.billingPortal.configurations.update(there.id, { active: true }) : stripe.billingPortal.configurations.create({ features, metadata: { portico: MARK } });
}

async function journey(stripe, want, step, later) {
  const { team, business } = await step("a product and two prices", async () => {
    const made = await prices(stripe);
    later("archive the product", () => stripe.products.update(MARK, { active: false }));
    for (const price of Object.values(made)) later("archive a price", () => stripe.prices.update(price.id, { active: false }));
    return made;
  });
  await step("stripe:setup, as a dry run", async () => {
    const { changes } = await stripeSetup(stripe, want, { dryRun: true, say: () => undefined });
    return changes === 0 ? "products, prices and portal are as the plans say" : `would make ${changes} ${changes === 1 ? "change" : "changes"}`;
  });
  const start = Math.floor(Date.now() / 1_000);
  const clock = await step("a test clock", async () => {
    const made = await clockOf(stripe, start);
    if (made) later("delete the test clock with its customers", () => stripe.testHelpers.testClocks.del(made.id));
    return made ?? "not to be had here: no renewal is tried";
  });
  const timed = clock?.id ? { test_clock: clock.id } : {};
  const customerOf = async (name) => {
    const made = await stripe.customers.create({ name, email: "own-account-check@example.com", metadata: { portico: MARK }, ...timed });
    if (!timed.test_clock) later("delete a customer", () => stripe.customers.del(made.id));
    return made;
  };
  const customer = await step("a customer", () => customerOf("Ä & Co"));
  await step("a Checkout page, and its end", async () => {
    const session = await stripe.checkout.sessions.create({
      mode: "subscription", customer: customer.id, client_reference_id: MARK, line_items: [{ price: team.id, quantity: 2 }],
      success_url: "https://example.com/?s={CHECKOUT_SESSION_ID}", cancel_url: "https://example.com/",
    });
    must(session.status === "open" && session.amount_total === 2_000 && URL.canParse(session.url), "the page isn't open for 20.00");
    must((await stripe.checkout.sessions.expire(session.id)).status === "expired", "the page didn't expire");
  });
  await step("the customer portal", async () => {
    const configuration = await portalOf(stripe);
    later("switch the portal's configuration off", () => stripe.billingPortal.configurations.update(configuration.id, { active: false }));
    const visit = await stripe.billingPortal.sessions.create({ customer: customer.id, configuration: configuration.id, return_url: "https://example.com/" });
    must(URL.canParse(visit.url), "no page to visit");
  });
  const subscription = await step("a subscription, paid by card", async () => {
    const card = await stripe.paymentMethods.attach("pm_card_visa", { customer: customer.id });
    await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: card.id } });
    const made = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: team.id, quantity: 2 }], payment_behavior: "error_if_incomplete", metadata: { portico: MARK }, expand: ["latest_invoice"] });
    must(made.status === "active" && made.latest_invoice.amount_paid === 2_000, "it isn't active and paid");
    return made;
  });
  await step("a preview, and the change that it foretold", async () => {
    const items = [{ id: subscription.items.data[0].id, price: business.id, quantity: 5 }];
    const change = { items, proration_behavior: "always_invoice", proration_date: start };
    const preview = await stripe.invoices.createPreview({ customer: customer.id, subscription: subscription.id, subscription_details: change });
    const changed = await stripe.subscriptions.update(subscription.id, { ...change, payment_behavior: "error_if_incomplete", expand: ["latest_invoice"] });
    must(changed.latest_invoice.total === preview.total, `the preview said ${preview.total}, the invoice ${changed.latest_invoice.total}`);
    must(changed.items.data[0].quantity === 5 && changed.latest_invoice.status === "paid", "not changed and paid");
  });
  await step("a card that is declined", async () => {
    const other = await customerOf("Declined");
    const error = await (async () => {
      const card = await stripe.paymentMethods.attach("pm_card_chargeDeclined", { customer: other.id });
      await stripe.subscriptions.create({ customer: other.id, items: [{ price: team.id }], default_payment_method: card.id, payment_behavior: "error_if_incomplete" });
    })().catch((error) => error);
    must(error?.type === "StripeCardError" && error.code === "card_declined", `it was not refused as card_declined: ${error?.type ?? "accepted"}`);
  });
  await step("what isn't there", async () => {
    const error = await stripe.subscriptions.retrieve("sub_nowhere").catch((error) => error);
    must(error.statusCode === 404 && error.code === "resource_missing", `not resource_missing: ${error.code}`);
  });
  if (clock?.id) {
    await step("a month later: the renewal", async () => {
      await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: start + 32 * DAY });
      await until("the clock is there", async () => (await stripe.testHelpers.testClocks.retrieve(clock.id)).status === "ready");
      const { data } = await stripe.invoices.list({ customer: customer.id });
      must(data.some(({ billing_reason, total }) => billing_reason === "subscription_cycle" && total === 12_500), "no renewal of 125.00");
    });
  }
  await step("set to end, kept, ended", async () => {
    must((await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true })).cancel_at_period_end, "not set to end");
    must(!(await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: false })).cancel_at_period_end, "not kept");
    must((await stripe.subscriptions.cancel(subscription.id)).status === "canceled", "not ended");
    must((await stripe.subscriptions.list({ customer: customer.id })).data.length === 0, "the list without a status has one that ended");
  });
  await step("events", async () => {
    const wantedTypes = ["customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted"];
    await until("the events are listed", async () => {
      const { data } = await stripe.events.list({ types: wantedTypes, created: { gte: start - 60 }, limit: 100 });
      return wantedTypes.every((type) => data.some((event) => event.type === type && event.data.object.id === subscription.id));
    });
  });
}

async function until(what, look) {
  for (const end = Date.now() + 120_000; !(await look()); await sleep(1_000)) if (Date.now() > end) throw new Stop(`not within two minutes: ${what}`);
}

await main(async () => {
  const { values } = parseArgs({ options: { "api-base": { type: "string" } } });
  if (!process.env[VARIABLE]) return console.log(HOW);
  const [key, base, want] = [keyOf(process.env), baseOf(values["api-base"]), await wanted()];
  const notes = { calls: 0, wrong: new Set(), fresh: new Set() };
  const stripe = library(key, base, want.api_version, notes);
  const leftovers = [];
  const step = async (name, work) => {
    const result = await work().catch((error) => {
      throw explain(error, name);
    });
    console.log(`  ${name}: ${typeof result === "string" ? result : "ok"}`);
    return result;
  };
  let failure;
  try {
    await journey(stripe, want, step, (what, work) => leftovers.unshift([what, work]));
  } catch (error) {
    failure = error;
  }
  for (const [what, work] of leftovers) await work().catch((error) => console.error(`  left behind: ${explain(error, what).message}`));
  for (const one of notes.fresh) console.log(`  new at Stripe: ${one}`);
  for (const one of notes.wrong) console.error(`  not as specified: ${one}`);
  if (failure) throw failure;
  must(notes.wrong.size === 0, `${notes.wrong.size} requests or answers are not as Stripe's specification says`);
  console.log(`${base ?? "Stripe"}: ${notes.calls} requests; neither they nor their answers go against the specification`);
});
