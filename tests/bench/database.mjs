// A D1 for bare workerd: real SQLite in this process behind the wire format of D1's client, and a stub inside workerd that remembers
// the answer to each statement, so that what is measured is the Worker and D1's client, not the database.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { ROOT } from "../../tools/paths.mjs";
import { migrationFiles, withNow } from "../../tools/runtime/sql.mjs";

/** The stub's source. It answers a text it has seen from memory, whatever the parameters: a benchmark repeats itself. */
export const STUB = `const seen = new Map();
const shape = (body) => JSON.stringify((Array.isArray(body) ? body : [body]).map((one) => one.sql));
export default {
  async fetch(request) {
    const text = await request.text();
    const key = shape(JSON.parse(text));
    let answer = seen.get(key);
    if (answer === undefined) {
      const url = new URL(request.url);
      const response = await fetch("http://d1" + url.pathname + url.search, { method: "POST", body: text });
      answer = await response.text();
      seen.set(key, answer);
    }
    return new Response(answer, { headers: { "content-type": "application/json" } });
  },
};`;

/** A database with the migrations and the demo data; \`{address, close()}\`. */
export async function database() {
  const db = new DatabaseSync(":memory:");
  for (const name of migrationFiles()) db.exec(readFileSync(join(ROOT, "d1-migrations", name), "utf8"));
  db.exec(withNow(readFileSync(join(ROOT, "fixtures/demo.sql"), "utf8"), Date.now()));
  // The largest plan: a benchmark makes more requests than an hour of Team allows.
  db.exec("UPDATE orgs SET plan = 'business'");
  const run = ({ sql, params = [] }) => {
    const statement = db.prepare(sql);
    statement.setReturnArrays?.(true);
    const columns = statement.columns().map((one) => one.name);
    // Numbered parameters: ?1 is bound by its number, however often and in whatever order it stands.
    const named = Object.fromEntries(params.map((value, index) => [`?${index + 1}`, value]));
    const rows = columns.length > 0 ? statement.all(named) : (statement.run(named), []);
    const { changes } = db.prepare("SELECT changes() AS changes").get();
    const arrays = rows.map((row) => (Array.isArray(row) ? row : Object.values(row)));
    return { success: true, results: { columns, rows: arrays }, meta: { changes, duration: 0, rows_read: rows.length, rows_written: 0 } };
  };
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    try {
      const body = JSON.parse(text);
      const answer = Array.isArray(body) ? body.map(run) : run(body);
      response.end(JSON.stringify(answer));
    } catch (error) {
      response.end(JSON.stringify({ success: false, error: error.message }));
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { address: `127.0.0.1:${server.address().port}`, close: () => server.close() };
}
