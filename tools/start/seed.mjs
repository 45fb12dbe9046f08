// What of the demo data a text of SQL can't hold: fields sealed with this machine's keys, and a file.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../paths.mjs";
import { authenticators, seal } from "../runtime/seal.mjs";

const NORTHWIND = "org_018b0000000070008000000000000001";
const DAY = 86_400_000;
const text = (value) => (value === null ? "NULL" : typeof value === "number" ? String(value) : `'${String(value).replaceAll("'", "''")}'`);
const row = (table, values) => `INSERT INTO ${table}(${Object.keys(values).join(", ")}) VALUES(${Object.values(values).map(text).join(", ")})`;

/**
 * What `prepareState` takes as `seed`: the operators' authenticators with the secret of demo.json, Northwind's webhook endpoints, an
 * export with its file, and a mail that was given up.
 */
export function demoSeed(secrets) {
  const { totp_secret: secret } = JSON.parse(readFileSync(join(ROOT, "fixtures", "demo.json"), "utf8"));
  const ring = secrets.SIGNING_KEYS;
  return async (db, { now, put }) => {
    const operators = (await db.prepare("SELECT user_id FROM operators ORDER BY user_id").all()).results.map((one) => one.user_id);
    return [...authenticators(ring, secret, operators, now), ...endpoints(ring, now), await exported(db, put, now), givenUp(ring, now)];
  };
}

// None of them wants what happens all the time: the demo's receivers do not exist.
function endpoints(ring, now) {
  const make = (n, values) => {
    const id = `whe_018b00000000700080000000000000${String(n).padStart(2, "0")}`;
    const bytes = createHash("sha256").update(`demo endpoint ${n}`).digest().subarray(0, 24);
    const sealed = seal(ring, { tenant: NORTHWIND, table: "webhook_endpoints", column: "secret", row: id }, bytes);
    return row("webhook_endpoints", { org_id: NORTHWIND, id, secret: sealed, ...values });
  };
  return [
    make(1, { url: "https://hooks.northwind.example/exports", description: "Data warehouse: loads finished exports", events: '["export.ready","export.failed"]', status: "enabled", created_at: now - 180 * DAY }),
    make(2, { url: "https://hooks.northwind.example/customers", description: "Sales: mirrors customers; paused while they move", events: '["customer.deleted"]', status: "paused", created_at: now - 90 * DAY }),
    make(3, {
      url: "https://legacy.northwind.example/portico",
      description: "The old help desk",
      events: '["subscription.updated"]',
      status: "disabled",
      disabled_reason: "It answered 410 Gone.",
      disabled_at: now - 50 * 3_600_000,
      created_at: now - 300 * DAY,
    }),
  ];
}

async function exported(db, put, now) {
  const { results } = await db
    .prepare(
      "SELECT t.id, t.subject, t.body, t.status, t.priority, coalesce(t.customer_id, '') AS customer_id, coalesce(c.email, '') AS customer_email, coalesce(t.assignee_id, '') AS assignee_id, t.created_at, t.updated_at \
       FROM tickets t LEFT JOIN customers c ON c.org_id = t.org_id AND c.id = t.customer_id WHERE t.org_id = ? AND t.created_at < ? ORDER BY t.id",
    )
    .bind(NORTHWIND, now - 2 * DAY)
    .all();
  const cell = (value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  const shown = (one) => Object.entries(one).map(([name, value]) => cell(name.endsWith("_at") ? new Date(value).toISOString() : value));
  const lines = [Object.keys(results[0]), ...results.map(shown)].map((cells) => `${cells.join(",")}\r\n`);
  const bytes = Buffer.from(`\ufeff${lines.join("")}`);
  const id = "exp_018b0000000070008000000000000003";
  const object = `${NORTHWIND}/${id}.csv`;
  await put("EXPORTS", object, bytes);
  const at = now - 2 * DAY;
  return row("exports", {
    org_id: NORTHWIND, id, kind: "tickets", format: "csv", state: "ready", until_id: results.at(-1).id, rows: results.length, bytes: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"), object_key: object, requested_by: "key_018b0000000070008000000000000001",
    created_at: at, finished_at: at + 4_000, expires_at: at + 7 * DAY,
  });
}

function givenUp(ring, now) {
  const id = "mai_018b0000000070008000000000000002";
  const link = "http://app.localhost:8787/o/northwind";
  const letter = { template: "endpoint_disabled", org: "Northwind Robotics", reason: "It answered 410 Gone.", link };
  const content = { letter, brand: { name: "Portico", accent: null, logo: null }, manage: "http://app.localhost:8787/account/notifications" };
  return row("mails", {
    id, org_id: NORTHWIND, recipient: "adam.reyes@northwind.example", template: "endpoint_disabled",
    content: seal(ring, { tenant: "", table: "mails", column: "content", row: id }, JSON.stringify(content)),
    state: "dead", attempts: 20, claim: 20, next_at: now - 36 * 3_600_000, last_error: "The provider answered 503 (try again later).",
    created_at: now - 50 * 3_600_000, finished_at: now - 36 * 3_600_000,
  });
}
