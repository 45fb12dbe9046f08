// A logo, on the real runtime: a browser's own multipart body through the entry, the bucket, the portal.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DEMO, portico } from "./portico.mjs";

let p;
before(async () => {
  p = await portico();
});
after(() => p.end());

const APP = "app.localhost";
const PORTAL = "northwind.localhost";
const PAGE = "/o/northwind/settings/branding";
/** A PNG of one pixel, whole. */
const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64");
const cookieOf = (response, name) => response.headers.getSetCookie().find((one) => one.startsWith(`${name}=`))?.split(";")[0];
const field = (html, action, name) => {
  const form = html.slice(html.indexOf(`action="${action}"`)).split("</form>")[0];
  return new RegExp(`name="${name}" value="([^"]*)"`).exec(form)?.[1];
};

async function signIn() {
  const page = await p.fetch(APP, "/sign-in", {});
  const form = cookieOf(page, "__Host-portico-form");
  const { email, password } = DEMO.logins.find((one) => one.path_host.startsWith(APP));
  const body = new URLSearchParams({ csrf: field(await page.text(), "/sign-in", "csrf"), email, password });
  const answer = await p.fetch(APP, "/sign-in", { method: "POST", body: body.toString(), headers: { "content-type": "application/x-www-form-urlencoded", origin: `http://${APP}:${p.port}`, cookie: form } });
  assert.equal(answer.status, 303, await answer.text());
  return `${form}; ${cookieOf(answer, "__Host-portico")}`;
}

test("a logo goes up, stands on the portal and goes away again", async () => {
  const cookie = await signIn();
  const look = async () => (await p.fetch(APP, PAGE, { headers: { cookie } })).text();
  /** The body that a browser would send. */
  async function upload(bytes, type) {
    const html = await look();
    const action = `${PAGE}/logo`;
    const form = new FormData();
    for (const name of ["csrf", "version"]) form.set(name, field(html, action, name));
    form.set("logo", new Blob([bytes], { type }), "our logo (final).png");
    const encoded = new Response(form);
    const body = Buffer.from(await encoded.arrayBuffer());
    return p.fetch(APP, action, { method: "POST", body, headers: { "content-type": encoded.headers.get("content-type"), origin: `http://${APP}:${p.port}`, cookie } });
  }
  const svg = await upload("<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png");
  assert.equal(svg.status, 422);
  assert.match(await svg.text(), /they can hold programs/);

  const done = await upload(PNG, "image/svg+xml");
  assert.equal(done.status, 303, await done.text());
  const [{ branding, version }] = await p.sql("SELECT branding, branding_version AS version FROM orgs WHERE slug = 'northwind'");
  const { key } = JSON.parse(branding).logo;
  const bucket = await p.r2("portal", "BRAND_ASSETS");
  assert.deepEqual(Buffer.from(await (await bucket.get(key)).arrayBuffer()), PNG, "byte for byte");
  const shown = await p.fetch(PORTAL, `/brand/logo?v=${version}`, {});
  assert.deepEqual([shown.status, shown.headers.get("content-type"), shown.headers.get("x-content-type-options")], [200, "image/png", "nosniff"]);
  assert.match(shown.headers.get("cache-control"), /immutable/);
  assert.match(shown.headers.get("content-security-policy"), /sandbox/);
  assert.deepEqual(Buffer.from(await shown.arrayBuffer()), PNG);
  const preview = await p.fetch(APP, `${PAGE}/logo?v=${version}`, { headers: { cookie } });
  assert.equal(preview.status, 200);
  await preview.arrayBuffer();
  const signInPage = await (await p.fetch(PORTAL, "/sign-in", {})).text();
  assert.ok(signInPage.includes(`src="/brand/logo?v=${version}"`), "on the page of the portal");

  const html = await look();
  const action = `${PAGE}/logo/remove`;
  const body = new URLSearchParams({ csrf: field(html, action, "csrf"), version: field(html, action, "version") });
  const gone = await p.fetch(APP, action, { method: "POST", body: body.toString(), headers: { "content-type": "application/x-www-form-urlencoded", origin: `http://${APP}:${p.port}`, cookie } });
  assert.equal(gone.status, 303, await gone.text());
  const after = await p.fetch(PORTAL, `/brand/logo?v=${version}`, {});
  assert.equal(after.status, 404);
  await after.text();
  assert.equal((await p.sql("SELECT count(*) AS n FROM logos WHERE key = ? AND unused_since IS NOT NULL", key))[0].n, 1, "the next day's retention takes the file");
});
