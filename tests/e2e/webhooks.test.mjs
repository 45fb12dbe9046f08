// Thread 4: what happens here is told to a tenant's receiver, signed, again until it arrives, and not lost when workerd is killed.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import process from "node:process";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { DEMO, MINUTE, assertProblem, portico, receiver, until } from "./portico.mjs";

let p;
before(async () => {
  // A thousandth of the schedule: 5 ms, 0.3 s, 1.8 s, 7.2 s, ….
  p = await portico({ vars: { WEBHOOK_SCHEDULE_SCALE: "0.001" } });
});
after(() => p.end());

/** Verifies a delivery as Standard Webhooks says, from its text alone. */
function verify(secret, { headers, body }) {
  const at = headers["webhook-timestamp"];
  assert.ok(Math.abs(Date.now() / 1000 - Number(at)) < 300, "a fresh timestamp");
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const wanted = `v1,${createHmac("sha256", key).update(`${headers["webhook-id"]}.${at}.${body}`).digest("base64")}`;
  assert.ok(headers["webhook-signature"].split(" ").includes(wanted), "the signature");
  return JSON.parse(body);
}

async function endpoint(url, events = ["ticket.created"]) {
  const made = await p.api("/v1/webhook-endpoints", { json: { url, events } });
  assert.equal(made.status, 201, made.text);
  assert.match(made.body.secret, /^whsec_[A-Za-z0-9+/=]{40,}$/);
  return made.body;
}
const remove = ({ id }) => p.api(`/v1/webhook-endpoints/${id}`, { method: "DELETE" });
const ticket = async (subject) => {
  const made = await p.api("/v1/tickets", { json: { subject, body: "b" } });
  assert.equal(made.status, 201, made.text);
  return made.body;
};

test("a ticket created by API reaches the receiver, signed", async () => {
  const to = await receiver();
  const hook = await endpoint(to.url);
  const made = await ticket("For the hook");
  await until("the delivery", () => to.requests.length === 1);
  const message = verify(hook.secret, to.requests[0]);
  assert.deepEqual([message.type, message.org_id, message.data], ["ticket.created", DEMO.northwind, made]);
  assert.equal(message.id, to.requests[0].headers["webhook-id"]);
  await until("the delivery's record", async () => (await p.api(`/v1/webhook-deliveries?endpoint_id=${hook.id}`)).body.data[0]?.status === "succeeded");
  const listed = await p.api("/v1/webhook-endpoints");
  assert.ok(listed.body.data.some(({ id }) => id === hook.id) && !listed.text.includes("whsec_"), "the secret is shown once");
  assert.ok(!(await p.sql("SELECT secret FROM webhook_endpoints WHERE id = ?", hook.id))[0].secret.includes(hook.secret.slice(6)), "and is sealed at rest");
  assert.equal((await remove(hook)).status, 204);
  await to.close();
});

test("a receiver that is down is tried again on schedule: the same id and body, a fresh signature, every attempt recorded", async () => {
  const to = await receiver((_request, n) => (n < 4 ? 500 : 204));
  const hook = await endpoint(to.url);
  await ticket("Again and again");
  await until("the fourth attempt", () => to.requests.length === 4, 30_000);
  for (const request of to.requests) verify(hook.secret, request);
  assert.equal(new Set(to.requests.map(({ headers }) => headers["webhook-id"])).size, 1);
  assert.equal(new Set(to.requests.map(({ body }) => body)).size, 1);
  assert.deepEqual(to.requests.map(({ headers }) => headers["portico-delivery-attempt"]), ["1", "2", "3", "4"]);
  const shown = await until("it ends as succeeded", async () => {
    const [delivery] = (await p.api(`/v1/webhook-deliveries?endpoint_id=${hook.id}`)).body.data;
    return delivery.status === "succeeded" && (await p.api(`/v1/webhook-deliveries/${delivery.id}`)).body;
  });
  assert.equal(shown.attempts, 4);
  assert.deepEqual(shown.attempt_log.map((one) => one.status).sort(), [204, 500, 500, 500]);
  await remove(hook);
  await to.close();
});

test("nothing is lost when workerd is killed: before the hint, before the attempt, after the receiver's answer", async () => {
  let hold;
  const to = await receiver(async () => {
    await hold?.();
    return 204;
  });
  const hook = await endpoint(to.url);
  const kill = async () => {
    const pid = p.workerdPid();
    process.kill(pid, "SIGKILL");
    await until("workerd is back", async () => (await p.api("/v1/me").catch(() => ({}))).status === 200, 30_000);
  };
  const wanted = [];
  for (let round = 0; round < 3; round++) {
    // The receiver answers only after the kill: the attempt's record is lost with the process, its delivery is not.
    hold = round === 2 ? () => sleep(400) : undefined;
    wanted.push((await ticket(`Killed ${round}`)).id);
    await sleep([0, 20, 200][round]);
    await kill();
    hold = undefined;
  }
  // What the clock would do within two minutes: leases end, crons sweep.
  await until("every ticket is delivered", async () => {
    await p.sql("UPDATE webhook_deliveries SET lease_until = 0, next_at = 0 WHERE status IN ('pending', 'sending')");
    await p.sql("UPDATE outbox SET occurred_at = occurred_at - 120000 WHERE dispatched_at IS NULL");
    await p.sql("DELETE FROM cron_runs");
    await p.tick(MINUTE);
    await sleep(300);
    const arrived = new Set(to.requests.map(({ body }) => JSON.parse(body).data.id));
    return wanted.every((id) => arrived.has(id));
  }, 30_000);
  const byTicket = Map.groupBy(to.requests, ({ body }) => JSON.parse(body).data.id);
  for (const requests of byTicket.values()) assert.equal(new Set(requests.map(({ headers }) => headers["webhook-id"])).size, 1, "a duplicate carries the same id");
  await remove(hook);
  await to.close();
});

test("410 switches the endpoint off; a retry by hand goes out whatever the state", async () => {
  const to = await receiver((_request, n) => (n === 1 ? 410 : 204));
  const hook = await endpoint(to.url);
  await ticket("Gone");
  await until("the endpoint is off", async () => (await p.api(`/v1/webhook-endpoints/${hook.id}`)).body.status === "disabled");
  const back = await p.api(`/v1/webhook-endpoints/${hook.id}`, { method: "PATCH", json: { status: "enabled" } });
  assert.equal(back.status, 200, back.text);
  const [delivery] = (await p.api(`/v1/webhook-deliveries?endpoint_id=${hook.id}`)).body.data;
  const again = await p.api(`/v1/webhook-deliveries/${delivery.id}/retry`, { method: "POST", json: undefined });
  assert.ok([200, 202].includes(again.status), again.text);
  await until("it arrives", () => to.requests.length === 2);
  await remove(hook);
  await to.close();
});

test("URLs that lead nowhere good are refused by field; the plan's number is a limit", async () => {
  for (const url of ["ftp://x.example", "https://10.0.0.1", "https://user@x.example", "https://api.localhost/v1", "http://x.example", "https://x.example:22", "x", ""]) {
    const answer = await p.api("/v1/webhook-endpoints", { json: { url } });
    assertProblem(answer, 422, "validation_failed");
    assert.equal(answer.body.errors[0].pointer, "/url", url);
  }
  const unknown = await p.api("/v1/webhook-endpoints", { json: { url: "https://hooks.example.com", events: ["ticket.flown"] } });
  assertProblem(unknown, 422, "validation_failed");
  const made = [];
  const there = (await p.api("/v1/webhook-endpoints")).body.data.length;
  assert.ok(there < 5);
  for (let n = there; n < 5; n++) made.push(await endpoint(`https://hooks.example.com/${n}`));
  const sixth = await p.api("/v1/webhook-endpoints", { json: { url: "https://hooks.example.com/6" } });
  assertProblem(sixth, 403, "plan_limit_reached");
  assert.deepEqual([sixth.body.allowed, sixth.body.plan_that_lifts_it], [5, "business"]);
  for (const hook of made) await remove(hook);
});
