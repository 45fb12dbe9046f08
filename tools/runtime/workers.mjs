// The Workers of this repository, read from their wrangler.toml, as options for Miniflare.
import { existsSync, readdirSync } from "node:fs";
import { dirname, extname, join, relative } from "node:path";
import process from "node:process";
import { ROOT } from "../paths.mjs";
import { Stop } from "../progress.mjs";

// Wrangler reads its configuration with the very code that deploys it, but keeps its own log file and talks too much.
process.env.WRANGLER_LOG ??= "error";
process.env.WRANGLER_SEND_METRICS ??= "false";
process.env.WRANGLER_LOG_PATH ??= join(ROOT, ".tools", "wrangler-logs");
const { unstable_getMiniflareWorkerOptions: miniflareOptions, unstable_readConfig: readConfig } = await import("wrangler");

/** The Worker that stands in for Cloudflare's routes: the only one reachable from outside. */
export const ENTRY = "switch";

const MODULE_TYPES = { ".js": "ESModule", ".mjs": "ESModule", ".wasm": "CompiledWasm", ".txt": "Text", ".html": "Text", ".bin": "Data" };

/** Folder names of all Workers, the entry first. */
export function workerFolders(root = ROOT) {
  const parent = join(root, "workers");
  const names = existsSync(parent) ? readdirSync(parent).filter((name) => existsSync(join(parent, name, "wrangler.toml"))) : [];
  return names.sort((a, b) => (b === ENTRY) - (a === ENTRY) || a.localeCompare(b));
}

/** Path of a Worker's configuration. */
export const configPath = (folder, root = ROOT) => join(root, "workers", folder, "wrangler.toml");

/**
 * Reads one Worker: `{folder, name, main, crons, vars, secrets, hasDatabase, options}`. `vars` are the names it declares, `secrets`
 * those of `secrets.required`; `options` is Miniflare's, without modules and without values for secrets.
 */
export function readWorker(folder, root = ROOT) {
  const path = configPath(folder, root);
  const config = readConfig({ config: path }, { hideWarnings: true });
  if ((config.routes ?? []).length > 0 || config.route) {
    throw new Stop(`${relative(root, path)} has routes at its top level; they rewrite Host and Origin in local development`);
  }
  const { workerOptions, main } = miniflareOptions(path);
  // Rules are for bundling; the modules are listed one by one below.
  const { modulesRules: _rules, cronTriggers: crons = [], ...options } = workerOptions;
  const secrets = config.secrets?.required ?? [];
  // A stray .dev.vars beside the configuration must not decide what a test sees.
  for (const name of secrets) delete options.bindings?.[name];
  return {
    folder,
    name: config.name,
    main,
    crons,
    vars: Object.keys(config.vars ?? {}),
    secrets,
    hasDatabase: Object.keys(options.d1Databases ?? {}).includes("DB"),
    options: { ...options, name: config.name, rootPath: dirname(path) },
  };
}

/** The main module first, then all others in its folder, as they were built: nothing is bundled. */
export function modulesOf(main) {
  if (!existsSync(main)) throw new Stop(`${relative(ROOT, main)} has not been built; run: npm run build`);
  const folder = dirname(main);
  const others = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && MODULE_TYPES[extname(entry.name)])
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => path !== main);
  return {
    modulesRoot: folder,
    modules: [main, ...others].map((path) => ({ type: MODULE_TYPES[extname(path)], path })),
  };
}

/**
 * Service bindings of a set of Workers, less those whose target is not among them: they answer 503 rather than look for
 * another development server on this machine.
 */
export function boundServices(bindings = {}, present) {
  const missing = () => new Response("this Worker was left out of this run", { status: 503 });
  return Object.fromEntries(
    Object.entries(bindings).map(([binding, target]) => {
      const name = typeof target === "string" ? target : target?.name;
      return [binding, typeof name !== "string" || present.has(name) ? target : missing];
    }),
  );
}
