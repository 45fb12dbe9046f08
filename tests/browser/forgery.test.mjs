// Forms sent from elsewhere, by a real browser that holds the session: every unsafe route from six other origins, on *.localhost, where
// browsers take each name for a site of its own, and on a real-looking domain, where tenants' hosts are the same site and SameSite
// cookies go along (security-and-ui.md, finding 3).
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { ROOT } from "../../tools/paths.mjs";
import { portico, until } from "../e2e/portico.mjs";
import { PEOPLE, launch, signIn } from "./browser.mjs";
import { secured } from "./secured.mjs";

const ROUTES = JSON.parse(execFileSync("cargo", ["run", "--quiet", "--locked", "--package", "xtask", "--", "routes", "--json"], { cwd: ROOT, encoding: "utf8" }));

/** Something that is there for each parameter; what it is matters little, for the form is refused before. */
const filled = (path) => path.replaceAll("{org}", "northwind").replace(/\{[^}]+\}/g, "tkt_018b0000000070008000000000000001");

const parsed = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const HOSTS = {
  localhost: { app: "app.localhost", portal: "northwind.localhost", platform: "platform.localhost", api: "api.localhost", other: "blueharbor.localhost", sibling: "evil.localhost" },
  "a domain": { app: "app.acme-saas.com", portal: "northwind.acme-saas.com", platform: "platform.acme-saas.com", api: "api.acme-saas.com", other: "blueharbor.acme-saas.com", sibling: "evil.acme-saas.com" },
};

for (const [name, hosts] of Object.entries(HOSTS)) {
  test(`every unsafe route refuses a form from six other origins on ${name}`, async (t) => {
    const real = name !== "localhost";
    const vars = real ? { APP_HOST: hosts.app, PLATFORM_HOST: hosts.platform, API_HOST: hosts.api, PORTAL_DOMAIN: "acme-saas.com" } : {};
    const runtime = await portico({ vars });
    // Browsers keep the cookies of a real name over TLS only; on *.localhost they don't mind.
    const edge = real ? await secured(runtime.port) : { scheme: "http", port: runtime.port, close: () => {} };
    const { scheme, port } = edge;
    const browser = await launch({ hosts: [...(real ? Object.values(hosts) : []), "evil.example"] });
    t.after(async () => {
      await browser.close();
      await edge.close();
      await runtime.end();
    });
    let sent = 0;
    let withCookie = 0;
    for (const [who, surface] of [["owner", "app"], ["customer", "portal"], ["operator", "platform"]]) {
      const context = await browser.newContext();
      const page = await context.newPage();
      await signIn(page, { ...runtime, scheme, port }, { ...PEOPLE[who], host: hosts[surface] });
      const target = `${scheme}://${hosts[surface]}:${port}`;
      const done = async () => (await runtime.sql("SELECT count(*) AS n FROM audit_events WHERE outcome = 'success'"))[0].n;
      const before = await done();
      const paths = [...new Set(ROUTES.filter((route) => route.surface === surface && route.csrf).map((route) => filled(route.path)))];
      const attackers = Object.entries(hosts).filter(([kind]) => kind !== surface).map(([, host]) => `${scheme}://${host}:${port}`);
      for (const origin of [...attackers.slice(0, 4), `${scheme}://evil.example:${port}`, "null"]) {
        const stage = origin === "null" ? `${scheme}://evil.example:${port}` : origin;
        await context.route(`${stage}/attack`, (route) =>
          route.fulfill({
            contentType: "text/html",
            body: origin === "null" ? `<iframe sandbox="allow-scripts" srcdoc="<p>inside</p>"></iframe>` : "<p>attack</p>",
          }),
        );
        await page.goto(`${stage}/attack`);
        const frame = origin === "null" ? page.frames()[1] : page.mainFrame();
        for (const path of paths) {
          const lines = runtime.logLines.length;
          const asked = page.waitForRequest((request) => request.url() === target + path && request.method() === "POST");
          await frame.evaluate(
            ([url, body]) => fetch(url, { method: "POST", mode: "no-cors", credentials: "include", headers: { "content-type": "application/x-www-form-urlencoded" }, body }).catch(() => {}),
            [target + path, "csrf=forged&email=a%40b.example&name=x&password=tidal-lantern-orchard"],
          );
          const headers = await (await asked).allHeaders();
          if (/__Host-portico=/.test(headers.cookie ?? "")) withCookie += 1;
          // The answer is kept from the page (Cross-Origin-Resource-Policy); the Worker's own line says what it was.
          const line = await until(`an answer to ${path}`, () => runtime.logLines.slice(lines).map(({ message }) => parsed(message)).find((l) => l?.method === "POST" && l.status));
          sent += 1;
          assert.ok(line.status >= 400 && line.status < 500, `${surface} ${path} from ${origin}: ${JSON.stringify(line)}`);
        }
        await context.unroute(`${stage}/attack`);
      }
      assert.equal(await done(), before, `${surface}: something was done`);
      // The session is what it was.
      await page.goto(`${target}/`);
      assert.equal(new URL(page.url()).pathname.startsWith("/sign-in"), false, `${who} is still signed in`);
      await context.close();
    }
    console.log(`${sent} forged forms on ${name}, all refused; the browser sent the session along with ${withCookie}`);
    if (real) assert.ok(withCookie > 0, "on a real domain the browser does send the cookie from a sibling host: only origin and token refuse");
  });
}
