// `npm start`: from a fresh clone to a running Portico with demo data, and again in seconds.
import { createWriteStream, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { onParentDeath } from "./parent.mjs";
import { LOCAL_DIR, STATE_DIR } from "./paths.mjs";
import { Stop, bold, dim, duration, main, step } from "./progress.mjs";
import { setup } from "./setup.mjs";
import { portIsFree, takeState } from "./start/lock.mjs";

// Handed on when the command goes on in a newer Node.
const started = Number((process.env.PORTICO_BEGUN ??= String(Date.now())));

await main(async () => {
  const port = Number(process.env.PORT || 8787);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Stop(`PORT=${process.env.PORT} is no port; choose one from 1 to 65535`);
  // Before minutes of set-up and building, not after.
  const giveBack = takeState(port);
  process.on("exit", giveBack);
  if (!(await portIsFree(port))) {
    throw new Stop(`port ${port} is taken by another program; end it, or choose another: PORT=${port + 1} npm start`);
  }
  await setup();

  // Only now: these need the npm packages and a new Node.
  const { readWorker, workerFolders } = await import("./runtime/workers.mjs");
  const { startRuntime } = await import("./runtime.mjs");
  const { prepareState } = await import("./runtime/database.mjs");
  const { keptSecrets } = await import("./runtime/secrets.mjs");
  const { buildIfChanged } = await import("./build-if-changed.mjs");
  const { tickCrons } = await import("./start/crons.mjs");
  const { FIXTURE, describeDemo, printDemo, readOrgs, writeDemo } = await import("./start/demo.mjs");
  const { demoSeed } = await import("./start/seed.mjs");

  console.log(bold("Start"));
  const workers = () => workerFolders().map((folder) => readWorker(folder));
  await step("Workers", (note) => buildIfChanged(note, () => workers().map((worker) => worker.main)));
  const secrets = keptSecrets(join(LOCAL_DIR, "dev.vars"));
  const { result: orgs } = await step("database", async (note) => {
    const fixture = existsSync(FIXTURE) ? FIXTURE : undefined;
    const done = await prepareState({ stateDir: STATE_DIR, fixture, seed: demoSeed(secrets), inspect: readOrgs });
    const applied = done.migrations.length === 1 ? "1 migration" : `${done.migrations.length} migrations`;
    note(done.fresh ? `new, ${applied}, ${done.statements} statements of demo data` : done.migrations.length > 0 ? applied : "up to date");
    return done;
  });
  const demo = describeDemo({ port, orgs, secrets });
  const entry = readWorker("switch");
  const site = writeDemo(demo, entry.options.assets?.directory);

  mkdirSync(LOCAL_DIR, { recursive: true });
  const log = createWriteStream(join(LOCAL_DIR, "workers.log"), { flags: "w" });
  const complain = (text) => console.error(`${dim(new Date().toISOString())} ${text}`);
  let runtime;
  await step("runtime", async (note) => {
    runtime = await startRuntime({
      stateDir: STATE_DIR,
      port,
      secretsOverride: pickKnown(secrets, workers()),
      assetsDir: site,
      onRestart: () => complain("workerd had died and is back; queued messages were lost, the next minute's sweep sends them again"),
      logs: ({ level, message, timestamp }) => {
        log.write(`${new Date(timestamp).toISOString()} ${level} ${message}\n`);
        if (level === "error" || level === "warn") complain(message);
      },
    });
    note(`${workerFolders().length} Workers on ${runtime.url}`);
  });
  const stopCrons = tickCrons(runtime.crons, runtime.scheduled, complain);
  endOn(["SIGINT", "SIGTERM", "SIGHUP"], async () => {
    stopCrons();
    await runtime.dispose();
    log.end();
  });
  printDemo(demo, port);
  console.log(dim(`Ready in ${duration(Date.now() - started)}.`));
});

function pickKnown(secrets, workers) {
  const required = new Set(workers.flatMap((worker) => worker.secrets));
  return Object.fromEntries(Object.entries(secrets).filter(([name]) => required.has(name)));
}

/** Ends in order on the first signal, at once on the second. */
function endOn(signals, end) {
  let ending = false;
  const stop = async (code) => {
    if (ending) process.exit(code);
    ending = true;
    const hurry = setTimeout(() => process.exit(code), 5_000);
    hurry.unref();
    await end().catch(() => {});
    process.exit(code);
  };
  for (const signal of signals) process.on(signal, () => stop(0));
  onParentDeath(() => stop(0));
}
