// Somebody new gets in and founds an organization, a customer asks and is answered; afterwards nothing that opens anything stands in
// a log line, and nothing of it stands in the database as it is.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { DEMO, portico, until } from "./portico.mjs";
import { Visitor, mailTo, mailsTo } from "./visitor.mjs";

const APP = "app.localhost";
const PORTAL = "northwind.localhost";
const PASSWORD = "violet-harbor-mandolin-71";
const known = new Set([DEMO.logins[0].password, PASSWORD, DEMO.api_key, DEMO.totp_secret]);
let p;
before(async () => {
  p = await portico();
});
after(() => p.end());

const says = (page, text) => assert.match(page.text.replace(/<[^>]+>/g, " ").replace(/\s+/g, " "), text);

test("sign up, confirm by mail, found an organization, invite a member who joins", async () => {
  const founder = new Visitor(p, known);
  let page = await founder.open(APP, "/sign-up");
  page = await founder.go(page, "/sign-up", { name: "Fiona Founder", email: "Fiona@Example.com", password: PASSWORD });
  assert.equal(page.path, "/sign-up/sent");
  assert.deepEqual(await p.sql("SELECT 1 FROM users WHERE email = 'fiona@example.com'"), [], "no account before the address is confirmed");

  const mail = await mailTo(p, "fiona@example.com", /confirm/i);
  page = await founder.follow(mail);
  page = await founder.go(page, "/sign-up/verify");
  assert.equal(page.path, "/new");
  page = await founder.go(page, "/new", { name: "Lighthouse & Söhne", slug: "lighthouse" });
  assert.deepEqual([page.status, page.path], [200, "/o/lighthouse"]);
  says(page, /Invite a member/);
  const [org] = await p.sql("SELECT o.id, o.plan, m.role FROM orgs o JOIN memberships m ON m.org_id = o.id WHERE o.slug = 'lighthouse'");
  assert.deepEqual([org.plan, org.role], ["free", "owner"]);

  // The link was for one use, and for nobody else.
  says(await new Visitor(p, known).follow(mail), /used|no longer/i);

  page = await founder.open(APP, "/o/lighthouse/members/invite");
  page = await founder.go(page, "/o/lighthouse/members/invite", { email: "mara@example.com", role: "member" });
  says(page, /mara@example\.com/);
  const mate = new Visitor(p, known);
  page = await mate.follow(await mailTo(p, "mara@example.com", /invit/i));
  page = await mate.go(page, /^\/invitations/, { name: "Mara Mate", password: PASSWORD });
  assert.equal(page.path, "/o/lighthouse");
  const joined = await p.sql("SELECT role FROM memberships WHERE org_id = ?", org.id);
  assert.deepEqual(joined.map(({ role }) => role).sort(), ["member", "owner"]);
});

test("what a customer writes reaches the inbox and the mail of whoever works on it; the answer reaches the customer", async () => {
  const [customer, mateo] = [new Visitor(p, known), new Visitor(p, known)];
  await customer.signIn(PORTAL, "customer01@example.com");
  await mateo.signIn(APP, "mateo.silva@northwind.example");
  let page = await customer.open(PORTAL, "/tickets/new");
  page = await customer.go(page, "/tickets", { subject: "Arm <b>drifts</b> & stops", body: "Since this morning." });
  const id = page.path.split("/")[2];
  assert.match(id, /^tkt_/, page.path);

  page = await mateo.open(APP, `/o/northwind/tickets/${id}`);
  says(page, /Arm &lt;b&gt;drifts&lt;\/b&gt; &amp; stops/);
  page = await mateo.go(page, /\/assign-to-me$/);
  const toMateo = async () => (await mailsTo(p, "mateo.silva@northwind.example")).filter(({ template }) => template !== "new_device");
  const before = (await toMateo()).length;

  page = await customer.open(PORTAL, `/tickets/${id}`);
  await customer.go(page, /\/comments$/, { body: "It is the second unit on line 3." });
  await until("the mail to the assignee", async () => (await toMateo()).length > before);
  await until("the entry in the inbox", async () => /wrote on: Arm/.test((await mateo.open(APP, "/notifications")).text));
  const adam = await p.sql("SELECT 1 FROM inbox WHERE recipient = 'usr_018b0000000070008000000000000002' AND type = 'ticket_comment' AND path LIKE ?", `%${id}`);
  assert.deepEqual(adam, [], "a ticket that is somebody's is told to nobody else");

  page = await mateo.open(APP, `/o/northwind/tickets/${id}`);
  await mateo.go(page, /\/comments$/, { body: "A spare unit is on its way.", internal: "false" });
  const reply = await mailTo(p, "customer01@example.com", /repl|answer|Arm/i);
  assert.ok(reply.link.startsWith(`http://support.northwind-robotics.localhost:${p.port}/tickets/`), `the portal's own domain: ${reply.link}`);
  assert.ok(!reply.html.includes("<b>drifts"), "a subject is text in a mail too");
  await until("the entry in the customer's inbox", async () => /New reply: Arm/.test((await customer.open(PORTAL, "/notifications")).text));

  // One event, one recipient, one channel: once, however often the event is looked at.
  // A ticket's only: the minute's cron has more to tell.
  const count = async () => (await p.sql("SELECT (SELECT count(*) FROM mails WHERE template LIKE 'ticket%') || '/' || (SELECT count(*) FROM inbox WHERE type LIKE 'ticket%') AS n"))[0].n;
  const told = await count();
  await p.sql("UPDATE outbox SET dispatched_at = NULL, occurred_at = occurred_at - 120000");
  await p.sql("DELETE FROM cron_runs");
  await p.tick("* * * * *");
  await until("the outbox drains", async () => (await p.sql("SELECT count(*) AS n FROM outbox WHERE dispatched_at IS NULL"))[0].n === 0);
  assert.equal(await count(), told);
});

test("a forgotten password, a link to sign in, and an address that is changed", async () => {
  const person = new Visitor(p, known);
  let page = await person.open(APP, "/reset");
  await person.go(page, "/reset", { email: "bianca.moreau@northwind.example" });
  page = await person.follow(await mailTo(p, "bianca.moreau@northwind.example", /password/i));
  page = await person.go(page, /^\/reset/, { password: `${PASSWORD}-2` });
  const other = new Visitor(p, known);
  page = await other.open(APP, "/sign-in/link");
  await other.go(page, /^\/sign-in\/link/, { email: "bianca.moreau@northwind.example" });
  page = await other.follow(await mailTo(p, "bianca.moreau@northwind.example", /sign.?in/i));
  page = await other.go(page, /^\/sign-in\/link/);
  assert.equal(page.status, 200);
  const operator = new Visitor(p, known);
  page = await operator.signIn("platform.localhost", "pat.quinn@portico.example");
  assert.equal(page.status, 200);
});

test("no token, password or session stands in a log line; nor in the database, but for hashes and seals", async () => {
  await sleep(1_500);
  for (const mail of await (await p.fetch(APP, "/dev/mail.json")).json()) for (const [, token] of mail.text.matchAll(/[?&]token=([\w-]+)/g)) known.add(token);
  for (const name of ["SIGNING_KEYS", "PLATFORM_BOOTSTRAP_TOKEN", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRETS"]) known.add(p.secrets[name]);
  assert.ok([...known].every((one) => one.length >= 16) && known.size > 20, `${known.size} things to look for`);
  const lines = p.logLines.map(({ message }) => message);
  assert.ok(lines.length > 40 && lines.some((line) => line.includes("/sign-up/verify")), `there is a log to look into: ${lines.length} lines`);
  for (const one of known) {
    // Cut, too: half of a token is a clue.
    const found = lines.find((line) => line.includes(one.slice(0, 16)));
    assert.equal(found, undefined, `${one.slice(0, 4)}… is in the log`);
  }
  const tables = await p.sql("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'");
  assert.ok(tables.length > 25);
  for (const { name } of tables) {
    const dump = JSON.stringify(await p.sql(`SELECT * FROM "${name}"`));
    for (const one of known) assert.ok(!dump.includes(one), `${one.slice(0, 4)}… is in ${name} as it is`);
  }
});
