// What a Cloudflare account has, asked through wrangler. Nothing here changes anything.
import { join } from "node:path";
import process from "node:process";
import { ENVIRONMENT } from "../check-deploy.mjs";
import { ROOT } from "../paths.mjs";
import { Stop, remedyFor } from "../progress.mjs";
import { run } from "../run.mjs";

const WRANGLER = join(ROOT, "node_modules/wrangler/bin/wrangler.js");

/** Runs wrangler without questions; resolves to {code, output}. */
export function wrangler(args, options = {}) {
  const env = { WRANGLER_LOG: "log", WRANGLER_SEND_METRICS: "false", WRANGLER_LOG_PATH: join(ROOT, ".tools/wrangler-logs"), CI: "true", NO_COLOR: "1" };
  return run(process.execPath, [WRANGLER, ...args], { env, ...options });
}

/** Runs wrangler, which must succeed; otherwise its words and one line. */
export async function mustWrangle(args, shown = args) {
  const { code, output } = await wrangler(args);
  if (code === 0) return output;
  console.error(output.trimEnd());
  throw new Stop(`wrangler ${shown.join(" ")} failed${remedyFor(output) ? `: ${remedyFor(output)}` : "; its words are above"}`);
}

/** The JSON in an output that may have a warning before it. */
export function jsonIn(output) {
  const start = /^[[{]/m.exec(output);
  if (!start) throw new Stop("wrangler answered something else than JSON");
  try {
    return JSON.parse(output.slice(start.index));
  } catch {
    throw new Stop("wrangler answered something else than JSON");
  }
}

/** Whether wrangler is signed in, and as whom. */
export async function whoAmI() {
  const { code, output } = await wrangler(["whoami", "--json"]);
  if (code !== 0) return undefined;
  const { email, accounts = [] } = jsonIn(output);
  return { email: email ?? "an API token", accounts: accounts.map(({ name, id }) => ({ name, id })) };
}

/** Names in wrangler's list of buckets. */
export const bucketNames = (output) => [...output.matchAll(/^name:\s+(\S+)\s*$/gm)].map((found) => found[1]);

const isAbsent = (output) => /does not exist|not found|doesn't exist|\b(10007|10090|11000)\b/i.test(output);

/** Databases, namespaces, buckets, and which of the named queues are there. */
export async function readAccount(queues) {
  const d1 = jsonIn(await mustWrangle(["d1", "list", "--json"])).map(({ name, uuid }) => ({ name, id: uuid }));
  const kv = jsonIn(await mustWrangle(["kv", "namespace", "list"])).map(({ title, id }) => ({ name: title, id }));
  const r2 = bucketNames(await mustWrangle(["r2", "bucket", "list"]));
  const found = [];
  for (const name of queues) {
    const { code, output } = await wrangler(["queues", "info", name]);
    if (code === 0) found.push(name);
    else if (!isAbsent(output)) {
      console.error(output.trimEnd());
      throw new Stop(`wrangler can't say whether the queue ${name} exists; its words are above`);
    }
  }
  return { d1, kv, r2, queues: found };
}

/** Names of the secrets that each deployed Worker has; a Worker that was never deployed has none. */
export async function readSecrets(workers) {
  const stored = new Map();
  for (const { folder } of workers.filter(({ config }) => (config.secrets?.required ?? []).length > 0)) {
    const { code, output } = await wrangler(["secret", "list", "--format", "json", "--env", ENVIRONMENT, "--config", `workers/${folder}/wrangler.toml`]);
    if (code === 0) stored.set(folder, jsonIn(output).map(({ name }) => name));
    else if (!isAbsent(output)) {
      console.error(output.trimEnd());
      throw new Stop(`wrangler can't list the secrets of ${folder}; its words are above`);
    }
  }
  return stored;
}
