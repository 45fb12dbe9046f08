// What a deployment would do, decided without an account.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "smol-toml";
import { ENVIRONMENT, LOCAL_ONLY, localOnlyFindings } from "../../tools/check-deploy.mjs";
import { optionsOf } from "../../tools/deploy.mjs";
import { bucketNames, jsonIn } from "../../tools/deploy/account.mjs";
import * as plan from "../../tools/deploy/plan.mjs";
import { ROOT } from "../../tools/paths.mjs";
import { configPath, workerFolders } from "../../tools/runtime/workers.mjs";

const { unstable_readConfig: readConfig } = await import("wrangler");
const TEXT = readFileSync(join(ROOT, "deploy.toml"), "utf8");
const D1 = "01234567-89ab-cdef-0123-456789abcdef";
const KV = "0123456789abcdef0123456789abcdef";

/** deploy.toml as somebody would finish it. */
function finished(ids = {}) {
  const text = plan.withIds(TEXT, ids).replaceAll("portico.example", "acme-desk.com").replaceAll("portico-portals.example", "acme-portals.com").replace('CLOUDFLARE_ZONE_ID = "00000000000000000000000000000000"', `CLOUDFLARE_ZONE_ID = "${KV}"`);
  return parse(text);
}
const workers = workerFolders()
  .filter((folder) => !LOCAL_ONLY.includes(folder))
  .map((folder) => ({ folder, config: readConfig({ config: configPath(folder), env: ENVIRONMENT }, { hideWarnings: true }) }));
const nothing = { d1: [], kv: [], r2: [], queues: [] };
const everything = {
  d1: [{ name: "portico", id: D1 }],
  kv: [{ name: "portico", id: KV }],
  r2: ["portico-exports", "portico-assets"],
  queues: plan.queuesOf(workers),
};
const titles = (account, ids, more = {}) => plan.planOf({ deploy: finished(ids), workers, account, ...more }).steps.map((one) => one.title);

test("the committed deploy.toml can't be deployed before it is finished", () => {
  const found = plan.unfinished(parse(TEXT)).join("\n");
  for (const name of ["hosts.app", "hosts.platform", "hosts.api", "hosts.portal_domain", "zones.main", "zones.portals"]) {
    assert.match(found, new RegExp(`production\\.${name} is still`));
  }
  assert.match(found, /CLOUDFLARE_ZONE_ID is no id of a zone/);
  assert.deepEqual(plan.unfinished(finished()), []);
  const local = finished();
  local.production.vars.STRIPE_API_BASE = "http://stripe.internal";
  local.production.resources.d1_id = "portico";
  local.production.vars.CUSTOM_HOSTNAMES = "local";
  assert.match(plan.unfinished(local).join("\n"), /CUSTOM_HOSTNAMES is "local"/);
  assert.match(plan.unfinished(local).join("\n"), /STRIPE_API_BASE is "http:\/\/stripe\.internal"[\s\S]*d1_id is no id/);
});

test("an empty account gets everything, in an order in which nothing is missing", () => {
  const steps = titles(nothing);
  const at = (pattern) => {
    const index = steps.findIndex((title) => pattern.test(title));
    assert.ok(index >= 0, `${pattern} in ${steps.join("; ")}`);
    return index;
  };
  assert.ok(at(/create D1 portico/) < at(/write d1_id and kv_id/));
  assert.ok(at(/create KV portico/) < at(/write d1_id and kv_id/));
  assert.ok(at(/write d1_id and kv_id/) < at(/try everything dry/));
  assert.ok(at(/create queue portico-events-dead/) < at(/deploy portico-jobs/));
  assert.ok(at(/try everything dry/) < at(/migrations/));
  assert.ok(at(/migrations/) < at(/deploy /));
  assert.ok(at(/deploy portico-switch/) < at(/deploy portico-org/), "a page's stylesheet is there before the page");
  assert.ok(at(/deploy portico-jobs/) < at(/deploy portico-api/), "the consumer is there before the producer");
  assert.ok(at(/deploy portico-exports/) < at(/deploy portico-api/), "a host opens last");
  assert.equal(steps.filter((title) => title.startsWith("deploy ")).length, workers.length);
});

test("a second run changes only the Workers", () => {
  const steps = titles(everything, { d1_id: D1, kv_id: KV });
  assert.deepEqual(steps.filter((title) => !title.startsWith("deploy ")), ["build the Workers and try everything dry", "apply the missing migrations"]);
});

test("what is there by name is taken, and its id written down", () => {
  assert.deepEqual(plan.knownIds(finished(), everything), { d1_id: D1, kv_id: KV });
  assert.deepEqual(plan.knownIds(finished({ d1_id: D1, kv_id: KV }), everything), {});
  assert.ok(!titles(everything).some((title) => title.startsWith("create")));
  const text = plan.withIds(TEXT, { d1_id: D1 });
  assert.equal(parse(text).production.resources.d1_id, D1);
  assert.deepEqual(text.split("\n").filter((line, index) => line !== TEXT.split("\n")[index]), [`d1_id = "${D1}"`]);
  assert.throws(() => plan.withIds("", { d1_id: D1 }), /no line d1_id/);
});

test("the wrong account is noticed before anything is changed", () => {
  const { refusals } = plan.planOf({ deploy: finished({ d1_id: D1, kv_id: KV }), workers, account: nothing });
  assert.match(refusals.join("\n"), new RegExp(`${D1} as D1 "portico", which this account doesn't have`));
  assert.match(refusals.join("\n"), new RegExp(`${KV} as KV`));
});

test("missing secrets are told per Worker, whether stored or given", () => {
  const missing = plan.missingSecrets(workers, new Map([["jobs", ["SIGNING_KEYS"]]]), new Set());
  const of = (folder) => missing.find((one) => one.folder === folder)?.names;
  assert.deepEqual(of("jobs"), ["STRIPE_SECRET_KEY", "RESEND_API_KEY", "CLOUDFLARE_API_TOKEN"]);
  assert.deepEqual(of("billing"), ["SIGNING_KEYS", "STRIPE_WEBHOOK_SECRETS", "STRIPE_SECRET_KEY"]);
  assert.equal(of("switch"), undefined);
  assert.deepEqual(plan.missingSecrets(workers, new Map(), new Set(["SIGNING_KEYS", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRETS", "RESEND_API_KEY", "CLOUDFLARE_API_TOKEN", "PLATFORM_BOOTSTRAP_TOKEN"])), []);
});

test("secrets go only to the Workers that require them, and never on a command line", () => {
  const { steps } = plan.planOf({ deploy: finished(), workers, account: everything, secretsFile: "production.vars" });
  const holders = (name) => steps.filter((one) => one.secrets?.includes(name)).map((one) => /portico-\S+(?=:)/.exec(one.title)[0]);
  assert.deepEqual(holders("STRIPE_SECRET_KEY"), ["portico-jobs", "portico-billing"]);
  assert.deepEqual(holders("STRIPE_WEBHOOK_SECRETS"), ["portico-billing"]);
  assert.deepEqual(holders("RESEND_API_KEY"), ["portico-jobs"]);
  assert.deepEqual(holders("CLOUDFLARE_API_TOKEN"), ["portico-jobs"]);
  assert.deepEqual(holders("PLATFORM_BOOTSTRAP_TOKEN"), ["portico-auth"]);
  for (const line of plan.planLines(steps)) assert.doesNotMatch(line, /=/);
});

test("the example's values are no secrets", () => {
  assert.deepEqual(plan.exampleSecrets({ A: "k1:base64-of-32-random-bytes", B: "sk_test_...", C: "", D: "whsec_1234" }), ["A", "B", "C"]);
});

test("a Worker comes after those it is bound to; a circle is named", () => {
  const one = (folder, services, routes = []) => ({ folder, config: { name: `p-${folder}`, routes, services: services.map((name) => ({ binding: "B", service: `p-${name}` })) } });
  const order = (list) => plan.orderOf(list).map(({ folder }) => folder);
  assert.deepEqual(order([one("a", ["b"]), one("b", ["c"]), one("c", ["elsewhere"])]), ["c", "b", "a"]);
  assert.deepEqual(order([one("front", [], ["h.com/*"]), one("part", [], ["h.com/part*"]), one("inner", [])]), ["inner", "part", "front"]);
  assert.throws(() => order([one("a", ["b"]), one("b", ["a"])]), /a, b go round in a circle/);
});

test("the deployed configurations hold nothing local, and the local ones nothing that an account has", () => {
  for (const { folder, config } of workers) {
    const raw = parse(readFileSync(configPath(folder), "utf8"));
    assert.deepEqual(localOnlyFindings(folder, config, raw), [], folder);
    assert.equal(config.workers_dev, false, folder);
    assert.equal(config.preview_urls, false, folder);
    assert.deepEqual(config.services ?? [], [], `${folder} leads to no other Worker in production`);
    assert.notEqual(raw.name, config.name, `${folder}: deploying the local part would replace the real one`);
    for (const { database_id } of raw.d1_databases ?? []) assert.doesNotMatch(database_id, /^[0-9a-f-]{36}$/);
    for (const { id } of raw.kv_namespaces ?? []) assert.doesNotMatch(id, /^[0-9a-f]{32}$/);
    if (folder !== "switch") assert.ok(config.compatibility_flags.includes("global_fetch_strictly_public"), folder);
  }
  const raw = { env: { production: {} } };
  const vars = (more) => localOnlyFindings("jobs", { vars: { ENVIRONMENT: "production", ...more } }, raw);
  assert.deepEqual(vars({ WEBHOOK_LOOPBACK: "deny", WEBHOOK_SCHEDULE_SCALE: "1" }), []);
  assert.match(vars({ WEBHOOK_LOOPBACK: "allow" }).join(), /WEBHOOK_LOOPBACK is for local use only/);
  assert.match(vars({ WEBHOOK_SCHEDULE_SCALE: "0.01" }).join(), /WEBHOOK_SCHEDULE_SCALE is for tests only/);
});

test("wrangler's answers are read, with or without a warning before them", () => {
  assert.deepEqual(jsonIn('▲ [WARNING] something\n\n[{"name": "SIGNING_KEYS"}]\n'), [{ name: "SIGNING_KEYS" }]);
  assert.throws(() => jsonIn("✘ [ERROR] no"), /something else than JSON/);
  assert.deepEqual(bucketNames("Listing buckets...\nname:           portico-exports\ncreation_date:  2026-11-01\n\nname: b\n"), ["portico-exports", "b"]);
});

test("the command line is checked", () => {
  assert.deepEqual(optionsOf(["--dry-run", "--secrets", "x"]), { dryRun: true, secretsFile: "x" });
  assert.throws(() => optionsOf(["--dryrun"]), /there are: --dry-run, --secrets/);
});
