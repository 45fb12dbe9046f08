// What becomes of a whole organization: suspended, on a domain of its own, deleted and purged.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DAILY, DEMO, assertProblem, portico, until } from "./portico.mjs";
import { Visitor, mailTo } from "./visitor.mjs";

const APP = "app.localhost";
const CONSOLE = "platform.localhost";
let p;
before(async () => {
  p = await portico();
});
after(() => p.end());

const title = (page) => /<h1[^>]*>([\s\S]*?)<\/h1>/.exec(page.text)?.[1].replace(/<[^>]+>/g, "");

test("a domain that is proven serves the portal of its owner, with sessions of its own", async () => {
  const host = "help.robotics.localhost";
  const [owner, customer] = [new Visitor(p), new Visitor(p)];
  assert.equal((await customer.ask(host, "/sign-in")).status, 404);
  await owner.signIn(APP, "olivia.park@northwind.example");
  await p.sql("UPDATE orgs SET plan = 'business' WHERE slug = 'northwind'");
  let page = await owner.open(APP, "/o/northwind/settings/domains");
  page = await owner.go(page, "/o/northwind/settings/domains", { host });
  assert.match(page.text, /_portico-challenge\.help\.robotics\.localhost/);
  const pending = await customer.ask(host, "/sign-in");
  assert.equal(pending.status, 404, "not before it is proven");
  page = await owner.go(page, /\/check$/);
  assert.match(page.text, /the certificate is on its way/);
  const state = async (of) => (await p.sql("SELECT state FROM domains WHERE host = ?", of))[0].state;
  assert.equal(await state(host), "pending", "the record alone is not enough");
  await p.sql("DELETE FROM cron_runs");
  await p.tick("* * * * *");
  assert.equal(await state(host), "active");

  const served = await until("the domain is served", async () => {
    const answer = await customer.ask(host, "/sign-in");
    return answer.status === 200 && answer;
  }, 75_000);
  assert.match(served.text, /Northwind Robotics/);
  const home = await customer.signIn(host, "customer01@example.com");
  assert.equal(home.status, 200);
  const own = customer.cookie(host);
  for (const elsewhere of ["northwind.localhost", "blueharbor.localhost", "app.localhost"]) {
    const thief = new Visitor(p);
    thief.bring(elsewhere, "__Host-portico", own);
    assert.match((await thief.ask(elsewhere, "/")).location, /^\/sign-in/, elsewhere);
  }
  const same = new Visitor(p);
  await same.signIn("northwind.localhost", "customer01@example.com");
  const other = new Visitor(p);
  await other.signIn("blueharbor.localhost", "customer01@example.com");
  for (const [who, from] of [[same, "northwind.localhost"], [other, "blueharbor.localhost"]]) {
    const thief = new Visitor(p);
    thief.bring(host, "__Host-portico", who.cookie(from));
    assert.match((await thief.ask(host, "/")).location, /^\/sign-in/, `${from}'s session on ${host}`);
  }
  // One whose certificate doesn't come is not served either, and its page says what is missing.
  const waiting = "pending.robotics.localhost";
  page = await owner.open(APP, "/o/northwind/settings/domains");
  page = await owner.go(page, "/o/northwind/settings/domains", { host: waiting });
  await owner.go(page, /\/check$/);
  await p.sql("DELETE FROM cron_runs");
  await p.tick("* * * * *");
  assert.equal(await state(waiting), "pending");
  const { id } = (await p.sql("SELECT id FROM domains WHERE host = ?", waiting))[0];
  assert.match((await owner.open(APP, `/o/northwind/settings/domains/${id}`)).text, /does not lead here yet[\s\S]*pending validation/);
  assert.equal((await new Visitor(p).ask(waiting, "/sign-in")).status, 404);
  // Where no record is found nothing is served.
  page = await owner.open(APP, "/o/northwind/settings/domains");
  page = await owner.go(page, "/o/northwind/settings/domains", { host: "unproven.robotics.localhost" });
  await owner.go(page, /\/check$/);
  assert.equal((await new Visitor(p).ask("unproven.robotics.localhost", "/sign-in")).status, 404);
});

test("suspended, an organization's API, staff and portal stop; resumed, they go on", async () => {
  const [operator, staff, customer] = [new Visitor(p), new Visitor(p), new Visitor(p)];
  await operator.signIn(CONSOLE, "pat.quinn@portico.example");
  await staff.signIn(APP, "amara.okafor@blueharbor.example");
  assert.equal((await staff.open(APP, "/o/blueharbor/tickets")).status, 200);
  await customer.signIn("blueharbor.localhost", "customer02@example.com");
  const write = () => p.api("/v1/tickets", { key: DEMO.blueKey, json: { subject: "While suspended", body: "b" } });
  assert.equal((await write()).status, 201, "the key is warm");

  let page = await operator.open(CONSOLE, `/orgs/${DEMO.blueharbor}/suspend`);
  const short = await operator.send(page, /\/suspend$/, { reason: "no" });
  assert.equal(short.status, 422);
  page = await operator.go(page, /\/suspend$/, { reason: "Invoices unpaid since August; see case 4711." });
  assert.match(page.text, /suspended/i);

  const refused = await write();
  assertProblem(refused, 403, refused.body.code);
  assert.match(refused.body.code, /suspended/);
  const closed = await staff.open(APP, "/o/blueharbor/tickets");
  assert.equal(closed.status, 403);
  assert.match(closed.text, /suspended/i);
  await mailTo(p, "amara.okafor@blueharbor.example", /suspended/i);
  const portal = await until("the portal closes within a minute", async () => {
    const answer = await customer.ask("blueharbor.localhost", "/");
    return answer.status === 403 && answer;
  }, 75_000);
  assert.match(portal.text, /can(’|'|&#39;|&#x27;)t serve its customers/);
  const read = await until("reads by key stop within a minute", async () => {
    const answer = await p.api("/v1/tickets?limit=1", { key: DEMO.blueKey });
    return answer.status === 403 && answer;
  }, 75_000);
  assert.match(read.body.code, /suspended/);
  assert.equal((await p.api("/v1/me")).status, 200, "no other organization is touched");

  page = await operator.open(CONSOLE, `/orgs/${DEMO.blueharbor}/resume`);
  await operator.go(page, /\/resume$/, { reason: "Paid in full on Monday; case 4711 closed." });
  assert.equal((await staff.open(APP, "/o/blueharbor/tickets")).status, 200);
});

test("deleted by its owner, an organization is gone at once, and after thirty days so is its data; its log stays", async () => {
  const owner = new Visitor(p);
  await owner.signIn(APP, "amara.okafor@blueharbor.example");
  await until("reads by key are back", async () => (await p.api("/v1/me", { key: DEMO.blueReader })).status === 200, 75_000);
  const asked = await p.api("/v1/exports", { key: DEMO.blueReader, json: { kind: "tickets", format: "csv" } });
  assert.ok([201, 202].includes(asked.status), asked.text);
  const [file] = await until("an export with a file", () => p.sql("SELECT object_key FROM exports WHERE org_id = ? AND state = 'ready' AND id = ?", DEMO.blueharbor, asked.body.id).then((rows) => rows.length > 0 && rows));
  const bucket = await p.r2("jobs");
  assert.ok(await bucket.head(file.object_key));

  let page = await owner.open(APP, "/o/blueharbor/settings/delete");
  const wrong = await owner.send(page, /\/settings\/delete$/, { confirm: "northwind" });
  assert.equal(wrong.status, 422);
  page = await owner.go(page, /\/settings\/delete$/, { confirm: "blueharbor" });
  assert.equal((await owner.open(APP, "/o/blueharbor/tickets")).status, 404);
  await mailTo(p, "amara.okafor@blueharbor.example", /delet/i);
  const logged = (await p.sql("SELECT count(*) AS n FROM audit_events WHERE org_id = ?", DEMO.blueharbor))[0].n;

  const purge = async () => {
    await p.sql("DELETE FROM cron_runs");
    await p.tick(DAILY);
  };
  await purge();
  assert.equal((await p.sql("SELECT count(*) AS n FROM orgs WHERE id = ?", DEMO.blueharbor))[0].n, 1, "not before its time");
  await p.sql("UPDATE orgs SET deleted_at = deleted_at - 31 * 86400000 WHERE id = ?", DEMO.blueharbor);
  await until("it is purged", async () => {
    await purge();
    return (await p.sql("SELECT count(*) AS n FROM orgs WHERE id = ?", DEMO.blueharbor))[0].n === 0;
  }, 60_000);
  assert.equal(await bucket.head(file.object_key), null, "its files go too");

  const tables = await p.sql("SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'org_id'");
  const left = [];
  for (const { name } of tables) if ((await p.sql(`SELECT count(*) AS n FROM "${name}" WHERE org_id = ?`, DEMO.blueharbor))[0].n > 0) left.push(name);
  // The log outlives it; events, mails and jobs go by rules of their own.
  assert.deepEqual(left.filter((name) => !["audit_events", "outbox", "mails", "jobs", "idempotency", "tokens"].includes(name)), []);
  assert.ok((await p.sql("SELECT count(*) AS n FROM audit_events WHERE org_id = ?", DEMO.blueharbor))[0].n >= logged);
  assert.equal((await p.sql("SELECT count(*) AS n FROM users WHERE email = 'amara.okafor@blueharbor.example'"))[0].n, 1, "people keep their accounts");
  assert.equal((await p.sql("SELECT count(*) AS n FROM tickets WHERE org_id = ?", DEMO.northwind))[0].n, 240, "nobody else loses anything");
  assert.equal(title(await owner.open(APP, "/o/blueharbor")) !== undefined, true);
});
