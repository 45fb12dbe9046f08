// `npm run deploy`: from deploy.toml to running Workers. Says what is missing before it changes anything, and can be run again.
//
//   npm run deploy -- --dry-run               only prints what it would do
//   npm run deploy -- --secrets <file>        also sets the secrets in that file (NAME="value" lines); needed the first time
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { ENVIRONMENT, checkDeploy, deployable } from "./check-deploy.mjs";
import { ROOT } from "./paths.mjs";
import { Stop, bold, dim, main, step } from "./progress.mjs";
import { must } from "./run.mjs";
import { setup } from "./setup.mjs";

const FILE = join(ROOT, "deploy.toml");
/** An account that has nothing, for a plan made without signing in. */
const EMPTY = { d1: [], kv: [], r2: [], queues: [] };

/** The command line: `{dryRun, secretsFile}`. */
export function optionsOf(args) {
  try {
    const { values } = parseArgs({ args, options: { "dry-run": { type: "boolean", default: false }, secrets: { type: "string" } } });
    return { dryRun: values["dry-run"], secretsFile: values.secrets };
  } catch (error) {
    throw new Stop(`${error.message}; there are: --dry-run, --secrets <file>`);
  }
}

async function readDeploy() {
  const { parse } = await import("smol-toml");
  return parse(readFileSync(FILE, "utf8"));
}

/** `[{folder, config}]` of what is deployed, as wrangler reads it for production. */
async function readWorkers() {
  const folders = await deployable();
  const { configPath } = await import("./runtime/workers.mjs");
  const { unstable_readConfig: readConfig } = await import("wrangler");
  return folders.map((folder) => ({ folder, config: readConfig({ config: configPath(folder), env: ENVIRONMENT }, { hideWarnings: true }) }));
}

async function readSecretsFile(file) {
  if (!file) return {};
  const { parseVars } = await import("./runtime/secrets.mjs");
  const { exampleSecrets } = await import("./deploy/plan.mjs");
  const path = resolve(process.env.INIT_CWD ?? process.cwd(), file);
  if (!existsSync(path)) throw new Stop(`there is no file ${file}; copy .dev.vars.example, fill it in and keep it out of the repository`);
  const values = parseVars(readFileSync(path, "utf8"));
  const examples = exampleSecrets(values);
  if (examples.length > 0) throw new Stop(`${file}: ${examples.join(", ")} is still the example's value`);
  return values;
}

function refuse(title, lines) {
  if (lines.length > 0) throw new Stop(`${title}\n  ${lines.join("\n  ")}`);
}

function secretLines(missing, secretsFile) {
  const lines = missing.map(({ folder, names }) => `${folder}: ${names.join(", ")}`);
  const how = secretsFile
    ? `${secretsFile} doesn't have them either; add a line NAME="value" for each`
    : "put them into a file with lines NAME=\"value\" (see .dev.vars.example) and run: npm run deploy -- --secrets <file>";
  return missing.length > 0 ? [...lines, how] : [];
}

/** Deploys one Worker; its secrets travel in a file that only we can read and that is gone afterwards. */
async function deployWith({ args, secrets }, values, mustWrangle) {
  const sent = (secrets ?? []).filter((name) => name in values);
  if (sent.length === 0) return mustWrangle(args);
  const folder = mkdtempSync(join(tmpdir(), "portico-deploy-"));
  try {
    const file = join(folder, "secrets.json");
    writeFileSync(file, JSON.stringify(Object.fromEntries(sent.map((name) => [name, values[name]]))), { mode: 0o600 });
    return await mustWrangle([...args, "--secrets-file", file], args);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1]?.endsWith("deploy.mjs")) {
  await main(async () => {
    const { dryRun, secretsFile } = optionsOf(process.argv.slice(2));
    await setup();
    const plan = await import("./deploy/plan.mjs");
    const cloud = await import("./deploy/account.mjs");

    console.log(bold("\nWhat is written down"));
    const values = await readSecretsFile(secretsFile);
    let deploy = await readDeploy();
    const unfinished = plan.unfinished(deploy);
    if (!dryRun) refuse("deploy.toml is not finished:", unfinished);
    await step("declarations", async (note) => note((await must("cargo", ["run", "--quiet", "--locked", "--package", "xtask", "--", "check"])).trim()));
    const workers = await readWorkers();

    console.log(bold("\nWhat the account has"));
    const me = await step("sign-in", async (note) => {
      const found = await cloud.whoAmI();
      note(found ? `${found.email}, ${found.accounts.map((one) => one.name).join(", ")}` : "not signed in to Cloudflare");
      return found;
    });
    if (!me && !dryRun) throw new Stop("not signed in to Cloudflare; run npx wrangler login, or set CLOUDFLARE_API_TOKEN (docs/deploy.md names its permissions)");
    if (me && me.accounts.length > 1 && !process.env.CLOUDFLARE_ACCOUNT_ID) {
      refuse("set CLOUDFLARE_ACCOUNT_ID to the account to deploy to:", me.accounts.map(({ name, id }) => `${id}  ${name}`));
    }
    const account = me ? await step("resources", () => cloud.readAccount(plan.queuesOf(workers))) : EMPTY;
    const stored = me ? await step("secrets", () => cloud.readSecrets(workers)) : new Map();
    const missing = plan.missingSecrets(workers, stored, new Set(Object.keys(values)));
    const { refusals, steps } = plan.planOf({ deploy, workers, account, secretsFile });
    const secrets = secretLines(missing, secretsFile);

    if (dryRun) {
      console.log(bold("\nWhat would be done"));
      if (!me) console.log(dim("(not signed in: as if the account had nothing yet)"));
      for (const line of plan.planLines(steps)) console.log(`  ${line}`);
      const open = [...unfinished.map((line) => `deploy.toml: ${line}`), ...refusals, ...secrets.map((line) => `secrets: ${line}`)];
      if (open.length > 0) console.log(`${bold("\nBefore that")}\n  ${open.join("\n  ")}`);
      return;
    }
    // Everything that can be known is said before the first change.
    refuse("deploy.toml and the account disagree:", refusals);
    refuse("secrets are missing:", secrets);

    console.log(bold("\nDeployment"));
    for (const one of steps) {
      await step(one.title, async (note) => {
        if (one.work === "ids") {
          const ids = plan.knownIds(deploy, await cloud.readAccount([]));
          writeFileSync(FILE, plan.withIds(readFileSync(FILE, "utf8"), ids));
          await must("cargo", ["run", "--quiet", "--locked", "--package", "xtask", "--", "generate"]);
          deploy = await readDeploy();
          if (deploy.production.resources.d1_id === plan.NO_D1 || deploy.production.resources.kv_id === plan.NO_KV) {
            throw new Stop("Cloudflare doesn't list what was just created; run the command again");
          }
          note("commit deploy.toml and workers/*/wrangler.toml");
        } else if (one.work === "check") {
          const { buildIfChanged } = await import("./build-if-changed.mjs");
          const { readWorker, workerFolders } = await import("./runtime/workers.mjs");
          await buildIfChanged(note, () => workerFolders().map((folder) => readWorker(folder).main));
          await checkDeploy();
        } else await deployWith(one, values, cloud.mustWrangle);
      });
    }
    const { hosts } = deploy.production;
    console.log(`\n${bold("Deployed.")} ${dim("Names must be proxied by Cloudflare: docs/deploy.md.")}`);
    for (const host of [hosts.app, hosts.platform, hosts.api]) console.log(`  https://${host}`);
    console.log(`  https://{slug}.${hosts.portal_domain}`);
  });
}
