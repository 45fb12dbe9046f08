// Stripe's own command line against the emulator's native program: `stripe trigger`, whose scripts of calls nobody here wrote.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, before, test } from "node:test";
import { ROOT } from "../../tools/paths.mjs";
import { run } from "../../tools/run.mjs";
import { KEY, emulator } from "./native.mjs";

const CLI = join(ROOT, "node_modules/@stripe/cli/bin/shim.js");
let e;
let folder;
before(async () => {
  e = await emulator();
  folder = mkdtempSync(join(tmpdir(), "stripe-cli-"));
});
after(async () => {
  await e?.end();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** Runs it with a configuration of its own, saying nothing to anybody else: neither usage nor whether there is a newer one. */
async function stripe(...args) {
  const nobody = "http://127.0.0.1:9";
  const env = { XDG_CONFIG_HOME: folder, HOME: folder, STRIPE_CLI_TELEMETRY_OPTOUT: "1", HTTPS_PROXY: nobody, https_proxy: nobody, NO_PROXY: "127.0.0.1" };
  return run(process.execPath, [CLI, ...args, "--api-key", KEY, "--api-base", e.origin], { env, timeoutMs: 60_000 });
}

// What billing listens to, as far as there is a trigger for it that the emulator has the calls of, and what it is made of.
for (const event of [
  "charge.dispute.created", "charge.refunded", "charge.succeeded", "checkout.session.completed", "checkout.session.expired", "customer.created",
  "customer.deleted", "customer.subscription.created", "customer.subscription.deleted", "customer.subscription.updated", "customer.updated",
  "payment_intent.succeeded", "payment_method.attached", "price.created", "product.created",
]) {
  test(`stripe trigger ${event}`, async () => {
    const { data: [last] } = await e.stripe.events.list({ limit: 1 });
    const { code, output } = await stripe("trigger", event);
    assert.equal(code, 0, output);
    assert.match(output, /Trigger succeeded!/);
    const { data } = await e.stripe.events.list({ type: event, limit: 100, ...(last && { ending_before: last.id }) });
    assert.ok(data.length > 0, `${event} happened: ${output}`);
  });
}

test("what was bought by checkout.session.completed was paid for once, by a guest", async () => {
  const { data: [event] } = await e.stripe.events.list({ type: "checkout.session.completed", limit: 1 });
  const { mode, status, payment_status, subscription, payment_intent } = event.data.object;
  assert.deepEqual({ mode, status, payment_status, subscription }, { mode: "payment", status: "complete", payment_status: "paid", subscription: null });
  assert.equal((await e.stripe.paymentIntents.retrieve(payment_intent, { expand: ["latest_charge"] })).latest_charge.status, "succeeded");
});

test("stripe customers create, and a refusal", async () => {
  const made = await stripe("customers", "create", "--email=a@b.example");
  assert.equal(JSON.parse(made.output.slice(made.output.indexOf("{"))).email, "a@b.example", made.output);
  const refused = await stripe("customers", "create", "--email=nobody");
  assert.match(refused.output, /email_invalid/);
});
