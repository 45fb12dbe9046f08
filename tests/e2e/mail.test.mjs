// A mail is a row in the batch of its change: killed before it could be sent, it is sent all the same, and once.
import assert from "node:assert/strict";
import process from "node:process";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { MINUTE, portico, until } from "./portico.mjs";
import { Visitor, mailsTo } from "./visitor.mjs";

const APP = "app.localhost";
let p;
before(async () => {
  p = await portico();
});
after(() => p.end());

test("a mail survives kill -9 between the commit and the sending, and comes once", { timeout: 120_000 }, async () => {
  const addresses = ["olivia.park", "bianca.moreau", "mateo.silva"].map((name) => `${name}@northwind.example`);
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
    return (await p.sql("SELECT count(*) AS n FROM mails WHERE state IN ('queued', 'sending')"))[0].n === 0;
  }, 30_000);
  for (const email of addresses) {
    const mails = await mailsTo(p, email);
    assert.equal(mails.length, 1, `${email}: ${mails.map(({ id }) => id).join()}`);
    assert.match(mails[0].text, /[?&]token=[\w-]{43}/);
  }

  // Hints that come late, doubled and out of order send nothing again.
  const letters = async () => (await p.sql("SELECT count(*) AS n FROM dead_letters"))[0].n;
  const unusable = await letters();
  // Of these people only: the minute's cron has others to write to.
  const rows = async () => JSON.stringify(await p.sql("SELECT id, state, attempts, claim, finished_at FROM mails WHERE recipient IN (SELECT value FROM json_each(?)) ORDER BY id", JSON.stringify(addresses)));
  const before = await rows();
  assert.ok(before.includes("mai_"));
  const queue = await p.queue("org", "Q_MAIL");
  for (let round = 0; round < 2; round++) for (const { id } of await p.sql("SELECT id FROM mails ORDER BY id DESC")) await queue.send(JSON.stringify({ v: 1, id }), { contentType: "text" });
  await sleep(2_500);
  await p.sql("DELETE FROM cron_runs");
  await p.tick(MINUTE);
  assert.equal(await rows(), before);
  assert.equal(await letters(), unusable, "the hints were such as ours are");
});
