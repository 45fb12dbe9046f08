// People: the demo's logins work on their surface, and only there.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DEMO, portico } from "./portico.mjs";
import { totp } from "./visitor.mjs";

let p;
before(async () => {
  p = await portico();
});
after(() => p.end());

const cookieOf = (response, name) => response.headers.getSetCookie().find((one) => one.startsWith(`${name}=`) && !one.startsWith(`${name}=;`))?.split(";")[0];
const formField = (html, name) => new RegExp(`name="${name}"[^>]*value="([^"]*)"`).exec(html)?.[1] ?? new RegExp(`value="([^"]*)"[^>]*name="${name}"`).exec(html)?.[1];

async function post(host, path, fields, cookies, headers = {}) {
  return p.fetch(host, path, {
    method: "POST",
    body: new URLSearchParams(fields).toString(),
    headers: { "content-type": "application/x-www-form-urlencoded", origin: `http://${host}:${p.port}`, cookie: cookies.filter(Boolean).join("; "), ...headers },
  });
}

async function signIn(host, email, password, headers) {
  const page = await p.fetch(host, "/sign-in", {});
  const html = await page.text();
  const form = cookieOf(page, "__Host-portico-form");
  assert.ok(form, "the form's cookie");
  const answer = await post(host, "/sign-in", { csrf: formField(html, "csrf"), email, password }, [form], headers);
  return { answer, form, session: cookieOf(answer, "__Host-portico"), html: await answer.text() };
}

/** An operator's second step. Until then the session opens nothing else, and what it was is worth nothing afterwards. */
async function prove(host, first, half, form) {
  assert.match(first.headers.get("location"), /^\/challenge/);
  const cookie = `${half}; ${form}`;
  const early = await p.fetch(host, "/orgs", { headers: { cookie } });
  assert.deepEqual([early.status, early.headers.get("location").split("?")[0]], [303, "/challenge"], "half a session opens nothing");
  const page = await (await p.fetch(host, first.headers.get("location"), { headers: { cookie } })).text();
  const csrf = formField(page, "csrf");
  const code = totp(DEMO.totp_secret);
  const wrong = await post(host, "/challenge", { csrf, code: String((Number(code) + 1) % 1_000_000).padStart(6, "0") }, [half, form]);
  assert.equal(wrong.status, 422, await wrong.text());
  const answer = await post(host, "/challenge", { csrf, code }, [half, form]);
  assert.equal(answer.status, 303, await answer.text());
  const session = cookieOf(answer, "__Host-portico");
  assert.notEqual(session, half);
  const old = await p.fetch(host, "/orgs", { headers: { cookie } });
  assert.match(old.headers.get("location"), /^\/sign-in/, "the half session is over");
  return { answer, session };
}

test("every demo login opens its surface, and signing out closes it", async () => {
  for (const { surface, path_host, email, password } of DEMO.logins) {
    const host = path_host.split("/")[0];
    let { answer, session, form } = await signIn(host, email, password);
    assert.equal(answer.status, 303, `${surface} ${email}`);
    if (surface === "platform") ({ answer, session } = await prove(host, answer, session, form));
    const raw = answer.headers.getSetCookie().find((one) => one.startsWith("__Host-portico="));
    for (const part of ["Secure", "HttpOnly", "Path=/", "SameSite=Lax"]) assert.ok(raw.includes(part), raw);
    assert.ok(!/domain=/i.test(raw));
    const home = await p.fetch(host, answer.headers.get("location"), { headers: { cookie: `${session}; ${form}` } });
    const html = await home.text();
    assert.equal(home.status, 200, `${surface} ${email}`);
    assert.match(html, /<h1/);
    const out = await post(host, "/sign-out", { csrf: formField(html, "csrf") }, [session, form]);
    assert.equal(out.status, 303, `${surface} sign-out: ${await out.text()}`);
    const after = await p.fetch(host, answer.headers.get("location"), { headers: { cookie: session } });
    assert.equal(after.status, 303, "the old cookie opens nothing");
    await after.text();
  }
});

test("a session is worth nothing on another host", async () => {
  const staff = await signIn("app.localhost", DEMO.logins[0].email, DEMO.logins[0].password);
  const customer = await signIn("northwind.localhost", "customer01@example.com", DEMO.logins[0].password);
  for (const [session, hosts] of [[staff.session, ["platform.localhost", "northwind.localhost"]], [customer.session, ["blueharbor.localhost", "app.localhost", "platform.localhost"]]]) {
    for (const host of hosts) {
      const answer = await p.fetch(host, "/", { headers: { cookie: session } });
      assert.equal(answer.status, 303, host);
      assert.match(answer.headers.get("location"), /^\/sign-in/);
    }
  }
  const other = await p.fetch("app.localhost", "/o/blueharbor", { headers: { cookie: staff.session } });
  assert.equal(other.status, 404, "an organization one is no member of does not exist");
  assert.equal((await p.fetch("app.localhost", "/o/northwind/tickets", { headers: { cookie: staff.session } })).status, 200);
});

test("the same answer for an unknown address and a wrong password; the e-mail is kept, the password never", async () => {
  const unknown = await signIn("app.localhost", "nobody@example.com", "not-the-password-at-all");
  const wrong = await signIn("app.localhost", DEMO.logins[0].email, "not-the-password-at-all");
  assert.equal(unknown.answer.status, wrong.answer.status);
  assert.ok([401, 422].includes(wrong.answer.status));
  const plain = (html, email) => html.replaceAll(email, "E").replace(/value="[\w.-]{40,}"/g, 'value="T"').replace(/req_[0-9a-f]{32}/g, "R");
  assert.equal(plain(unknown.html, "nobody@example.com"), plain(wrong.html, DEMO.logins[0].email));
  assert.ok(wrong.html.includes(DEMO.logins[0].email) && !wrong.html.includes("not-the-password-at-all"));
});

test("a form from elsewhere is refused", async () => {
  for (const origin of ["http://evil.example", `http://northwind.localhost:${p.port}`, "null", "https://app.localhost"]) {
    const { answer } = await signIn("app.localhost", DEMO.logins[0].email, DEMO.logins[0].password, { origin });
    assert.equal(answer.status, 403, origin);
  }
});

test("fifty wrong passwords at once, each from another address: exactly ten are looked at, then the right one is refused too", async () => {
  const email = DEMO.logins[2].email;
  const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => signIn("app.localhost", email, `wrong-password-number-${i}`, { "cf-connecting-ip": `203.0.113.${i}` })));
  const by = Map.groupBy(answers, ({ answer }) => answer.status);
  const looked = (by.get(401) ?? by.get(422) ?? []).length;
  assert.equal(looked, 10, `${looked} were looked at: ${[...by].map(([status, all]) => `${status}×${all.length}`).join(", ")}`);
  assert.equal((by.get(429) ?? []).length, 50 - looked);
  assert.equal((await signIn("app.localhost", email, DEMO.logins[2].password)).answer.status, 429);
});
