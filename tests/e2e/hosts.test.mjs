// Hosts and routes: one site per host, nothing believed that a client sends about itself, inner Workers out of reach.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ROOT } from "../../tools/paths.mjs";
import { readWorker, workerFolders } from "../../tools/runtime/workers.mjs";
import { DEMO, assertProblem, portico } from "./portico.mjs";

let p;
before(async () => {
  p = await portico();
});
after(() => p.end());

const SECURITY = {
  "x-content-type-options": "nosniff",
  "referrer-policy": /strict-origin|no-referrer/,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": /camera=\(\)/,
  "content-security-policy": /default-src 'none'/,
  "cache-control": /no-store/,
  "x-request-id": /^req_[0-9a-f]{32}$/,
};
function assertHeaders({ headers }, what) {
  for (const [name, wanted] of Object.entries(SECURITY)) assert.match(headers.get(name) ?? "", wanted instanceof RegExp ? wanted : new RegExp(`^${wanted}$`), `${what}: ${name}`);
  assert.equal(headers.get("server"), null);
}

test("each host serves its own surface", async () => {
  for (const [host, path, status, type] of [
    ["api.localhost", "/v1/me", 200, "application/json"],
    ["API.LOCALHOST", "/v1/me", 200, "application/json"],
    ["localhost", "/v1/me", 200, "application/json"],
    ["app.localhost", "/sign-in", 200, "text/html"],
    ["platform.localhost", "/sign-in", 200, "text/html"],
    ["northwind.localhost", "/sign-in", 200, "text/html"],
    ["blueharbor.localhost", "/sign-in", 200, "text/html"],
    ["app.localhost", "/v1/me", 404, "text/html"],
    ["northwind.localhost", "/v1/tickets", 404, "text/html"],
    ["platform.localhost", "/webhooks/stripe", 404, "text/html"],
    ["api.localhost", "/sign-in", 404, "application/problem+json"],
    ["northwind.localhost", "/o/northwind", 404, "text/html"],
  ]) {
    const answer = await p.api(path, { host });
    assert.equal(answer.status, status, `${host}${path}`);
    assert.ok(answer.headers.get("content-type").startsWith(type), `${host}${path}: ${answer.headers.get("content-type")}`);
    assertHeaders(answer, `${host}${path}`);
  }
});

test("an unknown or odd host is 404 without a cookie, whatever the path", async () => {
  const odd = [
    "nowhere.localhost", "example.com", "app.localhost.evil.example", "evilapp.localhost", "a.b.localhost", "app-.localhost", "127.0.0.1", "www.northwind.localhost",
    "portal.localhost", "xn--nrthwind-n4a.localhost", "northwind.localhost.localhost", "api", "localhost.localdomain",
  ];
  for (const host of odd) {
    for (const path of ["/", "/sign-in", "/v1/me"]) {
      const { status, headers } = await p.api(path, { host });
      assert.equal(status, 404, `${host}${path}`);
      assert.equal(headers.get("set-cookie"), null);
      assert.equal(headers.get("x-content-type-options"), "nosniff");
    }
  }
});

test("an unknown host has a page for browsers and a problem document for programs", async () => {
  for (const host of ["nowhere.localhost", "example.com"]) {
    const page = await p.api("/", { host, key: "", headers: { accept: "text/html,application/xhtml+xml,*/*;q=0.8" } });
    assert.equal(page.status, 404);
    assert.match(page.headers.get("content-type"), /^text\/html/);
    assert.match(page.text, /This address is not in use/);
    assertHeaders(page, host);
    assertProblem(await p.api("/", { host, key: "", headers: { accept: "application/json" } }), 404, "unknown_host");
  }
});

test("headers that look internal change nothing", async () => {
  const forged = {
    "x-forwarded-host": "platform.localhost", forwarded: "host=platform.localhost", "x-original-url": "/v1/exports", "x-rewrite-url": "/v1/exports", "x-host": "app.localhost",
    "x-portico-org": DEMO.blueharbor, "x-org-id": DEMO.blueharbor, "x-user-id": "usr_018b0000000070008000000000000001", "x-real-ip": "10.0.0.1", "x-forwarded-for": "10.0.0.1", "x-http-method-override": "DELETE",
    "mf-route-override": "portico-local-platform", "mf-original-url": "http://platform.localhost/", "cf-worker": "portico", "x-request-id": "req_mine",
  };
  const plain = await p.api("/v1/me");
  const { status, body, headers } = await p.api("/v1/me", { headers: forged });
  assert.deepEqual([status, body], [200, plain.body]);
  assert.notEqual(headers.get("x-request-id"), "req_mine");
  assertProblem(await p.api("/v1/me", { headers: forged, key: "" }), 401, "key_missing");
  for (const host of ["app.localhost", "platform.localhost", "northwind.localhost"]) {
    const signedOut = await p.api("/", { host, headers: forged, key: "" });
    assert.equal(signedOut.status, 303, host);
    assert.match(signedOut.headers.get("location"), /^\/sign-in/);
  }
});

test("inner Workers can't be named from outside", async () => {
  for (const folder of workerFolders()) {
    const { name } = readWorker(folder);
    for (const host of [name, `${name}.localhost`, `${folder}.internal`, "stripe.internal"]) assert.equal((await p.api("/", { host, key: "" })).status, 404, host);
  }
});

test("every Worker stands on its own: it resolves the host itself and sets the headers", async () => {
  for (const worker of ["api", "exports", "webhooks", "billing", "auth", "org", "portal", "platform"]) {
    const unknown = await p.fetchWorker(worker, "http://nowhere.example/v1/me");
    assert.equal(unknown.status, 404, worker);
    assertHeaders(unknown, worker);
    await unknown.text();
  }
});

test("a body goes through the entry to the byte", async () => {
  const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * 31) % 256));
  const answer = await p.api("/webhooks/stripe", { method: "POST", body: bytes, key: "", headers: { "stripe-signature": "t=1,v1=00" } });
  assertProblem(answer, 400, "signature_invalid");
  // The Stripe tests show that a signature over every byte holds on the same way.
});

test("static files: under the surfaces, cacheable only under their hash, and nothing beside them", async () => {
  const folder = join(ROOT, "workers/switch/public/assets");
  for (const name of readdirSync(folder)) {
    const hash = createHash("sha256").update(readFileSync(join(folder, name))).digest("hex").slice(0, 16);
    for (const host of ["app.localhost", "platform.localhost", "northwind.localhost"]) {
      const plain = await p.api(`/assets/${name}`, { host, key: "" });
      assert.equal(plain.status, 200);
      assert.equal(plain.text, readFileSync(join(folder, name), "utf8"));
      assert.equal(plain.headers.get("x-content-type-options"), "nosniff");
      assert.doesNotMatch(plain.headers.get("cache-control") ?? "", /immutable/);
      const hashed = await p.api(`/assets/${name}?v=${hash}`, { host, key: "" });
      assert.match(hashed.headers.get("cache-control"), /immutable/);
    }
  }
  for (const path of ["/assets/nothing.css", "/assets/../wrangler.toml", "/assets/%2e%2e/wrangler.toml", "/wrangler.toml", "/src/index.mjs"]) {
    assert.equal((await p.api(path, { host: "app.localhost", key: "" })).status, 404, path);
  }
  const page = await p.api("/sign-in", { host: "app.localhost", key: "" });
  for (const [, href] of page.text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)) assert.equal((await p.api(href, { host: "app.localhost", key: "" })).status, 200, href);
});

test("no local configuration has routes, which would rewrite Host and Origin", () => {
  for (const folder of workerFolders()) assert.doesNotThrow(() => readWorker(folder));
});
