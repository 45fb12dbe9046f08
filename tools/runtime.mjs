// The one module that boots the Workers of this repository on workerd: for `npm start`, the end-to-end and the crash tests.
import { randomBytes, randomInt } from "node:crypto";
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare, NoOpLog } from "miniflare";
import { ROOT } from "./paths.mjs";
import { Stop } from "./progress.mjs";
import { findRuntime, guard, MARK } from "./runtime/process.mjs";
import { send } from "./runtime/request.mjs";
import { generateSecrets } from "./runtime/secrets.mjs";
import { boundServices, ENTRY, modulesOf, readWorker, workerFolders } from "./runtime/workers.mjs";

/** The entry's handler without the platform's own for static files before it, which fails where it can't read the Host header. */
const ENTRYPOINT = "local";

/** How many ports are tried before a start without a given one is given up. */
const PORT_ATTEMPTS = 5;

/**
 * Boots the Workers and resolves when they accept requests.
 *
 * Options, all optional:
 * - `stateDir`: folder of databases, key-value stores and buckets; without it they live in a temporary folder that `dispose` removes.
 *   Queues live in memory whatever is given here: a kill loses them, as the crash tests want.
 * - `port`: of the entry on 127.0.0.1; 0, the default, takes a free one.
 * - `vars`: values by name for variables, in every Worker that declares them; a name that none declares is an error.
 * - `secretsOverride`: the same for secrets (`secrets.required`); those not named are random for this run.
 * - `only`: folder names of the Workers to boot; the entry is always there. A binding to one left out answers 503.
 * - `assetsDir`: what the entry serves as static files instead of its own folder.
 * - `logs`: called with `{level, message, timestamp}` for every line a Worker logs; without it they go nowhere but `logLines`.
 * - `onRestart`: called after workerd had died and is back.
 * - `mailer`: folder of the Worker that gets Cloudflare's `send_email` binding as `EMAIL`, emulated by Miniflare; see `mails`.
 * - `root`: the repository, for tests of this module.
 */
export async function startRuntime(options = {}) {
  if (options.port) return boot(options, options.port);
  for (let attempt = 1; ; attempt++) {
    try {
      return await boot(options, await freePort());
    } catch (error) {
      // Between the look and the start another program may have taken the port.
      if (!(error instanceof PortTaken) || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

async function boot(options, port) {
  const { stateDir, vars = {}, secretsOverride = {}, only, assetsDir, logs, onRestart, mailer, root = ROOT } = options;
  const folders = workerFolders(root).filter((folder) => !only || folder === ENTRY || only.includes(folder));
  if (folders[0] !== ENTRY) throw new Stop("workers/switch/wrangler.toml is missing; run: cargo run -p xtask -- generate");
  for (const folder of only ?? []) if (!folders.includes(folder)) throw new Stop(`there is no Worker called ${folder}`);
  const workers = folders.map((folder) => readWorker(folder, root));
  refuseUnknown(workers, "vars", vars);
  refuseUnknown(workers, "secrets", secretsOverride);

  const secrets = { ...generateSecrets(), ...secretsOverride };
  const mark = randomBytes(8).toString("hex");
  const logLines = [];
  const record = (line) => {
    if (logLines.push(line) > 5000) logLines.shift();
    logs?.(line);
  };
  let callOff = () => {};
  const watchRuntime = () => {
    callOff();
    callOff = guard(findRuntime(mark));
  };
  if (stateDir) mkdirSync(stateDir, { recursive: true });
  const present = new Set(workers.map((worker) => worker.name));
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      // Miniflare's own entry rewrites headers and obeys some; nothing of ours uses it, so it gets any free port.
      host: "127.0.0.1",
      port: 0,
      cf: false,
      log: new NoOpLog(),
      logRequests: false,
      telemetry: { enabled: false },
      // What keeps the mails that were handed over, and answers what they were.
      ...(mailer ? { unsafeLocalExplorer: true } : {}),
      ...(stateDir ? { resourcePersistencePath: stateDir } : {}),
      unsafeRuntimeEnv: { [MARK]: mark },
      unsafeHandleRuntimeRestart: () => {
        watchRuntime();
        onRestart?.();
      },
      handleStructuredLogs: record,
      workers: workers.map((worker) => ({
        ...worker.options,
        ...modulesOf(worker.main),
        bindings: {
          ...worker.options.bindings,
          // The port is part of the addresses in mail; only here is it known.
          ...(worker.vars.includes("ENVIRONMENT") ? { LOCAL_PORT: String(port) } : {}),
          ...pick(vars, worker.vars),
          ...pick(secrets, worker.secrets),
        },
        serviceBindings: boundServices(worker.options.serviceBindings, present),
        ...(worker.folder === mailer ? { email: { send_email: [{ name: "EMAIL" }] } } : {}),
        ...(worker.folder === ENTRY ? entryOptions(worker, port, assetsDir) : {}),
      })),
    }),
  );
  const entryName = workers[0].name;
  let url;
  try {
    await miniflare.ready;
    url = await miniflare.unsafeGetDirectURL(entryName, ENTRYPOINT);
  } catch (error) {
    await miniflare.dispose().catch(() => {});
    if (error.code === "ERR_ADDRESS_IN_USE") throw new PortTaken(portTaken(port));
    throw error;
  }
  watchRuntime();
  const entryPort = Number(url.port);
  const database = workers.find((worker) => worker.hasDatabase)?.name;
  const named = (folder) => {
    const worker = workers.find((one) => one.folder === folder);
    if (!worker) throw new Stop(`there is no Worker called ${folder} in this run`);
    return worker;
  };
  return {
    /** `http://127.0.0.1:<port>`. */
    url: url.origin,
    port: entryPort,
    /** The values that the Workers were given as secrets, by name. */
    secrets,
    /** What the Workers logged, oldest first, the last 5,000 lines. */
    logLines,
    /** Crons by Worker: `[{worker, crons}]`. */
    crons: workers.filter((one) => one.crons.length > 0).map((one) => ({ worker: one.folder, crons: one.crons })),
    /** One request through the entry; see runtime/request.mjs. */
    fetch: (host, path, init) => send(entryPort, host, path, init),
    /** The D1 database, for direct SQL. Ask anew after the runtime was killed. */
    d1: () => miniflare.getD1Database("DB", database),
    /** A Worker's KV namespace `KV` or bucket `EXPORTS`, for looking into them. */
    kv: (worker, binding = "KV") => miniflare.getKVNamespace(binding, named(worker).name),
    r2: (worker, binding = "EXPORTS") => miniflare.getR2Bucket(binding, named(worker).name),
    /** A producer of one of the Worker's queues, to send what a test wants the consumer to see. */
    queue: (worker, binding) => miniflare.getQueueProducer(binding, named(worker).name),
    /** Runs a Worker's cron handler as if `cron` were due at `time`; resolves to `{outcome}` when it has ended. */
    scheduled: async (worker, cron, time = new Date()) =>
      (await miniflare.getWorker(named(worker).name)).scheduled({ cron, scheduledTime: time }),
    /** A request straight to one Worker, past the entry: for tests that a Worker stands on its own. */
    fetchWorker: async (worker, target, init) => (await miniflare.getWorker(named(worker).name)).fetch(target, init),
    /** The mails that the emulated `EMAIL` binding took, as it took them: sender, recipients, subject, headers, both parts. */
    mails: async () => {
      const api = new URL("/cdn-cgi/local/explorer/api/local/email/sending", await miniflare.ready);
      const ask = async (query) => {
        const answer = await fetch(`${api}?${new URLSearchParams(query)}`);
        if (!answer.ok) throw new Error(`the mails that were sent: ${answer.status} ${await answer.text()}`);
        return (await answer.json()).result;
      };
      return Promise.all((await ask({ worker: named(mailer).name })).map(({ messageId }) => ask({ email_id: messageId })));
    },
    /** Process id of workerd, for `kill -9`; a killed runtime comes back by itself on the same port and state. */
    workerdPid: () => findRuntime(mark),
    /** Ends workerd and waits until it is gone. */
    dispose: async () => {
      callOff();
      await miniflare.dispose();
    },
  };
}

/** Says that another program has the port. */
class PortTaken extends Stop {}

/**
 * A port that nobody has now. Not one of those that the system gives to outgoing connections (from 32768 on Linux, 49152 elsewhere):
 * any program that connects somewhere could take it before workerd does.
 */
async function freePort() {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port) {
  return new Promise((resolve) => {
    const probe = createServer().once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

/** The one line for a port that another program has. */
export const portTaken = (port) => `port ${port} is taken by another program; end it, or choose another: PORT=${port + 1} npm start`;

function entryOptions(worker, port, assetsDir) {
  const assets = worker.options.assets ?? { binding: "ASSETS", routerConfig: {}, assetConfig: {} };
  return {
    // A socket of the Worker itself: Host, Origin and every other header arrive as they were sent.
    unsafeDirectSockets: [{ host: "127.0.0.1", port, entrypoint: ENTRYPOINT }],
    ...(assetsDir || worker.options.assets
      ? {
          assets: {
            ...assets,
            directory: assetsDir ?? assets.directory,
            run_worker_first: true,
            routerConfig: { ...assets.routerConfig, has_user_worker: true, invoke_user_worker_ahead_of_assets: true },
          },
        }
      : {}),
  };
}

function pick(values, names) {
  return Object.fromEntries(names.filter((name) => Object.hasOwn(values, name)).map((name) => [name, values[name]]));
}

function refuseUnknown(workers, kind, values) {
  const known = new Set(workers.flatMap((worker) => worker[kind]));
  const unknown = Object.keys(values).filter((name) => !known.has(name));
  if (unknown.length > 0) throw new Stop(`no Worker of this run declares ${unknown.join(", ")} in its ${kind}`);
}
