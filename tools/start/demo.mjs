// What a newcomer needs to know about the running demo: on the terminal, as JSON, and as the index page.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LOCAL_DIR, ROOT } from "../paths.mjs";
import { bold, dim } from "../progress.mjs";
import { INDEX_CSS, indexPage } from "./index-page.mjs";

/** The demo data, and who may sign in to it: written by hand next to each other. */
export const FIXTURE = join(ROOT, "fixtures", "demo.sql");
const FACTS = join(ROOT, "fixtures", "demo.json");
/** Where Stripe's events go, on the API's host. */
const STRIPE_WEBHOOK_PATH = "/webhooks/stripe";

/** Everything about the running demo, in the form of .local/demo.json. */
export function describeDemo({ port, orgs, secrets }) {
  const facts = existsSync(FACTS) ? JSON.parse(readFileSync(FACTS, "utf8")) : { logins: [] };
  const at = (host) => `http://${host}:${port}`;
  return {
    origin: at("app.localhost"),
    api_origin: at("localhost"),
    api_key: facts.api_key,
    stripe_webhook_url: `${at("localhost")}${facts.stripe_webhook_path ?? STRIPE_WEBHOOK_PATH}`,
    /** Where the local Stripe's clock, failures and objects are. */
    stripe_desk: `${at("stripe.localhost")}/_emulator`,
    stripe_webhook_secret: secrets.STRIPE_WEBHOOK_SECRETS.split(",")[0],
    /** Of the operators' authenticator app, in base32. */
    totp_secret: facts.totp_secret,
    orgs,
    logins: facts.logins.map(({ surface, path_host, email, password }) => ({
      surface,
      url: loginUrl(path_host, port),
      email,
      password,
      ...(surface === "platform" ? { totp_secret: facts.totp_secret } : {}),
    })),
  };
}

/** `path_host` is a host with an optional path, without port: "app.localhost/sign-in". */
export function loginUrl(pathHost, port) {
  const slash = pathHost.indexOf("/");
  const host = slash < 0 ? pathHost : pathHost.slice(0, slash);
  return `http://${host}:${port}${slash < 0 ? "/" : pathHost.slice(slash)}`;
}

/** Orgs of the database, for demo.json and the page. */
export async function readOrgs(db) {
  const { results } = await db.prepare("SELECT id, slug, plan FROM orgs ORDER BY slug").all();
  return results;
}

/** Writes .local/demo.json and .local/site/; `assets` is the entry's own static folder, which the site includes. */
export function writeDemo(demo, assets) {
  mkdirSync(LOCAL_DIR, { recursive: true });
  // It holds a secret, if only of this machine.
  writeFileSync(join(LOCAL_DIR, "demo.json"), `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 });
  const site = join(LOCAL_DIR, "site");
  rmSync(site, { recursive: true, force: true });
  mkdirSync(site, { recursive: true });
  if (assets && existsSync(assets)) cpSync(assets, site, { recursive: true });
  writeFileSync(join(site, "index.html"), indexPage(demo));
  writeFileSync(join(site, "local.css"), INDEX_CSS);
  return site;
}

/** Prints addresses, logins and the key. */
export function printDemo(demo, port) {
  const line = (name, text) => console.log(`  ${name.padEnd(10)} ${text}`);
  console.log(`\n${bold("Portico is running")}  ${demo.api_origin}`);
  line("app", demo.origin);
  for (const { slug, plan } of demo.orgs) line("portal", `http://${slug}.localhost:${port}  ${dim(plan ? `plan ${plan}` : "")}`);
  line("platform", `http://platform.localhost:${port}`);
  line("API", `http://api.localhost:${port}  ${dim(`or ${demo.api_origin} where *.localhost doesn't resolve`)}`);
  line("Stripe", `${demo.stripe_desk}  ${dim("a local one: its clock, its failures, what it knows")}`);
  line("mail", `${demo.origin}/dev/mail  ${dim("what would have been sent; nothing leaves this machine")}`);
  if (demo.logins.length > 0) console.log(`\n${bold("Demo logins")}`);
  for (const { surface, url, email, password } of demo.logins) line(surface, `${email}  ${password}  ${dim(url)}`);
  if (demo.totp_secret) line("", dim(`The console also asks for a code: add the key ${demo.totp_secret} to an authenticator app, time-based.`));
  if (demo.api_key) {
    console.log(`\n${bold("API key")}  ${demo.api_key}`);
    console.log(dim(`  curl -H "Authorization: Bearer ${demo.api_key}" ${demo.api_origin}/v1/me`));
  }
  console.log(dim("\nThe same as JSON: .local/demo.json. Logs: .local/workers.log. Ctrl-C ends it, npm run reset starts afresh.\n"));
}
