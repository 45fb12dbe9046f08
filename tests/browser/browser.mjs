// What the browser suites share: Chromium, people who sign in through the form, and a watch over everything a page must not do.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium as playwright } from "playwright-core";
import { chromium } from "../../tools/setup/browser.mjs";
import { DEMO } from "../e2e/portico.mjs";
import { totp } from "../e2e/visitor.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Starts Chromium. `hosts` are names beside *.localhost that lead to this machine. */
export function launch({ hosts = [] } = {}) {
  const rules = ["*.localhost", ...hosts].map((name) => `MAP ${name} 127.0.0.1`).join(", ");
  return playwright.launch({
    executablePath: chromium(),
    args: [
      "--headless=new",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // Pages of other origins here are made up and count as public: without this the browser would ask before they reach this machine.
      "--disable-features=LocalNetworkAccessChecks,PrivateNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
      // For secured.mjs, whose certificate nobody trusts; everything here stays on this machine.
      "--ignore-certificate-errors",
      `--host-resolver-rules=${rules}`,
    ],
  });
}

export { totp };

/** Who signs in: by name, where, and as whom. */
export const PEOPLE = {
  owner: { host: "app.localhost", email: "olivia.park@northwind.example" },
  admin: { host: "app.localhost", email: "adam.reyes@northwind.example" },
  billing: { host: "app.localhost", email: "bianca.moreau@northwind.example" },
  member: { host: "app.localhost", email: "mateo.silva@northwind.example" },
  viewer: { host: "app.localhost", email: "victor.lindqvist@northwind.example" },
  "free owner": { host: "app.localhost", email: "amara.okafor@blueharbor.example" },
  customer: { host: "northwind.localhost", email: "customer01@example.com" },
  operator: { host: "platform.localhost", email: "pat.quinn@portico.example", totp: true },
};
export const PASSWORD = DEMO.logins[0].password;

/** Signs somebody in through the form, as they would. A code works once: for the tests' sake the last one is forgotten. */
export async function signIn(page, runtime, who) {
  const { port, scheme = "http" } = runtime;
  const { host, email, totp: second } = typeof who === "string" ? PEOPLE[who] : who;
  await page.goto(`${scheme}://${host}:${port}/sign-in`);
  await page.fill('input[name="email"]', email);
  await page.fill('input[name="password"]', who.password ?? PASSWORD);
  await page.click('main button[type="submit"]:has-text("Sign in")');
  await page.waitForLoadState();
  if (second) {
    await runtime.sql("UPDATE authenticators SET last_step = 0");
    await page.fill('input[name="code"]', totp(DEMO.totp_secret));
    await page.click('main form button[type="submit"]');
    await page.waitForLoadState();
  }
  if (/\/(sign-in|challenge)/.test(new URL(page.url()).pathname)) throw new Error(`${email} is not signed in: ${await page.innerText("main")}`);
}

/** A browser context whose pages are watched: what they did that they must not stands in `wrongs`. */
export async function watched(browser, options = {}) {
  const context = await browser.newContext(options);
  const wrongs = [];
  await context.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => console.error(`csp: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
  });
  context.on("page", (page) => {
    page.on("console", (message) => {
      // A refused form answers 4xx; that the browser says so is no fault of the page.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) wrongs.push(`${page.url()}: console: ${message.text()}`);
    });
    page.on("pageerror", (error) => wrongs.push(`${page.url()}: ${error.message}`));
    page.on("request", (request) => {
      const from = request.frame()?.url() ?? "";
      if (request.isNavigationRequest() || !from.startsWith("http") || request.url().startsWith("data:")) return;
      if (new URL(request.url()).origin !== new URL(from).origin) wrongs.push(`${from}: asks ${request.url()}`);
    });
    page.on("response", (response) => {
      if (response.status() >= 500) wrongs.push(`${response.url()}: ${response.status()}`);
      if (response.status() === 404 && response.request().resourceType() !== "document") wrongs.push(`${response.url()}: 404`);
    });
  });
  return { context, wrongs };
}

/** Violations that axe finds on the page, one line each. */
export async function axe(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() =>
    axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"] }),
  );
  return violations.map(({ id, help, nodes }) => `axe ${id}: ${help}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
}

/** How far the page scrolls sideways, in pixels. */
export const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
