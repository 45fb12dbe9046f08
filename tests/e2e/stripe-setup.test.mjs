// `npm run stripe:setup` against an account that refuses what Stripe's specification refuses.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { ROOT } from "../../tools/paths.mjs";
import { connect, keepSecret, keyOf, optionsOf, stripeSetup, wanted } from "../../tools/stripe-setup.mjs";
import { account } from "./stripe-account.mjs";
import { misfits } from "./stripe-spec.mjs";

const KEY = "sk_test_of_the_set_up_suite";
const URL_OF_HOOK = "https://api.example.com/webhooks/stripe";

describe("stripe:setup", () => {
  let want, stripe, theirs;
  before(async () => {
    want = await wanted();
  });
  beforeEach(async () => {
    theirs = await account(KEY);
    stripe = await connect(KEY, theirs.base, want.api_version);
  });
  afterEach(() => theirs.close());

  const setUp = async (more = {}, plans = want) => {
    const said = [];
    const result = await stripeSetup(stripe, plans, { url: URL_OF_HOOK, say: (line) => said.push(line), ...more });
    return { ...result, said: said.join("\n") };
  };
  const price = (key) => theirs.held.prices.find((one) => one.lookup_key === key);

  it("makes what the plans say, once", async () => {
    const first = await setUp();
    assert.equal(first.changes, 2 + want.prices.length + 2);
    assert.match(first.secret, /^whsec_/);
    assert.deepEqual(theirs.held.products.map((one) => [one.name, one.metadata.portico_plan]).sort(), [["Business", "business"], ["Team", "team"]]);
    for (const { lookup_key: key, unit_amount: amount, currency, interval, name } of want.prices) {
      const made = price(key);
      assert.deepEqual([made.unit_amount, made.currency, made.recurring.interval, made.metadata.portico_lookup_key], [amount, currency, interval, key]);
      assert.equal(theirs.held.products.find((one) => one.id === made.product).name, name);
    }
    const [portal] = theirs.held["billing_portal/configurations"];
    const allowed = Object.entries(portal.features).filter(([, feature]) => feature.enabled).map(([name]) => name);
    assert.deepEqual(allowed.sort(), ["customer_update", "invoice_history", "payment_method_update"]);
    const [hook] = theirs.held.webhook_endpoints;
    assert.deepEqual([hook.url, hook.api_version, [...hook.enabled_events].sort()], [URL_OF_HOOK, want.api_version, [...want.events].sort()]);

    const before = theirs.changes.length;
    const again = await setUp();
    assert.deepEqual([again.changes, again.secret, again.said], [0, undefined, ""]);
    assert.equal(theirs.changes.length, before, "the second run sends nothing that changes anything");
  });

  it("changes nothing in a dry run, and says all that it would", async () => {
    const dry = await setUp({ dryRun: true });
    assert.equal(theirs.changes.length, 0);
    assert.equal(dry.secret, undefined);
    assert.equal(dry.said.split("\n").filter((line) => line.startsWith("  would create")).length, 2 + want.prices.length + 2);
    const { changes } = await setUp();
    assert.equal(changes, dry.changes);
  });

  it("gives a changed amount a price of its own and moves the lookup key", async () => {
    await setUp();
    const old = price("portico_team_monthly");
    const dearer = { ...want, prices: want.prices.map((one) => (one.lookup_key === "portico_team_monthly" ? { ...one, unit_amount: 1_100 } : one)) };
    const dry = await setUp({ dryRun: true }, dearer);
    assert.equal(dry.changes, 1);
    assert.match(dry.said, /would create the price portico_team_monthly at \$11\.00 a seat and month and move the lookup key to it from price_\d+ \(\$9\.00/);
    const { changes, said } = await setUp({}, dearer);
    assert.equal(changes, 1);
    assert.match(said, new RegExp(`whoever subscribed to ${old.id} stays on it`));
    const now = price("portico_team_monthly");
    assert.notEqual(now.id, old.id);
    assert.deepEqual([now.unit_amount, now.product], [1_100, old.product]);
    assert.deepEqual([old.lookup_key, old.unit_amount, old.active, old.metadata.portico_lookup_key], [null, 900, true, "portico_team_monthly"]);
    assert.equal((await setUp({}, dearer)).changes, 0);
  });

  it("marks a price that was made by hand before it loses its lookup key", async () => {
    const product = await stripe.products.create({ name: "Team plan" });
    const old = await stripe.prices.create({ product: product.id, currency: "usd", unit_amount: 500, recurring: { interval: "month" }, lookup_key: "portico_team_monthly" });
    await setUp();
    assert.equal(theirs.held.prices.find((one) => one.id === old.id).metadata.portico_lookup_key, "portico_team_monthly");
    assert.deepEqual([price("portico_team_monthly").unit_amount, price("portico_team_monthly").product], [900, product.id]);
    const team = theirs.held.products.find((one) => one.id === product.id);
    assert.deepEqual([team.name, team.metadata.portico_plan], ["Team", "team"]);
    assert.equal((await setUp()).changes, 0);
  });

  it("corrects what somebody changed in the dashboard, and that only", async () => {
    await setUp();
    const [portal] = theirs.held["billing_portal/configurations"];
    const [hook] = theirs.held.webhook_endpoints;
    portal.features.subscription_cancel.enabled = true;
    hook.enabled_events = ["invoice.paid"];
    hook.status = "disabled";
    price("portico_team_yearly").active = false;
    theirs.held.products.find((one) => one.name === "Business").name = "Enterprise";
    const { changes, said } = await setUp();
    assert.equal(changes, 4);
    for (const part of ["the product Business", "the price portico_team_yearly", "subscription_cancel", "events, disabled"]) assert.ok(said.includes(part), part);
    assert.deepEqual([portal.features.subscription_cancel.enabled, hook.status, hook.enabled_events.length], [false, "enabled", want.events.length]);
    assert.equal((await setUp()).changes, 0);
  });

  it("makes another endpoint for another API version and leaves the old one to a person", async () => {
    await setUp();
    const [old] = theirs.held.webhook_endpoints;
    const { secret, said } = await setUp({}, { ...want, api_version: "2026-09-30.endive" });
    assert.match(secret, /^whsec_/);
    assert.match(said, new RegExp(`${old.id} at the same address has API version ${want.api_version}: delete it`));
    assert.equal(old.status, "enabled");
  });

  it("leaves the endpoint alone without an address", async () => {
    await setUp({ url: undefined });
    assert.equal(theirs.held.webhook_endpoints.length, 0);
  });

  it("says in its own words what Stripe refuses, and never quotes the key", async () => {
    const refused = async (fail, says) => {
      theirs.state.fail = fail;
      await assert.rejects(setUp(), (error) => says.test(error.message) && !error.message.includes("****"));
    };
    const envelope = (status, error) => ({ status, answer: { error } });
    await refused(envelope(401, { type: "invalid_request_error", message: "Invalid API Key provided: sk_test_****uite" }), /refuses STRIPE_SECRET_KEY/);
    await refused(envelope(403, { type: "invalid_request_error", message: "The provided key '****' does not have the required permissions" }), /needs to write products/);
    await refused(envelope(400, { type: "invalid_request_error", message: "Invalid currency: xyz", param: "currency" }), /\(currency\): Invalid currency/);
  });

  describe("on the command line", () => {
    let folder;
    before(() => {
      folder = mkdtempSync(join(tmpdir(), "portico-stripe-setup-"));
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    const command = (args, key) =>
      new Promise((resolve) => {
        const env = { ...process.env, STRIPE_SECRET_KEY: key, INIT_CWD: folder };
        const child = spawn(process.execPath, [join(ROOT, "tools/stripe-setup.mjs"), "--api-base", theirs.base, ...args], { env });
        let output = "";
        for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
        child.on("close", (code) => resolve({ code, output }));
      });

    it("runs twice, keeps the secret in a file and prints neither secret nor key", async () => {
      const args = ["--url", URL_OF_HOOK, "--secrets", "portico.secrets"];
      const dry = await command([...args, "--dry-run"], KEY);
      assert.deepEqual([dry.code, theirs.changes.length], [0, 0], dry.output);
      assert.match(dry.output, /8 changes to make/);
      const first = await command(args, KEY);
      assert.equal(first.code, 0, first.output);
      assert.match(first.output, /8 changes made/);
      const file = join(folder, "portico.secrets");
      assert.match(readFileSync(file, "utf8"), /^STRIPE_WEBHOOK_SECRETS="whsec_[^"]+"\n$/);
      assert.equal(statSync(file).mode & 0o777, 0o600);
      const second = await command(args, KEY);
      assert.match(second.output, /everything is there already/);
      for (const { output } of [dry, first, second]) assert.ok(!output.includes(KEY) && !output.includes("whsec_"), output);
    });

    it("says how the secret is stored when no file was named", async () => {
      const { output } = await command(["--url", URL_OF_HOOK], KEY);
      assert.match(output, /wrangler secret put STRIPE_WEBHOOK_SECRETS --config workers\/billing\/wrangler\.toml --env production/);
      assert.ok(!output.includes("whsec_"));
    });

    it("refuses a live key unless told, before anything is asked", async () => {
      for (const key of ["sk_live_hidden", "rk_live_hidden"]) {
        const { code, output } = await command([], key);
        assert.deepEqual([code, theirs.changes.length], [1, 0]);
        assert.match(output, /STRIPE_SECRET_KEY is a live key; .* --live/);
        assert.ok(!output.includes("hidden"));
      }
    });
  });

  it("judges options and key by name", () => {
    const stops = (args, says) => assert.throws(() => optionsOf(args), (error) => error.message.includes(says), args.join(" "));
    stops(["--key", "sk_test_1"], "there are: --dry-run");
    stops(["--url", "api.example.com"], "--url");
    stops(["--url", "http://api.example.com/webhooks/stripe"], "--url");
    stops(["--api-base", "127.0.0.1"], "--api-base");
    stops(["--api-base", "https://api.stripe.com/v1"], "--api-base");
    stops(["--secrets", "x"], "--url");
    const live = optionsOf(["--live"]);
    const test = optionsOf([]);
    const elsewhere = optionsOf(["--live", "--api-base", "http://127.0.0.1:1"]);
    assert.equal(keyOf({ STRIPE_SECRET_KEY: "rk_live_1" }, live), "rk_live_1");
    assert.equal(keyOf({ STRIPE_SECRET_KEY: "sk_test_1" }, test), "sk_test_1");
    for (const [key, options, says] of [
      ["", test, "not set"],
      ["pk_test_1", test, "not a secret"],
      ["sk_test_", test, "not a secret"],
      ["sk_live_1", test, "--live"],
      ["sk_test_1", live, "leave --live out"],
      ["sk_live_1", elsewhere, "--api-base"],
    ]) {
      assert.throws(() => keyOf({ STRIPE_SECRET_KEY: key }, options), (error) => error.message.includes(says), key);
    }
  });

  it("puts a new secret in place of the old one and leaves other lines", () => {
    const folder = mkdtempSync(join(tmpdir(), "portico-secrets-"));
    try {
      const file = join(folder, "secrets");
      writeFileSync(file, '# mine\nSIGNING_KEYS="k1:x"\nSTRIPE_WEBHOOK_SECRETS="whsec_..."\nRESEND_API_KEY="unused"\n');
      chmodSync(file, 0o644);
      keepSecret(file, "whsec_new");
      assert.equal(statSync(file).mode & 0o777, 0o600);
      assert.equal(readFileSync(file, "utf8"), '# mine\nSIGNING_KEYS="k1:x"\nSTRIPE_WEBHOOK_SECRETS="whsec_new"\nRESEND_API_KEY="unused"\n');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  // The judge of the account, or its silence would mean nothing.
  it("has an account that refuses what is wrong", () => {
    assert.deepEqual(misfits("POST", "/v1/products", "name=x&metadata[a]=b"), []);
    for (const [path, form] of [
      ["/v1/products", "nmae=x"],
      ["/v1/products", "metadata[a]=b"],
      ["/v1/prices", "currency=usd&recurring[interval]=fortnight"],
      ["/v1/prices", "currency=usd&unit_amount=9.5"],
      ["/v1/webhook_endpoints", "url=x&enabled_events[0]=customer.renamed"],
      ["/v1/billing_portal/configurations", "features[subscription_cancel][on]=true"],
      ["/v1/balance", ""],
    ]) {
      assert.notDeepEqual(misfits("POST", path, form), [], `${path} ${form}`);
    }
  });
});
