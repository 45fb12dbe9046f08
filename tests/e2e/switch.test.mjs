// The switch on workerd, before Workers that only say what reached them: it chooses and passes on, nothing else.
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { parse } from "smol-toml";
import { ROOT } from "../../tools/paths.mjs";
import { startRuntime } from "../../tools/runtime.mjs";

// Every Worker behind it, under its own name; a streamed body is counted as it comes.
const ECHO = (name) => `export default {
  async fetch(request) {
    let bytes = 0;
    for await (const chunk of request.body ?? []) bytes += chunk.length;
    return Response.json({ worker: ${JSON.stringify(name)}, url: request.url, method: request.method, headers: [...request.headers], bytes });
  },
};`;

const root = mkdtempSync(join(tmpdir(), "portico-switch-"));
let runtime;

before(async () => {
  const config = parse(readFileSync(join(ROOT, "workers/switch/wrangler.toml"), "utf8"));
  const put = (folder, file, text) => {
    mkdirSync(join(root, "workers", folder, "build"), { recursive: true });
    writeFileSync(join(root, "workers", folder, file), text);
  };
  put("switch", "build/index.js", readFileSync(join(ROOT, "workers/switch/src/index.mjs"), "utf8"));
  cpSync(join(ROOT, "workers/switch/wrangler.toml"), join(root, "workers/switch/wrangler.toml"));
  cpSync(join(ROOT, "workers/switch/public"), join(root, "workers/switch/public"), { recursive: true });
  cpSync(join(ROOT, "workers/switch/public"), join(root, "site"), { recursive: true });
  writeFileSync(join(root, "site/index.html"), "<!doctype html><title>index</title>");
  writeFileSync(join(root, "site/local.css"), "body {}");
  for (const { binding, service } of config.services) {
    const folder = binding.toLowerCase().replaceAll("_", "-");
    put(folder, "build/index.js", ECHO(folder));
    put(folder, "wrangler.toml", `name = "${service}"\nmain = "build/index.js"\ncompatibility_date = "${config.compatibility_date}"\n`);
  }
  runtime = await startRuntime({ root, assetsDir: join(root, "site") });
});
after(async () => {
  await runtime?.dispose();
  rmSync(root, { recursive: true, force: true });
});

const reached = async (host, path, init) => (await (await runtime.fetch(host, path, init)).json()).worker;

test("kind of host and longest prefix choose the Worker", async () => {
  for (const [host, path, worker] of [
    ["api.localhost", "/v1/me", "api"],
    ["api.localhost", "/v1/exports/exp_1/download?link=x", "exports"],
    ["api.localhost", "/v1/webhook-endpoints", "webhooks"],
    ["api.localhost", "/webhooks/stripe", "billing"],
    ["api.localhost", "/sign-in", "api"],
    ["api.localhost", "/assets/app.css", "api"],
    ["api.localhost", "/", "api"],
    ["localhost", "/v1/exports", "exports"],
    ["localhost", "/index.html", "api"],
    ["app.localhost", "/", "org"],
    ["app.localhost", "/sign-in?next=/", "auth"],
    ["app.localhost", "/v1/exports", "org"],
    ["northwind.localhost", "/tickets/1", "portal"],
    ["northwind.localhost", "/sign-out", "auth"],
    ["platform.localhost", "/jobs", "platform"],
    ["platform.localhost", "/sign-in", "auth"],
    ["support.customer.example", "/", "portal"],
    ["127.0.0.1", "/v1/me", "portal"],
    ["stripe.localhost", "/v1/customers", "stripe-emulator"],
    ["app.localhost", "/dev/mail", "dev"],
    ["platform.localhost", "/dev/mail", "platform"],
    ["northwind.localhost", "/dev/mail", "portal"],
    ["API.LocalHost", "/v1/me", "api"],
    ["app.localhost.", "/", "org"],
  ]) {
    assert.equal(await reached(host, path), worker, `${host}${path}`);
  }
});

test("a request goes on as it came", async () => {
  const headers = {
    Origin: "https://elsewhere.example",
    "X-Forwarded-Host": "app.localhost",
    "X-Portico-Org": "org_1",
    "CF-Connecting-IP": "192.0.2.1",
    Cookie: "a=1; b=2",
    "X-Request-Id": "chosen-by-the-client",
  };
  const path = "/sign-in?a=%2F..&b=%C3%A9&b=2";
  const body = Buffer.alloc(3_000_000, "x");
  const echo = await (await runtime.fetch("Northwind.localhost", path, { method: "POST", headers, body })).json();
  assert.equal(echo.worker, "auth");
  assert.equal(echo.method, "POST");
  assert.equal(echo.bytes, body.length);
  assert.equal(new URL(echo.url).search, "?a=%2F..&b=%C3%A9&b=2");
  const received = new Map(echo.headers);
  assert.equal(received.get("host"), `Northwind.localhost:${runtime.port}`);
  for (const [name, value] of Object.entries(headers)) assert.equal(received.get(name.toLowerCase()), value);
  const sent = new Set([...Object.keys(headers).map((name) => name.toLowerCase()), "host", "content-length", "connection"]);
  assert.deepEqual(echo.headers.map(([name]) => name).filter((name) => !sent.has(name)), [], "the switch adds no header");
});

test("static files come with the caching that their address allows", async () => {
  const fetch = (path, init) => runtime.fetch("app.localhost", path, init);
  const versioned = await fetch("/assets/app.css?v=0123abcd");
  assert.equal(versioned.status, 200);
  assert.match(versioned.headers.get("content-type"), /text\/css/);
  assert.equal(versioned.headers.get("cache-control"), "public, max-age=31536000, immutable");
  assert.equal(versioned.headers.get("x-content-type-options"), "nosniff");
  const plain = await fetch("/assets/app.css");
  assert.doesNotMatch(plain.headers.get("cache-control") ?? "", /immutable/);
  const again = await fetch("/assets/app.css", { headers: { "If-None-Match": plain.headers.get("etag") } });
  assert.equal(again.status, 304);
  const head = await fetch("/assets/app.css?v=0123abcd", { method: "HEAD" });
  assert.deepEqual([head.status, await head.text()], [200, ""]);
  const missing = await fetch("/assets/none.css?v=0123abcd");
  assert.equal(missing.status, 404);
  assert.doesNotMatch(missing.headers.get("cache-control") ?? "", /immutable/);
  assert.equal(await reached("app.localhost", "/assets/app.css", { method: "POST" }), "org");
});

test("the index page is there on plain localhost and nowhere else", async () => {
  const page = await runtime.fetch("localhost", "/");
  assert.match(await page.text(), /<title>index/);
  assert.equal(page.headers.get("cache-control"), "no-store");
  assert.equal(await (await runtime.fetch("localhost", "/local.css")).text(), "body {}");
  assert.equal(await reached("localhost", "/", { method: "POST" }), "api");
  for (const host of ["app.localhost", "northwind.localhost", "platform.localhost"]) {
    assert.notEqual(await reached(host, "/local.css"), undefined, host);
  }
});

test("an odd host reaches a Worker as it was sent, to be refused there", async () => {
  // Some hosts make no address at all; those don't get past the platform's own code.
  for (const host of ["user@app.localhost", "a_b.localhost", "..", "a..b", "app.localhost.."]) {
    const reply = await runtime.fetch("app.localhost", "/v1/me", { headers: { Host: host } });
    assert.equal(reply.status, 200, host);
    assert.equal(new Map((await reply.json()).headers).get("host"), host);
  }
});
