// Keyed writes while workerd is killed (kill -9) at random moments, again and again on the same state. What was acknowledged is there
// exactly once, every change has its audit row, the outbox drains, and SQLite finds nothing wrong with its files.
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { DEMO, MINUTE, portico, until } from "../e2e/portico.mjs";

const ROUNDS = 30;
const WRITERS = 3;

test(`${ROUNDS} kills under load lose nothing and do nothing twice`, { timeout: 600_000 }, async (t) => {
  const p = await portico();
  const acknowledged = new Map();
  let sent = 0;
  let retried = 0;
  let stop = false;

  // A client as it should be: the same key and body until there is an answer.
  async function write(key) {
    const init = { json: { subject: `Crash ${key}`, body: "b" }, headers: { "idempotency-key": key } };
    for (let tries = 0; ; tries++) {
      sent += 1;
      retried += tries > 0 ? 1 : 0;
      const answer = await p.api("/v1/tickets", init).catch(() => undefined);
      if (answer?.status === 201) return acknowledged.set(key, answer.body.id);
      assert.ok(answer === undefined || [409, 429, 500, 503].includes(answer.status), answer?.text);
      if (answer?.status === 500) assert.equal(answer.body?.code, "internal");
      await sleep(answer?.status === 429 ? 1_000 : 20);
    }
  }
  async function writer(name) {
    for (let n = 0; !stop; n++) {
      await write(`${name}-${n}`);
      await sleep(60);
    }
  }

  const writers = Array.from({ length: WRITERS }, (_, i) => writer(`w${i}`));
  for (let round = 0; round < ROUNDS; round++) {
    await sleep(100 + Math.random() * 500);
    const pid = await until("workerd runs", () => p.workerdPid());
    process.kill(pid, "SIGKILL");
    await until("workerd is back", async () => {
      const now = p.workerdPid();
      return now && now !== pid && (await p.fetch("nowhere.example", "/").catch(() => undefined));
    }, 60_000);
  }
  stop = true;
  await Promise.all(writers);

  const tickets = await p.sql("SELECT id, subject FROM tickets WHERE subject LIKE 'Crash %'");
  const bySubject = Map.groupBy(tickets, ({ subject }) => subject);
  for (const [key, id] of acknowledged) assert.deepEqual(bySubject.get(`Crash ${key}`)?.map((one) => one.id), [id], key);
  assert.equal(tickets.length, acknowledged.size, "every key was seen through to its answer");
  const [{ n: unaudited }] = await p.sql(
    "SELECT count(*) AS n FROM tickets t WHERE t.subject LIKE 'Crash %' AND (SELECT count(*) FROM audit_events a WHERE a.org_id = t.org_id AND a.target = t.id AND a.action = 'ticket.created') <> 1",
  );
  assert.equal(unaudited, 0);
  const [{ n: events }] = await p.sql("SELECT count(*) AS n FROM outbox WHERE type = 'ticket.created' AND org_id = ?", DEMO.northwind);
  assert.equal(events, tickets.length, "one event a ticket");

  await until("the outbox drains", async () => {
    await p.sql("UPDATE outbox SET occurred_at = occurred_at - 120000 WHERE dispatched_at IS NULL");
    await p.sql("DELETE FROM cron_runs");
    await p.tick(MINUTE);
    await sleep(300);
    return (await p.sql("SELECT count(*) AS n FROM outbox WHERE dispatched_at IS NULL"))[0].n === 0;
  }, 60_000);

  await p.dispose();
  const folder = join(p.stateDir, "d1");
  assert.ok(existsSync(folder), `the databases are under ${readdirSync(p.stateDir)}`);
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".sqlite") && !name.includes("metadata"));
  assert.ok(files.length > 0);
  for (const name of files) {
    const db = new DatabaseSync(join(folder, name));
    assert.deepEqual(db.prepare("PRAGMA integrity_check").all().map((row) => row.integrity_check), ["ok"], name);
    assert.deepEqual(db.prepare("PRAGMA foreign_key_check").all(), [], name);
    db.close();
  }
  t.diagnostic(`${ROUNDS} kills, ${acknowledged.size} writes acknowledged, ${sent} requests, ${retried} of them repeats; ${files.length} databases checked`);
  await p.end();
});
