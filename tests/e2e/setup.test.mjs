// The first operator of an empty deployment: the secret of who deployed it, then an authenticator, then the console; of many at once, one.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { portico } from "./portico.mjs";
import { Visitor, totp } from "./visitor.mjs";

const HOST = "platform.localhost";
const PASSWORD = "violet-harbor-mandolin-71";
let p;
let token;
before(async () => {
  p = await portico({ demo: false });
  token = p.secrets.PLATFORM_BOOTSTRAP_TOKEN;
});
after(() => p.end());

const fill = (n, more = {}) => ({ setup_token: token, name: `Operator ${n}`, email: `operator${n}@example.com`, password: PASSWORD, ...more });
const operators = () => p.sql("SELECT user_id, role FROM operators");

test("an empty deployment sets up its first operator: of eight at once, one; a wrong secret, none", async () => {
  const early = await new Visitor(p).open(HOST, "/");
  assert.equal(early.status, 200);
  assert.match(early.text, /href="\/setup"|action="\/setup"/, "the console's door leads to the set-up");

  const visitors = Array.from({ length: 8 }, () => new Visitor(p));
  const wrong = await visitors[0].send(await visitors[0].open(HOST, "/setup"), "/setup", fill(0, { setup_token: `${token}x` }));
  assert.equal(wrong.status, 422);
  assert.match(wrong.text, /not the setup token/);
  assert.ok(wrong.text.includes("operator0@example.com") && !wrong.text.includes(PASSWORD) && !wrong.text.includes(token));
  assert.deepEqual(await operators(), []);

  const pages = await Promise.all(visitors.map((one) => one.open(HOST, "/setup")));
  const answers = await Promise.all(visitors.map((one, n) => one.send(pages[n], "/setup", fill(n))));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [303, ...Array(7).fill(404)]);
  assert.equal((await operators()).length, 1);
  assert.equal((await p.sql("SELECT count(*) AS n FROM users"))[0].n, 1, "the others made no account either");
  assert.equal((await p.sql("SELECT count(*) AS n FROM audit_events WHERE action = 'deployment.set_up' AND outcome = 'success'"))[0].n, 1);

  // Nothing opens before the second factor stands.
  const first = visitors[answers.findIndex(({ status }) => status === 303)];
  for (const path of ["/orgs", "/operators", "/status"]) assert.match((await first.ask(HOST, path)).location, /^\/challenge/);
  const page = await first.open(HOST, "/");
  const [key] = /(?:[A-Z2-7]{4} ){3,}[A-Z2-7]{2,4}/.exec(page.text) ?? [];
  assert.ok(key, "the page shows the key");
  const home = await first.go(page, "/challenge", { code: totp(key) });
  assert.equal(home.status, 200);
  const codes = await first.open(HOST, "/orgs");
  assert.equal(codes.status, 200);

  // The form is gone, for everybody.
  for (const one of [first, new Visitor(p)]) assert.equal((await one.ask(HOST, "/setup")).status, 404);
  const late = await visitors[1].send(pages[1], "/setup", fill(9));
  assert.equal(late.status, 404);
  assert.equal((await operators()).length, 1);
});

test("the same secret and an address that has an account: its own password, nothing less", async () => {
  await p.sql("DELETE FROM operators");
  const [{ email }] = await p.sql("SELECT email FROM users");
  const one = new Visitor(p);
  const wrong = await one.send(await one.open(HOST, "/setup"), "/setup", fill(0, { email, password: "another-password-entirely" }));
  assert.equal(wrong.status, 422);
  assert.deepEqual(await operators(), []);
  const right = await one.send(await one.open(HOST, "/setup"), "/setup", fill(0, { email }));
  assert.equal(right.status, 303);
  assert.equal((await operators()).length, 1);
  // The account has an authenticator already: it is asked for, not set up anew.
  const page = await one.after(right);
  assert.ok(!/[A-Z2-7]{4} [A-Z2-7]{4} [A-Z2-7]{4}/.test(page.text));
});
