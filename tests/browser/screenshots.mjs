// `npm run screenshots`: the main pages in both themes, under docs/screenshots. Not a test; look at them.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../tools/paths.mjs";
import { main } from "../../tools/progress.mjs";
import { setup } from "../../tools/setup.mjs";

const FOLDER = join(ROOT, "docs/screenshots");

/** Who looks at what; the name is the file's. What is pressed leads from the page to the one that is shown. */
const SHOTS = [
  { who: "owner", host: "app.localhost", pages: {
    overview: "/o/northwind", tickets: "/o/northwind/tickets", ticket: "/o/northwind/tickets/{ticket}", customers: "/o/northwind/customers",
    members: "/o/northwind/members", branding: "/o/northwind/settings/branding", domains: "/o/northwind/settings/domains", inbox: "/notifications", security: "/account/security", billing: "/billing/northwind", components: "/dev/components",
  } },
  { who: "owner", host: "app.localhost", pages: { "billing-change": "/billing/northwind/change?plan=business&interval=month&seats=20" }, press: "See what it costs" },
  { who: "free owner", host: "app.localhost", pages: { "billing-free": "/billing/blueharbor" } },
  { who: "customer", host: "northwind.localhost", pages: { "portal-home": "/", "portal-tickets": "/tickets", "portal-ticket": "/tickets/{own}" } },
  { who: "operator", host: "platform.localhost", pages: { console: "/", "console-orgs": "/orgs", "console-org": "/orgs/{org}", "console-jobs": "/jobs", "console-status": "/status", "console-billing": "/billing", "console-billing-org": "/billing/orgs/{org}" } },
  { who: undefined, host: "app.localhost", pages: { "sign-in": "/sign-in", "sign-up": "/sign-up" } },
];

await main(async () => {
  await setup();
  const { browser: needBrowser } = await import("../../tools/setup/browser.mjs");
  await needBrowser(Object.assign(() => {}, { begin: () => {} }));
  const { portico } = await import("../e2e/portico.mjs");
  const { launch, signIn } = await import("./browser.mjs");
  const runtime = await portico();
  const browser = await launch();
  mkdirSync(FOLDER, { recursive: true });
  const [{ id: ticket }] = await runtime.sql("SELECT ticket_id AS id FROM ticket_comments WHERE org_id LIKE '%0001' GROUP BY ticket_id ORDER BY count(*) DESC, ticket_id DESC LIMIT 1");
  const [{ id: own }] = await runtime.sql("SELECT t.id FROM tickets t JOIN customers c ON c.id = t.customer_id WHERE c.email = 'customer01@example.com' AND t.org_id LIKE '%0001' ORDER BY t.id DESC LIMIT 1");
  const fill = (path) => path.replace("{ticket}", ticket).replace("{own}", own).replace("{org}", "org_018b0000000070008000000000000001");
  for (const { who, host, pages, press } of SHOTS) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
    const page = await context.newPage();
    if (who) await signIn(page, runtime, who);
    for (const [name, path] of Object.entries(pages)) {
      for (const theme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme: theme });
        await page.goto(`http://${host}:${runtime.port}${fill(path)}`);
        if (press) {
          await page.locator("main").getByRole("button", { name: press }).first().click();
          await page.waitForLoadState();
        }
        await page.screenshot({ path: join(FOLDER, `${name}-${theme}.png`) });
      }
      console.log(name);
    }
    await context.close();
  }
  await browser.close();
  await runtime.end();
});
