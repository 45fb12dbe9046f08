// Every page, as every role that can see it, in both themes, narrow and wide: axe finds nothing, nothing violates the policy, nothing
// fails, nothing is asked elsewhere, nothing scrolls sideways. Pages are found by following links, so that an unlinked page is missed
// nowhere: every GET route of the route table must have been reached.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { ROOT } from "../../tools/paths.mjs";
import { portico } from "../e2e/portico.mjs";
import { PEOPLE, axe, launch, overflow, signIn, watched } from "./browser.mjs";

/** Pages that are not reached by links alone: tokens from mail, forms in the middle of a journey. The journeys look at them. */
const BY_JOURNEY = new Set();
/** Routes that answer no page. */
const NO_PAGE = /\.(css|json|txt|csv)$|^\/brand|^\/new\/slug$/;
/** A pattern is looked at on that many of its pages. */
const EACH = 2;

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

/** The GET routes for people, by surface. */
function routes() {
  const list = JSON.parse(execFileSync("cargo", ["run", "--quiet", "--locked", "--package", "xtask", "--", "routes", "--json"], { cwd: ROOT, encoding: "utf8" }));
  return list.filter(({ method, surface, path }) => method === "GET" && surface !== "api" && !NO_PAGE.test(path));
}
const matches = (pattern, path) => new RegExp(`^${pattern.replace(/\{[^}]+\}/g, "[^/]+")}$`).test(path);

const reached = new Set();
let looked = 0;

async function look(page, url, combination) {
  const { theme, width } = combination;
  await page.emulateMedia({ colorScheme: theme });
  await page.setViewportSize({ width, height: 900 });
  await page.goto(url, { waitUntil: "load" });
  looked += 1;
  const at = `${url} ${theme} ${width}`;
  const wrongs = (await axe(page)).map((wrong) => `${at}: ${wrong}`);
  const wide = await overflow(page);
  if (wide > 0) wrongs.push(`${at}: ${wide} px wider than its window`);
  return wrongs;
}

const ALL = ["light", "dark"].flatMap((theme) => [360, 1280].map((width) => ({ theme, width })));
const ONE = [{ theme: "dark", width: 320 }];

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
    if (!route) {
      if (!NO_PAGE.test(pathname) && !pathname.startsWith("/dev/")) wrongs.push(`a link leads to ${url}, which no route serves`);
      continue;
    }
    const key = `${route.path} ${[...new URLSearchParams(search).keys()].sort()}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count > EACH) continue;
    reached.add(`${surface} ${route.path}`);
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

for (const [who, host] of [["nobody at the app", "app.localhost"], ["nobody at a portal", "northwind.localhost"], ["nobody at the console", "platform.localhost"]]) {
  test(`pages for ${who}`, async () => report(await crawl({ host }, { start: ["/sign-in"], combinations: ALL, signed: false })));
}
for (const who of ["owner", "customer", "operator"]) {
  test(`every page of an ${who}, both themes, narrow and wide`, async () => report(await crawl(who, { combinations: ALL })));
}
for (const who of ["admin", "billing", "member", "viewer", "free owner"]) {
  test(`pages of ${who}, at 320 px`, async () => report(await crawl(who, { combinations: ONE })));
}

test("no page was missed", () => {
  const missed = routes().map(({ surface, path }) => `${surface} ${path}`).filter((name) => !reached.has(name) && !BY_JOURNEY.has(name));
  console.log(`${reached.size} of ${reached.size + missed.length} page routes reached by links, ${looked} looks`);
  assert.deepEqual(missed, []);
});
