// `npm run stripe:setup`: brings a Stripe account to what the plans in the code say. Can be run again: what is right stays as it is.
//
//   STRIPE_SECRET_KEY=sk_test_… npm run stripe:setup -- --url https://api.example.com/webhooks/stripe
//     --dry-run           only prints what it would change
//     --live              takes a live key; without it one is refused
//     --url <url>         the webhook endpoint's address; without it no endpoint is made
//     --secrets <file>    where a new endpoint's signing secret is put, for npm run deploy -- --secrets <file>
//     --api-base <url>    another Stripe, such as the emulator; for test keys only
import { execFile } from "node:child_process";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { parseArgs, promisify } from "node:util";
import { ROOT } from "./paths.mjs";
import { Stop, bold, main } from "./progress.mjs";
import { setup } from "./setup.mjs";

const KEY = "STRIPE_SECRET_KEY";
const SECRET = "STRIPE_WEBHOOK_SECRETS";
const STRIPE = "https://api.stripe.com";

/** The command line: `{dryRun, live, url, secretsFile, apiBase}`. */
export function optionsOf(args) {
  const options = {
    "dry-run": { type: "boolean", default: false },
    live: { type: "boolean", default: false },
    url: { type: "string" },
    secrets: { type: "string" },
    "api-base": { type: "string", default: STRIPE },
  };
  let values;
  try {
    ({ values } = parseArgs({ args, options }));
  } catch (error) {
    throw new Stop(`${error.message}; there are: --dry-run, --live, --url <url>, --secrets <file>, --api-base <url>`);
  }
  const { "dry-run": dryRun, live, url, secrets: secretsFile, "api-base": apiBase } = values;
  if (!URL.canParse(apiBase) || !/^https?:$/.test(new URL(apiBase).protocol) || new URL(apiBase).pathname !== "/") {
    throw new Stop(`--api-base: ${apiBase} is not the address of a server; give one such as http://127.0.0.1:12111`);
  }
  const elsewhere = new URL(apiBase).origin !== STRIPE;
  if (url !== undefined && (!URL.canParse(url) || (new URL(url).protocol !== "https:" && !elsewhere))) {
    throw new Stop(`--url: ${url} is not an https address; give https://<api host>/webhooks/stripe`);
  }
  if (secretsFile !== undefined && url === undefined) throw new Stop("--secrets is where a new endpoint's secret is put: give --url too");
  return { dryRun, live, url, secretsFile, apiBase };
}

/** The key of the environment, if it may be used as these options say. */
export function keyOf(env, { live, apiBase }) {
  const key = env[KEY] ?? "";
  const [, mode] = /^[sr]k_(test|live)_[!-~]+$/.exec(key) ?? [];
  if (!mode) throw new Stop(`${KEY} is ${key === "" ? "not set" : "not a secret or restricted key"}; set it in the environment to sk_test_… (with --live: sk_live_…)`);
  if (mode === "live" && !live) throw new Stop(`${KEY} is a live key; to change the live account run it again with --live`);
  if (mode === "test" && live) throw new Stop(`--live was given, but ${KEY} is a test key; set the live key, or leave --live out`);
  if (mode === "live" && new URL(apiBase).origin !== STRIPE) throw new Stop(`a live key goes to ${STRIPE} only; leave --api-base out`);
  return key;
}

/** What Stripe is to hold: `cargo run -p xtask -- plans`. */
export async function wanted() {
  // Only what xtask itself says: the compiler's remarks are on the other stream.
  const { stdout } = await promisify(execFile)("cargo", ["run", "--quiet", "--locked", "--package", "xtask", "--", "plans"], { cwd: ROOT }).catch((error) => {
    throw new Stop(`xtask could not say what the plans are:\n${(error.stderr ?? error.message).trim()}`);
  });
  return JSON.parse(stdout);
}

/** The official library, at the pinned version of the API, speaking to `apiBase`. */
export async function connect(key, apiBase, apiVersion) {
  const { default: Stripe } = await import("stripe");
  const { hostname: host, port, protocol } = new URL(apiBase);
  return new Stripe(key, { apiVersion, host, port: port || (protocol === "https:" ? 443 : 80), protocol: protocol.slice(0, -1), telemetry: false });
}

/**
 * Makes Stripe hold `want`: products and prices, the portal's configuration, and the webhook endpoint if there is a `url`.
 * Resolves to `{changes, secret}`: how many changes there were (or would be), and a new endpoint's signing secret.
 */
export async function stripeSetup(stripe, want, { url, dryRun = false, say = console.log }) {
  const { catalog } = await import("./stripe-setup/catalog.mjs");
  const { portal } = await import("./stripe-setup/portal.mjs");
  const { endpoint } = await import("./stripe-setup/endpoint.mjs");
  let changes = 0;
  // Every change goes through here, so that a dry run can't make one.
  const change = async (text, work) => {
    changes += 1;
    if (!dryRun) {
      const made = await work();
      say(`  ${text}`);
      return made;
    }
    say(`  would ${text}`);
  };
  try {
    await catalog(stripe, want, change, say);
    await portal(stripe, want, change);
    const made = url === undefined ? undefined : await endpoint(stripe, want, url, change, say);
    return { changes, secret: made?.secret };
  } catch (error) {
    throw explain(error);
  }
}

/** Stripe's refusals in our words: Stripe's quote the ends of the key. */
function explain(error) {
  switch (error?.type) {
    case "StripeAuthenticationError":
      return new Stop(`Stripe refuses ${KEY}; copy the key again from Developers → API keys in the dashboard`);
    case "StripePermissionError":
      return new Stop(`${KEY} may not do this; a restricted key needs to write products, prices, customer portal and webhook endpoints`);
    case "StripeConnectionError":
      return new Stop("Stripe can't be reached; connect (or correct --api-base) and run the command again");
    case "StripeRateLimitError":
    case "StripeAPIError":
      return new Stop("Stripe doesn't answer as it should at the moment; run the command again later: what is done stays done");
    case "StripeInvalidRequestError":
      return new Stop(`Stripe refuses the request${error.param ? ` (${error.param})` : ""}: ${error.message}`);
    default:
      return error;
  }
}

/** Puts the secret into a file of NAME="value" lines that only we can read, in place of an older one. */
export function keepSecret(file, secret) {
  const line = `${SECRET}="${secret}"`;
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  const at = lines.findIndex((one) => one.startsWith(`${SECRET}=`));
  if (at >= 0) lines[at] = line;
  else lines.splice(lines.at(-1) === "" ? -1 : lines.length, 0, line);
  writeFileSync(file, `${lines.join("\n").trimEnd()}\n`, { mode: 0o600 });
  // The mode above is for a new file only.
  chmodSync(file, 0o600);
}

function sayWhereTheSecretIs(say) {
  say(`The endpoint's signing secret is the secret ${SECRET} of the Worker billing. Copy it in the dashboard (Developers → Webhooks →`);
  say("the endpoint → Signing secret) and store it:");
  say(`  npx wrangler secret put ${SECRET} --config workers/billing/wrangler.toml --env production`);
  say("Next time --secrets <file> puts it into a file for npm run deploy.");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? join(ROOT, "none")).href) {
  await main(async () => {
    // Judged before anything is installed or built.
    const options = optionsOf(process.argv.slice(2));
    const key = keyOf(process.env, options);
    await setup();
    const want = await wanted();
    console.log(bold(`\nStripe, ${options.live ? "live" : "test"} mode${options.dryRun ? " (dry run: nothing is changed)" : ""}`));
    const stripe = await connect(key, options.apiBase, want.api_version);
    const { changes, secret } = await stripeSetup(stripe, want, options);
    if (changes === 0) console.log("  everything is there already");
    else console.log(`${changes} ${changes === 1 ? "change" : "changes"}${options.dryRun ? " to make" : " made"}`);
    if (options.url === undefined) console.log("No webhook endpoint was looked at: give --url https://<api host>/webhooks/stripe for that.");
    if (secret === undefined) return;
    if (options.secretsFile === undefined) return sayWhereTheSecretIs(console.log);
    keepSecret(resolve(process.env.INIT_CWD ?? process.cwd(), options.secretsFile), secret);
    console.log(`The endpoint's signing secret is in ${options.secretsFile} as ${SECRET}; now run: npm run deploy -- --secrets ${options.secretsFile}`);
  });
}
