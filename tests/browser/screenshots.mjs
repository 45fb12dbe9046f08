// `npm run screenshots`: the main pages in both themes, under docs/screenshots. Not a test; look at them.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../tools/paths.mjs";
import { main } from "../../tools/progress.mjs";
import { setup } from "../../tools/setup.mjs";

const FOLDER = join(ROOT, "docs/screenshots");

/** Who looks at what; the name is the file's. What is pressed leads from the page to the one that is shown; the width is a desktop's unless said. */
const SHOTS = [
  { who: "owner", host: "app.localhost", pages: {
    overview: "/o/northwind", tickets: "/o/northwind/tickets", ticket: "/o/northwind/tickets/{ticket}", customers: "/o/northwind/customers",
    members: "/o/northwind/members", branding: "/o/northwind/settings/branding", domains: "/o/northwind/settings/domains", inbox: "/notifications", security: "/account/security", billing: "/billing/northwind", components: "/dev/components",
  } },
  { who: "owner", host: "app.localhost", pages: { "billing-change": "/billing/northwind/change?plan=business&interval=month&seats=20" }, press: "See what it costs" },
  { who: "owner", host: "app.localhost", pages: { "billing-cancel": "/billing/northwind/cancel", "settings-security": "/o/northwind/settings/security", notifications: "/account/notifications" } },
  { who: "owner", host: "app.localhost", width: 360, pages: { "phone-overview": "/o/northwind", "phone-tickets": "/o/northwind/tickets", "phone-ticket": "/o/northwind/tickets/{ticket}" } },
  { who: "owner", host: "app.localhost", pages: { "form-refused": "/o/northwind/tickets/new" }, press: "Create ticket" },
  { who: "free owner", host: "app.localhost", pages: { "billing-free": "/billing/blueharbor", "billing-choose": "/billing/blueharbor/choose?plan=team&interval=month&seats=10" } },
  { who: "customer", host: "northwind.localhost", pages: { "portal-home": "/", "portal-tickets": "/tickets", "portal-ticket": "/tickets/{own}", "portal-privacy": "/privacy" } },
  { who: "customer", host: "northwind.localhost", width: 360, pages: { "phone-portal": "/" } },
  { who: "operator", host: "platform.localhost", pages: { console: "/", "console-orgs": "/orgs", "console-org": "/orgs/{org}", "console-jobs": "/jobs", "console-status": "/status", "console-billing": "/billing", "console-billing-org": "/billing/orgs/{org}" } },
  { who: "operator", host: "platform.localhost", pages: { "console-repair": "/billing/orgs/{broken}" }, press: "Dry run" },
  { who: undefined, host: "app.localhost", pages: { "sign-in": "/sign-in", "sign-up": "/sign-up", "sent": "/sign-in/link/sent", "not-found": "/nowhere" } },
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
  const fill = (path) => path.replace("{ticket}", ticket).replace("{own}", own).replace("{org}", "org_018b0000000070008000000000000001").replace("{broken}", "org_018b0000000070008000000000000003");
  for (const { who, host, pages, press, width = 1280 } of SHOTS) {
    // Without motion a color is what it ends as.
    const context = await browser.newContext({ viewport: { width, height: 860 }, reducedMotion: "reduce" });
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
        // A form that was refused is opened at its summary; the picture begins where the page does.
        await page.evaluate(() => scrollTo(0, 0));
        await page.screenshot({ path: join(FOLDER, `${name}-${theme}.png`) });
      }
      console.log(name);
    }
    await context.close();
  }
  await browser.close();
  await runtime.end();
});
