// SQL into the local D1: migrations as wrangler applies them, and whole files of statements.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../paths.mjs";
import { Stop } from "../progress.mjs";

const { unstable_splitSqlQuery: splitQuery } = await import("wrangler");

/** D1's limit for one statement. */
export const MAX_STATEMENT_BYTES = 100_000;
// One batch is one transaction and one message to the database; this many statements keep both small.
const BATCH = 200;

/** The statements of an SQL text, split as wrangler does for a remote database: triggers, strings and comments stay whole. */
export function statementsOf(sql) {
  return splitQuery(sql).map((one) => one.trim()).filter((one) => withoutComments(one) !== "");
}

function withoutComments(sql) {
  return sql.replace(/\/\*[\s\S]*?\*\//g, "").replace(/--[^\n]*/g, "").trim();
}

/** The same statements, after a check that D1 will take each of them; `name` is the file's, for the message. */
export function checkedStatements(sql, name) {
  const statements = statementsOf(sql);
  statements.forEach((one, index) => {
    const bytes = Buffer.byteLength(one);
    if (bytes > MAX_STATEMENT_BYTES) {
      throw new Stop(`${name}: statement ${index + 1} has ${bytes} bytes, D1 takes at most ${MAX_STATEMENT_BYTES}: ${one.slice(0, 60)}…`);
    }
  });
  return statements;
}

/** Puts the time of loading (Unix milliseconds) wherever a fixture says `:now`. */
export const withNow = (sql, now) => sql.replace(/(?<![\w:]):now\b/g, String(Math.trunc(now)));

/**
 * Runs all statements of an SQL text in batches, each one transaction; returns how many statements there were.
 * `execute` runs a list of statements as one batch, see `withDatabase` and `batchOn`.
 */
export async function runSql(execute, sql, name = "SQL") {
  const statements = checkedStatements(sql, name);
  for (let at = 0; at < statements.length; at += BATCH) {
    const batch = statements.slice(at, at + BATCH);
    try {
      await execute(batch);
    } catch (error) {
      throw new Stop(`${name}: one of statements ${at + 1} to ${at + batch.length} failed: ${error.message}`);
    }
  }
  return statements.length;
}

/** Runs batches on a D1 binding from outside: a round trip for every statement, fine for a few hundred. */
export const batchOn = (db) => (statements) => db.batch(statements.map((one) => db.prepare(one)));

/** File names of the migrations, in the order they apply. */
export function migrationFiles(folder = join(ROOT, "d1-migrations")) {
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".sql")).sort() : [];
}

/**
 * Applies the migrations that are still missing, each in one transaction with its row in wrangler's own table, so that
 * `wrangler d1 migrations apply` agrees on what has been done. Returns their names.
 */
export async function migrate(db, folder = join(ROOT, "d1-migrations")) {
  await db
    .prepare(
      "CREATE TABLE IF NOT EXISTS d1_migrations(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)",
    )
    .run();
  const { results } = await db.prepare("SELECT name FROM d1_migrations").all();
  const done = new Set(results.map((row) => row.name));
  const pending = migrationFiles(folder).filter((name) => !done.has(name));
  for (const name of pending) {
    const statements = checkedStatements(readFileSync(join(folder, name), "utf8"), name);
    const record = db.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name);
    try {
      await db.batch([...statements.map((one) => db.prepare(one)), record]);
    } catch (error) {
      throw new Stop(`migration ${name} failed, nothing of it was kept: ${error.message}`);
    }
  }
  return pending;
}
