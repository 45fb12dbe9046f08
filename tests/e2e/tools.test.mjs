// The tools' own parts that decide something: statements, stamps, configuration, crons, what may be deployed.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { localOnlyFindings } from "../../tools/check-deploy.mjs";
import { startRuntime } from "../../tools/runtime.mjs";
import { prepareState } from "../../tools/runtime/database.mjs";
import { keptSecrets, parseVars } from "../../tools/runtime/secrets.mjs";
import { MAX_STATEMENT_BYTES, checkedStatements, statementsOf, withNow } from "../../tools/runtime/sql.mjs";
import { nodeIsNewEnough } from "../../tools/setup/node.mjs";
import { hashOf } from "../../tools/stamp.mjs";
import { cronMatcher } from "../../tools/start/crons.mjs";
import { loginUrl } from "../../tools/start/demo.mjs";
import { indexPage } from "../../tools/start/index-page.mjs";

const scratch = mkdtempSync(join(tmpdir(), "portico-tools-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

function write(root, files) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

test("statements are split around triggers, strings and comments", () => {
  const statements = statementsOf(`
    -- first; table
    CREATE TABLE a (x TEXT); /* ; */
    CREATE TRIGGER t AFTER INSERT ON a WHEN NEW.x = 'end;' BEGIN
      UPDATE a SET x = CASE WHEN x = 'b' THEN 'c;' ELSE 'd' END;
      DELETE FROM a;
    END;
    INSERT INTO a VALUES ('it''s; -- no comment'), ("dq;");
    -- nothing follows;
  `);
  assert.equal(statements.length, 3);
  assert.match(statements[1], /CREATE TRIGGER[\s\S]*DELETE FROM a;\s*END$/);
  assert.match(statements[2], /^INSERT[\s\S]*\("dq;"\)$/);
});

test("a statement that D1 would refuse is named before anything runs", () => {
  const long = `INSERT INTO a VALUES ('${"x".repeat(MAX_STATEMENT_BYTES)}')`;
  assert.throws(() => checkedStatements(`SELECT 1; ${long};`, "demo.sql"), /demo\.sql: statement 2 has \d+ bytes/);
});

test(":now becomes the time of loading, and only where it is a word of its own", () => {
  assert.equal(withNow("(:now - 5, ':nowhere', a::now, x:now)", 1234.9), "(1234 - 5, ':nowhere', a::now, x:now)");
});

test("a hash of inputs changes with content and names, not with time, and leaves out what it is told to", () => {
  const root = write(join(scratch, "hash"), { "a/one.rs": "1", "a/build/out.js": "2" });
  const options = { paths: ["a", "missing"], root, skip: (path) => path.endsWith("build") };
  const before = hashOf(options);
  write(root, { "a/one.rs": "1", "a/build/out.js": "3" });
  assert.equal(hashOf(options), before);
  write(root, { "a/one.rs": "2" });
  assert.notEqual(hashOf(options), before);
});

test("Node 22.12 is the oldest that will do", () => {
  assert.deepEqual(["20.20.2", "22.11.0", "22.12.0", "24.0.0"].map(nodeIsNewEnough), [false, false, true, true]);
});

test("crons are due when they would be in production", () => {
  const at = (text) => new Date(`2026-11-23T${text}:00Z`);
  assert.ok(cronMatcher("* * * * *")(at("03:23")));
  assert.ok(cronMatcher("7 * * * *")(at("11:07")) && !cronMatcher("7 * * * *")(at("11:08")));
  assert.ok(cronMatcher("23 3 * * *")(at("03:23")) && !cronMatcher("23 3 * * *")(at("04:23")));
  assert.ok(cronMatcher("*/15 9-17 * * 2")(at("09:45")), "Monday is 2 for Cloudflare");
  for (const wrong of ["* * * *", "60 * * * *", "x * * * *"]) assert.throws(() => cronMatcher(wrong), { name: "Error" });
});

test("secrets are made once and kept, readable by the owner only", () => {
  const file = join(scratch, "dev.vars");
  const first = keptSecrets(file);
  assert.deepEqual(keptSecrets(file), first);
  assert.equal(Buffer.from(first.SIGNING_KEYS.split(":")[1], "base64").length, 32);
  assert.deepEqual(parseVars('# no\nA="x=y"\nB=z \nbad line'), { A: "x=y", B: "z" });
});

test("the index page escapes what it shows and has nothing inline", () => {
  const page = indexPage({
    origin: "http://app.localhost:8787",
    api_origin: "http://localhost:8787",
    api_key: "<key>",
    stripe_desk: "http://stripe.localhost:8787/_emulator",
    orgs: [{ id: "1", slug: "northwind", plan: "team" }],
    logins: [{ surface: "org", url: loginUrl("app.localhost/sign-in", 8787), email: "a@b.c", password: "<&>" }],
  });
  assert.match(page, /http:\/\/northwind\.localhost:8787/);
  assert.match(page, /href="http:\/\/stripe\.localhost:8787\/_emulator"/);
  assert.match(page, /&lt;&amp;&gt;/);
  assert.match(page, /href="http:\/\/app\.localhost:8787\/sign-in"/);
  assert.doesNotMatch(page, /<script|<style|style=|<key>/);
});

test("nothing local-only passes the deploy check", () => {
  const raw = { env: { production: {} } };
  const good = { vars: { ENVIRONMENT: "production", API_HOST: "api.example.com" }, services: [] };
  assert.deepEqual(localOnlyFindings("api", good, raw), []);
  const bad = (config, folder = "api", file = raw) => localOnlyFindings(folder, { ...good, ...config }, file).join("; ");
  assert.match(bad({ vars: { ENVIRONMENT: "local" } }), /ENVIRONMENT is "local"/);
  assert.match(bad({ vars: { ENVIRONMENT: "production", API_ALIAS_HOST: "localhost" } }), /API_ALIAS_HOST/);
  assert.match(bad({ vars: { ENVIRONMENT: "production", WEBHOOK_ALLOW_LOOPBACK: "1" } }), /LOOPBACK/);
  assert.match(bad({ vars: { ENVIRONMENT: "production", STRIPE_API_BASE: "http://127.0.0.1:1" } }), /names this machine/);
  assert.match(bad({ vars: { ENVIRONMENT: "production", STRIPE_SECRET_KEY: "sk" } }), /must not be a variable/);
  assert.match(bad({ vars: { ENVIRONMENT: "production", MAIL_PROVIDER: "inbox" } }), /MAIL_PROVIDER keeps mail/);
  assert.match(bad({ services: [{ binding: "DEV", service: "portico-dev" }] }), /leads to portico-dev/);
  assert.match(bad({}, "dev"), /local use only/);
  assert.match(bad({ services: [{ binding: "STRIPE", service: "portico-stripe-emulator" }] }), /leads to portico-stripe-emulator/);
  assert.match(bad({ routes: [{ pattern: "app.example.com/dev/*" }] }), /route/);
  assert.match(bad({}, "api", {}), /has no \[env\.production\]/);
  assert.match(bad({}, "stripe-emulator"), /local use only/);
});

// A small repository of its own, so that this doesn't depend on what the Workers do.
const SWITCH = `const entry = { async fetch(request, env) {
  const { pathname } = new URL(request.url);
  return pathname === "/local.css" ? env.ASSETS.fetch(request) : env.ECHO.fetch(request);
} };
export default entry;
export { entry as local };`;
const ECHO = `import { word } from "./glue.js";
export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    if (url.pathname === "/out") return fetch(url.searchParams.get("to"));
    return Response.json({ url: request.url, headers: Object.fromEntries(request.headers), word, scale: env.SCALE, key: env.SIGNING_KEYS, stripe: env.STRIPE_SECRET_KEY });
  },
  async scheduled({ cron, scheduledTime }, env) { await env.DB.prepare("INSERT INTO notes VALUES (?, ?)").bind(cron, scheduledTime).run(); },
};`;
const config = (name, rest) => `name = "tools-${name}"\nmain = "build/index.js"\ncompatibility_date = "2026-11-01"\n${rest}`;

function smallRepository() {
  return write(join(scratch, "repo"), {
    "workers/switch/wrangler.toml": config("switch", '[assets]\ndirectory = "public"\nbinding = "ASSETS"\n[[services]]\nbinding = "ECHO"\nservice = "tools-echo"\n'),
    "workers/switch/build/index.js": SWITCH,
    "workers/switch/public/app.css": "",
    "workers/echo/wrangler.toml": config(
      "echo",
      '[vars]\nSCALE = "1"\n[secrets]\nrequired = ["SIGNING_KEYS"]\n[triggers]\ncrons = ["7 * * * *"]\n[[d1_databases]]\nbinding = "DB"\ndatabase_name = "tools"\ndatabase_id = "tools"\n',
    ),
    "workers/echo/build/index.js": ECHO,
    "workers/echo/build/glue.js": 'export const word = "glue";',
    "site/local.css": "body {}",
    "d1-migrations/0001_notes.sql": "CREATE TABLE notes (text TEXT, at INTEGER);",
    "fixtures/demo.sql": "INSERT INTO notes VALUES ('a;b', :now);",
  });
}

test("the runtime boots what the configurations say, untouched Host and Origin, and survives a kill", { timeout: 60_000 }, async () => {
  const root = smallRepository();
  const stateDir = join(scratch, "state");
  const fixture = join(root, "fixtures/demo.sql");
  const first = await prepareState({ root, stateDir, fixture, now: 5, inspect: (db) => db.prepare("SELECT * FROM notes").all() });
  assert.deepEqual([first.fresh, first.migrations, first.result.results], [true, ["0001_notes.sql"], [{ text: "a;b", at: 5 }]]);
  const again = await prepareState({ root, stateDir, fixture });
  assert.deepEqual([again.fresh, again.migrations, again.statements], [false, [], 0]);

  await assert.rejects(startRuntime({ root, stateDir, vars: { UNKNOWN: "1" } }), /declares UNKNOWN/);
  const runtime = await startRuntime({ root, stateDir, assetsDir: join(root, "site"), vars: { SCALE: "0.01" } });
  try {
    const headers = { Origin: "https://elsewhere.example", "MF-Route-Override": "tools-switch", "MF-Original-URL": "http://evil.example/" };
    const echo = await (await runtime.fetch("northwind.localhost", "/x?y=1", { headers })).json();
    assert.equal(echo.url, `http://northwind.localhost:${runtime.port}/x?y=1`);
    assert.equal(echo.headers.host, `northwind.localhost:${runtime.port}`);
    assert.equal(echo.headers.origin, "https://elsewhere.example");
    assert.deepEqual([echo.word, echo.scale, echo.key], ["glue", "0.01", runtime.secrets.SIGNING_KEYS]);
    assert.equal(echo.stripe, undefined, "a secret goes only to the Workers that require it");
    assert.equal(await (await runtime.fetch("localhost", "/local.css")).text(), "body {}");

    const receiver = createServer((_request, response) => response.end("received")).listen(0, "127.0.0.1");
    await new Promise((resolve) => receiver.on("listening", resolve));
    const to = encodeURIComponent(`http://127.0.0.1:${receiver.address().port}/`);
    assert.equal(await (await runtime.fetch("localhost", `/out?to=${to}`)).text(), "received");
    receiver.close();

    assert.deepEqual(runtime.crons, [{ worker: "echo", crons: ["7 * * * *"] }]);
    assert.equal((await runtime.scheduled("echo", "7 * * * *", new Date(420_000))).outcome, "ok");

    const pid = runtime.workerdPid();
    process.kill(pid, "SIGKILL");
    let status;
    for (let tries = 0; tries < 200 && status !== 200; tries++) {
      status = await runtime.fetch("localhost", "/").then((response) => response.status, () => sleep(50));
    }
    assert.equal(status, 200);
    assert.notEqual(runtime.workerdPid(), pid);
    const { results } = await (await runtime.d1()).prepare("SELECT text, at FROM notes ORDER BY at").all();
    assert.deepEqual(results, [{ text: "a;b", at: 5 }, { text: "7 * * * *", at: 420_000 }]);
  } finally {
    await runtime.dispose();
  }
});

test("workerd dies with the process that started it, even when that is killed", { timeout: 60_000 }, async () => {
  const root = smallRepository();
  const script = `const { startRuntime } = await import(process.argv[1]);
    const runtime = await startRuntime({ root: process.argv[2] });
    console.log(runtime.workerdPid());
    setInterval(() => {}, 1000);`;
  const tools = new URL("../../tools/runtime.mjs", import.meta.url).href;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, tools, root], { stdio: ["ignore", "pipe", "inherit"] });
  const pid = Number(await new Promise((resolve) => child.stdout.once("data", resolve)));
  assert.ok(pid > 0);
  const alive = () => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };
  assert.ok(alive());
  child.kill("SIGKILL");
  for (let tries = 0; tries < 100 && alive(); tries++) await sleep(50);
  assert.ok(!alive());
});

test("two builds at once leave a whole one", async () => {
  const place = join(scratch, "built");
  const script = `const { mkdirSync, writeFileSync } = await import("node:fs");
    const { replace } = await import(process.argv[1]);
    for (let i = 0; i < 200; i++) {
      const fresh = process.argv[2] + process.pid + "." + i;
      mkdirSync(fresh);
      writeFileSync(fresh + "/one", process.pid + "." + i);
      writeFileSync(fresh + "/two", process.pid + "." + i);
      replace(process.argv[2], fresh);
    }`;
  const module = new URL("../../tools/build/replace.mjs", import.meta.url).href;
  const builds = [1, 2, 3].map(() => spawn(process.execPath, ["--input-type=module", "-e", script, module, place], { stdio: ["ignore", "ignore", "inherit"] }));
  const codes = await Promise.all(builds.map((build) => new Promise((resolve) => build.once("exit", resolve))));
  assert.deepEqual(codes, [0, 0, 0]);
  assert.equal(readFileSync(join(place, "one"), "utf8"), readFileSync(join(place, "two"), "utf8"));
});

test("the lock file names no download address and the example names every secret", () => {
  const root = new URL("../../", import.meta.url);
  assert.doesNotMatch(readFileSync(new URL("package-lock.json", root), "utf8"), /"resolved"/);
  const example = parseVars(readFileSync(new URL(".dev.vars.example", root), "utf8"));
  assert.deepEqual(Object.keys(example).sort(), Object.keys(keptSecrets(join(scratch, "more.vars"))).sort());
  const ignored = execFileSync("git", ["check-ignore", ".local/dev.vars", ".tools/x", ".dev.vars"], { cwd: root, encoding: "utf8" });
  assert.equal(ignored.trim().split("\n").length, 3);
});
