// A mail is a row in the batch of its change: killed before it could be sent, it is sent all the same, and once.
import assert from "node:assert/strict";
import process from "node:process";
import { after, before, test } from "node:test";
import { MINUTE, portico, until } from "./portico.mjs";
import { Visitor, mailsTo } from "./visitor.mjs";

const APP = "app.localhost";
let p;
before(async () => {
  p = await portico();
});
after(() => p.end());

test("a mail survives kill -9 between the commit and the sending, and comes once", { timeout: 120_000 }, async () => {
  const addresses = ["olivia.park", "adam.reyes", "mateo.silva"].map((name) => `${name}@northwind.example`);
  let unsent = 0;
  for (const email of addresses) {
    const person = new Visitor(p);
    const page = await person.open(APP, "/reset");
    const answer = await person.send(page, "/reset", { email });
    const pid = p.workerdPid();
    process.kill(pid, "SIGKILL");
    assert.equal(answer.status, 303);
    await until("workerd is back", async () => p.workerdPid() !== pid && (await p.fetch(APP, "/sign-in").catch(() => ({}))).status === 200, 60_000);
    const [mail] = await p.sql("SELECT state FROM mails WHERE recipient = ?", email);
    assert.ok(mail, "what was acknowledged is there");
    unsent += mail.state === "sent" ? 0 : 1;
  }
  assert.ok(unsent > 0, "at least one was killed before it was sent");

  await until("every mail is sent", async () => {
    // What the clock would do within two minutes: leases end, the sweep comes.
    await p.sql("UPDATE mails SET next_at = next_at - 120000, lease_until = 0 WHERE state IN ('queued', 'sending')");
    await p.sql("DELETE FROM cron_runs");
    await p.tick(MINUTE);
    return (await p.sql("SELECT count(*) AS n FROM mails WHERE state <> 'sent'"))[0].n === 0;
  }, 30_000);
  for (const email of addresses) {
    const mails = await mailsTo(p, email);
    assert.equal(mails.length, 1, `${email}: ${mails.map(({ id }) => id).join()}`);
    assert.match(mails[0].text, /\/reset\/choose\?token=|\/reset\?token=|token=/);
  }
  const [sent] = await p.sql("SELECT max(attempts) AS most, count(DISTINCT id) AS ids, count(*) AS n FROM mails");
  assert.equal(sent.ids, sent.n);

  // Hints that come late, doubled and out of order send nothing again.
  const before = JSON.stringify(await p.sql("SELECT id, state, attempts, claim, finished_at FROM mails ORDER BY id"));
  const queue = await p.queue("jobs", "Q_MAIL").catch(() => undefined);
  if (queue) for (const { id } of await p.sql("SELECT id FROM mails")) await queue.send(id);
  await p.sql("DELETE FROM cron_runs");
  await p.tick(MINUTE);
  assert.equal(JSON.stringify(await p.sql("SELECT id, state, attempts, claim, finished_at FROM mails ORDER BY id")), before);
});
