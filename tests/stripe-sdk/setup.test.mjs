// `npm run stripe:setup` against the emulator, with Stripe's own library between them: what the emulator begins with is what the plans
// in the code say.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { stripeSetup, wanted } from "../../tools/stripe-setup.mjs";
import { emulator } from "./native.mjs";

let e;
before(async () => {
  e = await emulator();
});
after(() => e?.end());

test("products and prices are there already; the portal and the endpoint are made, once", async () => {
  const want = await wanted();
  const said = [];
  const run = (options = {}) => stripeSetup(e.stripe, want, { url: "http://127.0.0.1:9/webhooks/stripe", say: (text) => said.push(text.trim()), ...options });
  assert.equal((await run({ dryRun: true })).changes, 2);
  const { changes, secret } = await run();
  assert.equal(changes, 2, said.join("\n"));
  assert.match(secret, /^whsec_/);
  assert.ok(said.some((text) => text.startsWith("create the customer portal's configuration")) && !said.some((text) => /product|price/.test(text)), said.join("\n"));
  assert.deepEqual(await run(), { changes: 0, secret: undefined });
  const { data } = await e.stripe.prices.list({ lookup_keys: want.prices.map((price) => price.lookup_key) });
  assert.equal(data.length, want.prices.length);
});
