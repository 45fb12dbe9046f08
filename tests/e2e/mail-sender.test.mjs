// Cloudflare's own mail sender: what the jobs Worker hands to the `send_email` binding on workerd, as Miniflare's emulation took it.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { portico, until } from "./portico.mjs";
import { Visitor } from "./visitor.mjs";

const APP = "app.localhost";
const PORTAL = "northwind.localhost";
const running = [];
async function start(options) {
  const p = await portico({ vars: { MAIL_PROVIDER: "cloudflare" }, ...options });
  running.push(p);
  return p;
}
after(() => Promise.all(running.map((p) => p.end())));

const ask = async (p, host, path, email) => {
  const person = new Visitor(p);
  assert.equal((await person.send(await person.open(host, path), path, { email })).status, 303);
  return person;
};
const tokensOf = (text) => [...new Set([...text.matchAll(/[?&](?:amp;)?token=([\w-]{43})/g)].map(([, token]) => token))];

test("the binding takes each mail with its headers and both parts, and the row knows its number", { timeout: 60_000 }, async () => {
  const p = await start({ mailer: "jobs" });
  const staff = await ask(p, APP, "/reset", "olivia.park@northwind.example");
  await ask(p, PORTAL, "/sign-in/link", "customer01@example.com");
  await ask(p, APP, "/reset", "nobody@nowhere.example");
  const mails = await until("two mails", async () => {
    const all = await p.mails();
    return all.length >= 2 && all;
  });
  await until("nothing waits", async () => (await p.sql("SELECT count(*) AS n FROM mails WHERE state IN ('queued', 'sending')"))[0].n === 0);
  assert.equal((await p.mails()).length, 2, "nobody gets nothing");

  for (const [to, from, subject, path] of [
    ["olivia.park@northwind.example", /^"Portico" <[^<>@\s]+@[^<>@\s]+>$/, "Set a new password for Portico", "/reset/choose"],
    ["customer01@example.com", /^"Northwind Robotics" <[^<>@\s]+@[^<>@\s]+>$/, "Sign in to Northwind Robotics", "/sign-in/link/open"],
  ]) {
    const mail = mails.find((one) => one.to.includes(to));
    assert.ok(mail, `${to} among ${mails.map((one) => one.to)}`);
    assert.deepEqual([mail.to, mail.subject, mail.cc, mail.bcc, mail.attachments], [[to], subject, undefined, undefined, []]);
    assert.match(mail.from, from);
    const [row] = await p.sql("SELECT id, state, provider_id, content, attempts FROM mails WHERE recipient = ? AND state = 'sent'", to);
    assert.deepEqual({ ...row }, { id: row.id, state: "sent", provider_id: mail.messageId, content: null, attempts: 1 });
    // Security mail has no way out of it, and this machine's addresses are not HTTPS: no List-Unsubscribe.
    assert.deepEqual(mail.headers, { "Auto-Submitted": "auto-generated", "X-Entity-Ref-ID": row.id });
    const [inText, inHtml] = [tokensOf(mail.text), tokensOf(mail.html)];
    assert.equal(inText.length, 1);
    assert.deepEqual(inText, inHtml, "the same link in both parts");
    assert.ok(mail.text.includes(`:${p.port}${path}?token=`) && !/<[a-z]/i.test(mail.text), "plain text is plain");
    assert.match(mail.html, /^<!DOCTYPE html>.*<\/html>\s*$/s);
  }
  const reset = mails.find((one) => one.to.includes("olivia.park@northwind.example"));
  const page = await staff.open(APP, `/reset/choose?token=${tokensOf(reset.text)[0]}`);
  assert.equal(page.status, 200, "the link that was sent works");
});

test("without the binding a mail waits and says why", { timeout: 60_000 }, async () => {
  const p = await start({});
  await ask(p, APP, "/reset", "olivia.park@northwind.example");
  const row = await until("an attempt", async () => (await p.sql("SELECT state, attempts, last_error, content FROM mails WHERE recipient = 'olivia.park@northwind.example' AND attempts > 0"))[0]);
  assert.equal(row.state, "queued");
  assert.match(row.last_error, /E_NO_BINDING/);
  assert.ok(row.content, "nothing is lost");
});
