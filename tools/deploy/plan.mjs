// What a deployment does, decided from what is written down and what the account has: pure, so that it can be tested offline.
import { ENVIRONMENT } from "../check-deploy.mjs";
import { Stop } from "../progress.mjs";

/** The ids that deploy.toml has before anything was created. */
export const NO_D1 = "00000000-0000-0000-0000-000000000000";
export const NO_KV = "00000000000000000000000000000000";
// Names that belong to nobody (RFC 2606, RFC 6761).
const RESERVED = /(^|\.)(example|test|invalid|localhost|local|internal|example\.(com|net|org))$/;

/** What must be filled in in deploy.toml before anything can be deployed: a list of sentences. */
export function unfinished({ production }) {
  const found = [];
  for (const [table, names] of [["hosts", production.hosts], ["zones", production.zones]]) {
    for (const [name, value] of Object.entries(names)) {
      if (RESERVED.test(value)) found.push(`production.${table}.${name} is still "${value}"; put your own domain there`);
    }
  }
  if (/localhost|\.internal|127\.0\.0\.|^http:/.test(production.vars.STRIPE_API_BASE ?? "")) {
    found.push(`production.vars.STRIPE_API_BASE is "${production.vars.STRIPE_API_BASE}"; in production it is https://api.stripe.com`);
  }
  const { CUSTOM_HOSTNAMES: edge, CLOUDFLARE_ZONE_ID: zone } = production.vars;
  if (edge !== "cloudflare") found.push(`production.vars.CUSTOM_HOSTNAMES is "${edge}"; in production it is "cloudflare"`);
  if (!/^[0-9a-f]{32}$/.test(zone ?? "") || /^0+$/.test(zone)) found.push("production.vars.CLOUDFLARE_ZONE_ID is no id of a zone; it is on the overview of the portals' zone in Cloudflare's dashboard");
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(production.resources.d1_id)) found.push("production.resources.d1_id is no id of a D1 database");
  if (!/^[0-9a-f]{32}$/.test(production.resources.kv_id)) found.push("production.resources.kv_id is no id of a KV namespace");
  return found;
}

/** Names of all queues that the Workers send to, consume or bury in, sorted. `workers` is `[{folder, config}]`, as wrangler reads them. */
export function queuesOf(workers) {
  const names = workers.flatMap(({ config }) => [
    ...(config.queues?.producers ?? []).map((one) => one.queue),
    ...(config.queues?.consumers ?? []).flatMap((one) => [one.queue, one.dead_letter_queue]),
  ]);
  return [...new Set(names.filter(Boolean))].sort();
}

/**
 * What is missing in the account, as commands for wrangler, and what contradicts deploy.toml. `account` is `{d1: [{name, id}],
 * kv: [{name, id}], r2: [name], queues: [name]}`.
 */
export function missingResources({ resources, production }, workers, account) {
  const refusals = [];
  const missing = [];
  const identified = (kind, name, id, nothing, command) => {
    const there = account[kind];
    if (id !== nothing) {
      if (!there.some((one) => one.id === id)) {
        refusals.push(`deploy.toml names ${id} as ${kind.toUpperCase()} "${name}", which this account doesn't have; sign in to the right account or correct production.resources`);
      }
    } else if (!there.some((one) => one.name === name)) missing.push({ title: `create ${kind.toUpperCase()} ${name}`, args: command });
  };
  identified("d1", resources.d1, production.resources.d1_id, NO_D1, ["d1", "create", resources.d1]);
  identified("kv", resources.kv, production.resources.kv_id, NO_KV, ["kv", "namespace", "create", resources.kv]);
  for (const name of [resources.r2, resources.r2_assets].filter((one) => !account.r2.includes(one))) {
    missing.push({ title: `create R2 bucket ${name}`, args: ["r2", "bucket", "create", name] });
  }
  for (const name of queuesOf(workers).filter((one) => !account.queues.includes(one))) {
    missing.push({ title: `create queue ${name}`, args: ["queues", "create", name] });
  }
  return { refusals, missing };
}

/** The ids that deploy.toml lacks and the account knows by name: `{d1_id, kv_id}`, each only where there is something to fill in. */
export function knownIds({ resources, production }, account) {
  const ids = {};
  const d1 = account.d1.find((one) => one.name === resources.d1)?.id;
  const kv = account.kv.find((one) => one.name === resources.kv)?.id;
  if (production.resources.d1_id === NO_D1 && d1) ids.d1_id = d1;
  if (production.resources.kv_id === NO_KV && kv) ids.kv_id = kv;
  return ids;
}

/** The text of deploy.toml with ids filled in; everything else stays as it was written. */
export function withIds(text, ids) {
  return Object.entries(ids).reduce((filled, [key, id]) => {
    const line = new RegExp(`^(\\s*${key}\\s*=\\s*)"[^"]*"`, "m");
    if (!line.test(filled)) throw new Stop(`deploy.toml has no line ${key} = "…" to write ${id} into`);
    return filled.replace(line, `$1"${id}"`);
  }, text);
}

/**
 * Required secrets that neither Cloudflare nor the given file has: `[{folder, names}]`. `stored` maps a folder to the names
 * that its Worker has, `given` holds names in the secrets file.
 */
export function missingSecrets(workers, stored, given) {
  return workers
    .map(({ folder, config }) => ({
      folder,
      names: (config.secrets?.required ?? []).filter((name) => !given.has(name) && !(stored.get(folder) ?? []).includes(name)),
    }))
    .filter(({ names }) => names.length > 0);
}

/** Values that look like the example's, by name. */
export function exampleSecrets(values) {
  return Object.entries(values)
    .filter(([, value]) => value === "" || /base64-of|\.\.\.|change-?me/i.test(value))
    .map(([name]) => name);
}

/**
 * The order to deploy in. Static files first: a page names its stylesheet by content. Then what has no routes, so that a consumer
 * knows what the producers will send; then the Workers of single paths; last those that answer the rest of a host, so that a new
 * host opens when everything behind it is there. A Worker always comes after those it has service bindings to.
 */
export function orderOf(workers) {
  const rank = ({ config }) => {
    const patterns = (config.routes ?? []).map((route) => (typeof route === "string" ? route : route.pattern));
    if (config.assets) return 0;
    if (patterns.length === 0) return 1;
    return patterns.some((pattern) => /^[^/]+\/\*$/.test(pattern)) ? 3 : 2;
  };
  const waiting = [...workers].sort((a, b) => rank(a) - rank(b) || a.folder.localeCompare(b.folder));
  const ordered = [];
  while (waiting.length > 0) {
    const behind = new Set(waiting.map(({ config }) => config.name));
    const next = waiting.findIndex(({ config }) => (config.services ?? []).every(({ service }) => service === config.name || !behind.has(service)));
    if (next < 0) throw new Stop(`the service bindings of ${waiting.map((one) => one.folder).join(", ")} go round in a circle; none can be deployed first`);
    ordered.push(...waiting.splice(next, 1));
  }
  return ordered;
}

/** Path of a Worker's configuration, from the root. */
const configOf = (folder) => `workers/${folder}/wrangler.toml`;

/**
 * Everything a deployment does, in order: `[{title, args}]`, `args` for wrangler, or `[{title, work}]` for what is ours. The
 * database is migrated before the Workers that need its new form; migrations only ever add (see d1-migrations/README.md).
 */
export function planOf({ deploy, workers, account, secretsFile }) {
  const { refusals, missing } = missingResources(deploy, workers, account);
  const { d1_id, kv_id } = deploy.production.resources;
  const lacking = [...(d1_id === NO_D1 ? ["d1_id"] : []), ...(kv_id === NO_KV ? ["kv_id"] : [])];
  const database = workers.find(({ config }) => (config.d1_databases ?? []).some((one) => one.binding === "DB"));
  const steps = [...missing];
  if (lacking.length > 0) steps.push({ title: `write ${lacking.join(" and ")} into deploy.toml and generate the configurations again`, work: "ids" });
  steps.push({ title: "build the Workers and try everything dry", work: "check" });
  if (database) {
    const args = ["d1", "migrations", "apply", deploy.resources.d1, "--remote", "--env", ENVIRONMENT, "--config", configOf(database.folder)];
    steps.push({ title: "apply the missing migrations", args });
  }
  for (const { folder, config } of orderOf(workers)) {
    const secrets = config.secrets?.required ?? [];
    const routes = (config.routes ?? []).length;
    const told = routes === 0 ? "no routes" : routes === 1 ? "1 route" : `${routes} routes`;
    const args = ["deploy", "--env", ENVIRONMENT, "--config", configOf(folder)];
    const sets = secretsFile && secrets.length > 0;
    steps.push({ title: `deploy ${config.name}: ${told}${sets ? `, sets ${secrets.join(", ")}` : ""}`, args, ...(sets ? { secrets } : {}) });
  }
  return { refusals, steps };
}

/** The plan as it is printed. */
export function planLines(steps) {
  const width = String(steps.length).length;
  return steps.flatMap(({ title, args }, index) => {
    const line = `${String(index + 1).padStart(width)}. ${title}`;
    return args ? [line, `${" ".repeat(width + 2)}wrangler ${args.join(" ")}`] : [line];
  });
}
