// `npm run check:deploy`: what would be deployed, deployed for practice, and nothing local-only among it. Offline.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import process from "node:process";
import { ROOT } from "./paths.mjs";
import { Stop, dim, duration, main } from "./progress.mjs";
import { run } from "./run.mjs";
import { setup } from "./setup.mjs";

/** Never deployed. Everything else must be deployable. */
export const LOCAL_ONLY = ["stripe-emulator", "dev"];
/** The environment that is deployed. */
export const ENVIRONMENT = "production";
// Two cores; each dry run is a bundler.
const AT_A_TIME = 2;

/**
 * What is wrong with a configuration as wrangler resolves it for production: a list of sentences, empty when nothing is.
 * `raw` is the file as written, since wrangler fills in for an environment that isn't there.
 */
export function localOnlyFindings(folder, config, raw) {
  const environment = raw.env?.[ENVIRONMENT];
  if (LOCAL_ONLY.includes(folder)) {
    const found = environment ? [`is for local use only but has [env.${ENVIRONMENT}]`] : [];
    return (raw.routes ?? []).length > 0 || raw.route ? [...found, "is for local use only but has routes"] : found;
  }
  if (!environment) return [`has no [env.${ENVIRONMENT}], so it can't be deployed`];
  const found = [];
  const vars = Object.entries(config.vars ?? {});
  if (config.vars?.ENVIRONMENT !== ENVIRONMENT) found.push(`ENVIRONMENT is ${JSON.stringify(config.vars?.ENVIRONMENT)}, not "${ENVIRONMENT}"`);
  for (const [name, value] of vars) {
    const text = String(value);
    if (name === "API_ALIAS_HOST" && text !== "") found.push("API_ALIAS_HOST is for local use only");
    if (name === "WEBHOOK_SCHEDULE_SCALE" && text !== "1") found.push(`WEBHOOK_SCHEDULE_SCALE is for tests only (${text})`);
    if (name === "MAIL_PROVIDER" && text === "inbox") found.push("MAIL_PROVIDER keeps mail on the machine (inbox), for local use only");
    if (/LOOPBACK|PRIVATE_NETWORK|^DEV_|_DEV$|DEV_PAGES/.test(name) && text !== "deny") found.push(`${name} is for local use only`);
    else if (/\blocalhost\b|127\.0\.0\.\d|\[::1\]/.test(text)) found.push(`${name} names this machine (${text})`);
    if (/^(SIGNING_KEYS|STRIPE_SECRET_KEY|STRIPE_WEBHOOK_SECRETS|RESEND_API_KEY|CLOUDFLARE_API_TOKEN|PLATFORM_BOOTSTRAP_TOKEN)$/.test(name)) found.push(`${name} is a secret and must not be a variable`);
  }
  for (const { binding, service } of config.services ?? []) {
    if (LOCAL_ONLY.some((name) => service?.endsWith(`-${name}`) || binding?.toLowerCase().replaceAll("_", "-") === name)) {
      found.push(`service binding ${binding} leads to ${service}`);
    }
  }
  for (const route of config.routes ?? []) {
    const pattern = typeof route === "string" ? route : route.pattern;
    if (/localhost|\/dev(\/|\*|$)/.test(pattern)) found.push(`route ${pattern} is for local use only`);
  }
  if (raw.build) found.push("[build] would build again while deploying; npm run build does it once");
  return found;
}

/** Folder names of the Workers that can be deployed; stops with every finding when one of them must not be. */
export async function deployable() {
  const { configPath, workerFolders } = await import("./runtime/workers.mjs");
  const { unstable_readConfig: readConfig } = await import("wrangler");
  const { parse } = await import("smol-toml");
  const { readFileSync } = await import("node:fs");
  const findings = [];
  const folders = [];
  for (const folder of workerFolders()) {
    const path = configPath(folder);
    const raw = parse(readFileSync(path, "utf8"));
    const config = raw.env?.[ENVIRONMENT] ? readConfig({ config: path, env: ENVIRONMENT }, { hideWarnings: true }) : {};
    findings.push(...localOnlyFindings(folder, config, raw).map((text) => `${relative(ROOT, path)}: ${text}`));
    if (!LOCAL_ONLY.includes(folder)) folders.push(folder);
  }
  if (folders.length === 0) findings.push("there is no Worker to deploy");
  if (findings.length > 0) throw new Stop(`not deployable:\n  ${findings.join("\n  ")}`);
  return folders;
}

async function dryRun(folder, outDir) {
  const started = performance.now();
  const { configPath } = await import("./runtime/workers.mjs");
  const args = ["deploy", "--dry-run", "--env", ENVIRONMENT, "--config", configPath(folder), "--outdir", join(outDir, folder)];
  const { code, output } = await run(process.execPath, [join(ROOT, "node_modules/wrangler/bin/wrangler.js"), ...args], {
    env: { WRANGLER_LOG: "log", WRANGLER_SEND_METRICS: "false", WRANGLER_LOG_PATH: join(ROOT, ".tools/wrangler-logs"), CI: "true", NO_COLOR: "1" },
  });
  if (code !== 0) {
    console.error(output.trimEnd());
    throw new Stop(`wrangler would not deploy workers/${folder}; its words are above`);
  }
  const size = /Total Upload: (.*)/.exec(output)?.[1] ?? "done";
  console.log(`  ${folder}: ${size} ${dim(`(${duration(performance.now() - started)})`)}`);
}

/** Dry-runs every deployable Worker. */
export async function checkDeploy() {
  const waiting = await deployable();
  const outDir = mkdtempSync(join(tmpdir(), "portico-dry-run-"));
  try {
    const lane = async () => {
      for (let folder = waiting.shift(); folder; folder = waiting.shift()) await dryRun(folder, outDir);
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, lane));
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}

if (process.argv[1]?.endsWith("check-deploy.mjs")) {
  await main(async () => {
    await setup();
    await checkDeploy();
  });
}
