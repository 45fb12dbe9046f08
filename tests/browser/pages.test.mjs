// Every page, as every role that can see it, in both themes, narrow and wide: axe finds nothing, nothing violates the policy, nothing
// fails, nothing is asked elsewhere, nothing scrolls sideways. Pages are found by following links, so that an unlinked page is missed
// nowhere: every GET route of the route table must have been reached.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { brotliCompressSync } from "node:zlib";
import { ROOT } from "../../tools/paths.mjs";
import { authenticators } from "../../tools/runtime/seal.mjs";
import { DEMO, portico } from "../e2e/portico.mjs";
import { PASSWORD, PEOPLE, axe, launch, overflow, signIn, watched } from "./browser.mjs";

/** Routes that answer no page. */
const NO_PAGE = /\.(css|json|txt|csv)$|^\/brand|^\/new\/slug$|^\/privacy\/export$|\/branding\/logo$/;
/** Where a link of a mail leads, with one that is not good: those that are, the journeys look at. */
const LINKS = ["/sign-in/link/open?token=x", "/reset/choose?token=x", "/account/email/undo?token=x"];
/** Pages for whoever is not signed in, in the middle of a journey. */
const OUT = ["/sign-in", "/sign-in/link", "/sign-in/link/sent", "/reset", "/reset/sent", ...LINKS];
const OUT_TOO = ["/sign-up", "/sign-up/sent", "/sign-up/verify?token=x", "/invitations/accept?token=x"];
/** Pages of one's account that a link leads to only in the state that they are for. */
const ACCOUNT = [
  "/confirm", "/account/email/confirm?token=x", "/account/security/authenticator", "/account/security/authenticator/remove",
  "/account/security/recovery-codes", "/account/security/recovery-codes/new", "/account/sessions/end-others", "/account/sessions/end?id=x",
];
/** A pattern is looked at on that many of its pages. */
const EACH = 2;

let runtime;
let browser;
before(async () => {
  runtime = await portico();
  for (const statement of [...states(), ...authenticators(runtime.secrets.SIGNING_KEYS, DEMO.totp_secret, Object.values(SECOND))]) await runtime.sql(statement);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await runtime?.end();
});

/** Who else has an authenticator: they stop at the challenge. */
const SECOND = { app: "usr_018b0000000070008000000000000008", portal: "cus_018b0000000070008000000000000008" };

/** What the demo data does not hold and some page is about. */
function states() {
  const org = DEMO.northwind;
  const now = Date.now();
  return [
    "UPDATE orgs SET status = 'suspended', suspended_reason = 'Under review' WHERE slug = 'repairyard'",
    `INSERT INTO orgs(id, slug, name, created_at, deleted_at) VALUES('org_018b0000000070008000000000000009', 'leaving', 'Leaving Ltd', ${now}, ${now})`,
    `INSERT INTO memberships(org_id, user_id, role, created_at) VALUES('org_018b0000000070008000000000000009', 'usr_018b0000000070008000000000000001', 'owner', ${now})`,
    `UPDATE users SET banned_until = ${now + 86_400_000}, ban_reason = 'Spam from this account' WHERE id = 'usr_018b0000000070008000000000000009'`,
    `INSERT INTO domains(org_id, id, host, state, proof, checked_at, created_at) VALUES('${org}', 'dom_018b0000000070008000000000000099', 'support.northwind.example', 'pending', 'proof-of-northwind', 0, ${now})`,
    `INSERT INTO jobs(id, kind, subject, org_id, state, max_attempts, attempts, next_at, last_error, created_at, updated_at) VALUES('job_018b0000000070008000000000000099', 'export', 'exp_018b0000000070008000000000000099', '${org}', 'dead', 5, 5, ${now}, 'the bucket did not answer', ${now}, ${now})`,
    `INSERT INTO jobs(id, kind, subject, org_id, state, max_attempts, next_at, created_at, updated_at) VALUES('job_018b0000000070008000000000000098', 'export', 'exp_018b0000000070008000000000000098', '${org}', 'queued', 5, ${now + 3_600_000}, ${now}, ${now})`,
    // A purchase that somebody comes back from: in one organization it is there, in the other it isn't yet.
    ...[[org, "usr_018b0000000070008000000000000001", "northwind"], [DEMO.blueharbor, "usr_018b0000000070008000000000000006", "blueharbor"]].map(
      ([id, by, slug]) =>
        `INSERT INTO checkouts(org_id, id, price_lookup_key, seats, state, session_id, url, started_by, created_at, expires_at)
         VALUES('${id}', 'chk_looked_at_${slug}', 'portico_team_monthly', 10, 'open', 'cs_test_${slug}', 'http://stripe.localhost/checkout/cs_test_${slug}', '${by}', ${now}, ${now + 3_600_000})`,
    ),
    `INSERT INTO dead_letters(id, queue, body, received_at) VALUES('msg_018b0000000070008000000000000099', 'portico-events', '{"v":1,"id":"evt_x"}', ${now})`,
  ];
}

/** The GET routes for people, by surface: asked for once. */
let known;
function routes() {
  known ??= listed();
  return known;
}
function listed() {
  const list = JSON.parse(execFileSync("cargo", ["run", "--quiet", "--locked", "--package", "xtask", "--", "routes", "--json"], { cwd: ROOT, encoding: "utf8" }));
  return list.filter(({ method, surface, path }) => method === "GET" && surface !== "api" && !NO_PAGE.test(path));
}
const matches = (pattern, path) => new RegExp(`^${pattern.replace(/\{[^}]+\}/g, "[^/]+")}$`).test(path);

const reached = new Set();
let looked = 0;

async function look(page, url, combination) {
  await setUp(page, combination);
  await page.goto(url, { waitUntil: "load" });
  return wrongsOf(page, combination);
}

/** The page that is open, as it is: one that answers a form can't be opened again. */
async function lookHere(page, combination) {
  await setUp(page, combination);
  return wrongsOf(page, combination);
}

async function setUp(page, { theme, width }) {
  await page.emulateMedia({ colorScheme: theme });
  await page.setViewportSize({ width, height: 900 });
}

async function wrongsOf(page, { theme, width }) {
  looked += 1;
  // A page that stays open turns from one theme to the other in a moment: what is looked at is where it ends.
  await page.evaluate(() => document.getAnimations().forEach((one) => one instanceof CSSTransition && one.finish()));
  const at = `${page.url()} ${theme} ${width}`;
  const wrongs = (await axe(page)).map((wrong) => `${at}: ${wrong}`);
  const wide = await overflow(page);
  if (wide > 0) wrongs.push(`${at}: ${wide} px wider than its window`);
  return wrongs;
}

const ALL = ["light", "dark"].flatMap((theme) => [360, 1280].map((width) => ({ theme, width })));
const NARROWEST = { theme: "dark", width: 320 };

/** Follows links from the start and looks at what is found. */
async function crawl(who, { start = ["/"], combinations, signed = true }) {
  const { host } = PEOPLE[who] ?? who;
  const origin = `http://${host}:${runtime.port}`;
  const { context, wrongs } = await watched(browser);
  const page = await context.newPage();
  if (signed) await signIn(page, runtime, who);
  const surface = host.startsWith("app.") ? "app" : host.startsWith("platform.") ? "platform" : "portal";
  const patterns = routes().filter((route) => route.surface === surface);
  const counts = new Map();
  const queue = start.map((path) => origin + path);
  const seen = new Set(queue);
  while (queue.length > 0) {
    const url = queue.shift();
    const { pathname, search } = new URL(url);
    const route = patterns.find(({ path }) => path === pathname) ?? patterns.find(({ path }) => matches(path, pathname));
    if (NO_PAGE.test(pathname)) continue;
    if (!route && !pathname.startsWith("/dev/")) {
      wrongs.push(`a link leads to ${url}, which no route serves`);
      continue;
    }
    const key = `${route?.path ?? pathname.split("/").slice(0, 3).join("/")} ${[...new URLSearchParams(search).keys()].sort()}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count > EACH) continue;
    if (route) reached.add(`${surface} ${route.path}`);
    for (const combination of count === 1 ? combinations : combinations.slice(0, 1)) wrongs.push(...(await look(page, url, combination)));
    const links = await page.$$eval("a[href]", (all) => all.filter((a) => !a.hasAttribute("download")).map((a) => a.href.split("#")[0]));
    for (const link of links) {
      if (link.startsWith(`${origin}/`) && !seen.has(link)) {
        seen.add(link);
        queue.push(link);
      }
    }
  }
  await context.close();
  return wrongs;
}

const report = (wrongs) => assert.equal(wrongs.length, 0, `\n${[...new Set(wrongs)].join("\n")}`);

for (const [who, host, start] of [
  ["nobody at the app", "app.localhost", [...OUT, ...OUT_TOO, "/dev/components", "/dev/mail"]],
  ["nobody at a portal", "northwind.localhost", [...OUT, ...OUT_TOO]],
  ["nobody at the console", "platform.localhost", [...OUT, "/setup"]],
]) {
  test(`pages for ${who}`, async () => report(await crawl({ host }, { start, combinations: ALL, signed: false })));
}
/** Billing's pages that a link leads to only in the state that they are for. */
const BILLING = (slug) => [
  ...["", "/active", "/choose", "/choose?plan=business&interval=year&seats=20", "/change", "/keep", "/customer"].map((below) => `/billing/${slug}${below}`),
  `/billing/${slug}/checkout/done?session_id=cs_test_${slug}&again=1`,
];
const OWN = { owner: ["/o/northwind/customers/cus_018b000000007000800000000000001c", "/o/northwind/search", "/o/northwind/search?q=robot", "/deleted", ...BILLING("northwind")], customer: ["/privacy/delete"], operator: ["/billing", `/billing/orgs/${DEMO.northwind}`, "/orgs/org_018b0000000070008000000000000003", "/users/usr_018b0000000070008000000000000009", "/search", "/search?q=northwind"] };
for (const [who, start] of Object.entries(OWN)) {
  test(`every page of the ${who}, both themes, narrow and wide`, async () => report(await crawl(who, { start: ["/", ...ACCOUNT, ...start], combinations: ALL })));
}
const START = { billing: BILLING("northwind").filter((path) => !path.endsWith("/active")), "free owner": BILLING("blueharbor") };
for (const who of ["admin", "billing", "member", "viewer", "free owner"]) {
  test(`every page of the ${who}`, async () => report(await crawl(who, { start: ["/", ...(START[who] ?? [])], combinations: [...ALL, NARROWEST] })));
}

/** Repair states, as they are stored. */
const FINDINGS = [
  "customer_missing", "subscription_missing", "subscription_double", "customer_shared", "price_unknown", "price_mismatch", "seat_drift",
  "webhook_silence", "provider_outage", "portal_not_configured",
];

test("billing in states that no link leads to: changes before they are confirmed, an end that is set, everything wrong at once", async () => {
  const { context, wrongs } = await watched(browser);
  const page = await context.newPage();
  const every = async (...paths) => {
    for (const path of paths) for (const combination of [...ALL, NARROWEST]) wrongs.push(...(await look(page, path, combination)));
  };
  const here = async () => {
    for (const combination of [...ALL, NARROWEST]) wrongs.push(...(await lookHere(page, combination)));
  };
  const app = `http://app.localhost:${runtime.port}/billing/northwind`;
  const console_ = `http://platform.localhost:${runtime.port}/billing`;
  const press = async (name) => {
    await page.locator("main").getByRole("button", { name }).first().click();
    await page.waitForLoadState();
  };
  await signIn(page, runtime, "billing");
  await page.goto(app);
  await press("Read Stripe again");
  // A preview with a warning, and forms that were refused.
  await page.goto(`${app}/change?plan=business&interval=year&seats=40`);
  await press("See what it costs");
  assert.match(await page.innerText("h1"), /Confirm the change/);
  await here();
  await page.goto(`${app}/change?plan=team&interval=month&seats=4000`);
  await press("See what it costs");
  assert.match(await page.innerText("main"), /There is a problem/);
  await here();
  await runtime.sql("UPDATE subscriptions SET cancel_at_period_end = 1 WHERE org_id = ?", DEMO.northwind);
  await every(app, `${app}/keep`);
  const now = Date.now();
  const ago = now - 3 * 86_400_000;
  await runtime.sql("UPDATE subscriptions SET status = 'past_due', overdue_since = ? WHERE org_id = ?", ago, DEMO.northwind);
  await runtime.sql("UPDATE orgs SET entitled_until = ? WHERE id = ?", now + 4 * 86_400_000, DEMO.northwind);
  await runtime.sql(
    "INSERT INTO billing_requests(org_id, id, action, detail, state, refusal, asked_by, created_at) VALUES(?, 'ask_looked_at', 'change', '{}', 'refused', 'The card was declined.', 'usr_018b0000000070008000000000000003', ?)",
    DEMO.northwind, now,
  );
  await runtime.sql(
    "INSERT INTO plan_overrides(org_id, plan, until, reason, granted_by, created_at) VALUES(?, 'business', ?, 'Agreed in case 2291', 'usr_018b000000007000800000000000000b', ?)",
    DEMO.northwind, now + 86_400_000, ago,
  );
  await every(app);
  for (const kind of FINDINGS) {
    await runtime.sql(
      "INSERT INTO billing_findings(org_id, kind, detail, since, seen_at) VALUES(?, ?, ?, ?, ?)",
      DEMO.northwind, kind, JSON.stringify({ subscription: "sub_demo_northwind", subscriptions: ["sub_demo_northwind", "sub_demo_second"], used: 12, paid: 10 }), ago, now,
    );
  }
  await every(app, `${app}/customer`);
  await signIn(page, runtime, "operator");
  await every(console_, `${console_}?kind=seat_drift`, `${console_}/orgs/${DEMO.northwind}`, `${console_}/orgs/${DEMO.blueharbor}`);
  await page.goto(`${console_}/orgs/${DEMO.northwind}`);
  await press("Dry run");
  assert.match(await page.innerText("main"), /Nothing has been changed yet|This can't be done now/);
  await here();
  await runtime.sql("DELETE FROM billing_findings WHERE org_id = ?", DEMO.northwind);
  await context.close();
  report(wrongs);
});

test("the challenge, on each surface", async () => {
  const { context, wrongs } = await watched(browser);
  const page = await context.newPage();
  for (const [surface, host, email] of [["app", "app.localhost", "carla.rossi@blueharbor.example"], ["portal", "northwind.localhost", "customer08@example.com"], ["platform", "platform.localhost", "pat.quinn@portico.example"]]) {
    await page.goto(`http://${host}:${runtime.port}/sign-in`);
    await page.fill('input[name="email"]', email);
    await page.fill('input[name="password"]', PASSWORD);
    await page.click('main button[type="submit"]:has-text("Sign in")');
    await page.waitForURL(/\/challenge/);
    reached.add(`${surface} /challenge`);
    for (const combination of ALL) wrongs.push(...(await look(page, page.url(), combination)));
  }
  await context.close();
  report(wrongs);
});

test("a first load weighs at most 60 KB compressed", async () => {
  const { context, wrongs } = await watched(browser);
  await signIn(await context.newPage(), runtime, "owner");
  const storageState = await context.storageState();
  for (const path of ["/o/northwind", "/o/northwind/tickets"]) {
    // Signed in, and with nothing kept from a page before.
    const fresh = await browser.newContext({ storageState });
    const page = await fresh.newPage();
    const answers = [];
    page.on("response", (response) => answers.push(response.status() === 200 ? response.body().catch(() => Buffer.alloc(0)) : Buffer.alloc(0)));
    await page.goto(`http://app.localhost:${runtime.port}${path}`, { waitUntil: "networkidle" });
    const bodies = (await Promise.all(answers)).filter((body) => body.length > 0);
    const bytes = bodies.reduce((sum, body) => sum + brotliCompressSync(body).length, 0);
    console.log(`${path}: ${bodies.length} files, ${(bytes / 1024).toFixed(1)} KB in Brotli`);
    // The page, its stylesheet, its script and its font.
    assert.ok(bodies.length >= 4 && bytes <= 60 * 1024, `${path}: ${bodies.length} files, ${bytes} bytes`);
    await fresh.close();
  }
  await context.close();
  report(wrongs);
});

test("no page was missed", () => {
  const missed = routes().map(({ surface, path }) => `${surface} ${path}`).filter((name) => !reached.has(name));
  console.log(`${reached.size} of ${reached.size + missed.length} page routes reached by links, ${looked} looks`);
  assert.deepEqual(missed, []);
});
