// The state folder before any Worker runs on it: migrations applied, a fixture loaded.
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare, NoOpLog } from "miniflare";
import { ROOT } from "../paths.mjs";
import { Stop } from "../progress.mjs";
import { findRuntime, guard, MARK } from "./process.mjs";
import { migrate, runSql, withNow } from "./sql.mjs";
import { readWorker, workerFolders } from "./workers.mjs";

// Runs inside workerd, so that a batch is one message and not one for every statement.
const BATCHES = `export default {
  async fetch(request, env) {
    try {
      const statements = await request.json();
      await env.DB.batch(statements.map((one) => env.DB.prepare(one)));
      return new Response();
    } catch (error) {
      return new Response(error.message, { status: 500 });
    }
  },
};`;

/** A database alone, without any Worker of ours; `work(db, execute, put)` gets the D1 binding, what `runSql` needs, and a way to put files into buckets. */
export async function withDatabase({ stateDir, root = ROOT }, work) {
  const workers = workerFolders(root).map((folder) => readWorker(folder, root));
  const worker = workers.find((one) => one.hasDatabase);
  if (!worker) throw new Stop("no Worker has a D1 binding called DB");
  mkdirSync(stateDir, { recursive: true });
  const mark = randomBytes(8).toString("hex");
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      name: "database",
      modules: [{ type: "ESModule", path: join(root, "database.mjs"), contents: BATCHES }],
      modulesRoot: root,
      compatibilityDate: worker.options.compatibilityDate,
      d1Databases: worker.options.d1Databases,
      r2Buckets: Object.assign({}, ...workers.map((one) => one.options.r2Buckets ?? {})),
      host: "127.0.0.1",
      port: 0,
      cf: false,
      log: new NoOpLog(),
      logRequests: false,
      telemetry: { enabled: false },
      resourcePersistencePath: stateDir,
      unsafeRuntimeEnv: { [MARK]: mark },
    }),
  );
  let callOff = () => {};
  const execute = async (statements) => {
    const response = await miniflare.dispatchFetch("http://localhost/", { method: "POST", body: JSON.stringify(statements) });
    if (!response.ok) throw new Error(await response.text());
  };
  try {
    await miniflare.ready;
    callOff = guard(findRuntime(mark));
    const put = async (bucket, key, bytes) => (await miniflare.getR2Bucket(bucket)).put(key, bytes);
    return await work(await miniflare.getD1Database("DB"), execute, put);
  } finally {
    callOff();
    await miniflare.dispose();
  }
}

// Written last: without it a state folder was never finished, so nobody has worked with it.
const finishedFile = (stateDir) => join(stateDir, "finished.json");

/**
 * Makes a state folder ready for the Workers: applies the missing migrations and, when the folder is new, loads `fixture`
 * (path of an SQL file, `:now` stands for `now` in Unix ms) and what `seed(db, {now, put})` gives on top, as statements: what depends on this
 * machine's secrets. A folder whose first preparation was interrupted starts over.
 * Resolves to `{fresh, migrations, statements, result}`; `result` is what `inspect(db)` returned.
 */
export async function prepareState({ stateDir, root = ROOT, fixture, now = Date.now(), seed = async () => [], inspect = async () => undefined }) {
  const fresh = !existsSync(finishedFile(stateDir));
  if (fresh) rmSync(stateDir, { recursive: true, force: true });
  const done = await withDatabase({ stateDir, root }, async (db, execute, put) => {
    const migrations = await migrate(db, join(root, "d1-migrations"));
    const statements =
      fresh && fixture ? await runSql(execute, withNow(readFileSync(fixture, "utf8"), now), fixture.slice(root.length + 1)) : 0;
    const more = fresh && fixture ? await seed(db, { now, put }) : [];
    if (more.length > 0) await execute(more);
    return { fresh, migrations, statements, result: await inspect(db) };
  });
  if (fresh) writeFileSync(finishedFile(stateDir), `${JSON.stringify({ loaded_at: now })}\n`);
  return done;
}
