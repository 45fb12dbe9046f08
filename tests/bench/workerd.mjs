// Bare `workerd serve` with one Worker, and the CPU time it spends: no development server, no proxy, no bundler in between.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ROOT } from "../../tools/paths.mjs";

const WORKERD = createRequire(join(ROOT, "package.json")).resolve("workerd/bin/workerd");
const KINDS = { ".js": "esModule", ".mjs": "esModule", ".wasm": "wasm" };

/** A free port of 127.0.0.1. */
export const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const quote = (text) => JSON.stringify(String(text));

/**
 * The configuration of one Worker. `modules` are `[name, path or {text}]`, the main one first; `vars` are text bindings; `d1` is the
 * `host:port` that a D1 binding DB talks to through the runtime's own client.
 */
function configuration({ modules, vars = {}, d1, port, stub }) {
  const module = ([name, source]) =>
    `(name = ${quote(name)}, ${KINDS[extname(name)]} = ${source.text === undefined ? `embed ${quote(source)}` : quote(source.text)})`;
  const bindings = Object.entries(vars).map(([name, value]) => `(name = ${quote(name)}, text = ${quote(value)})`);
  if (d1) {
    bindings.push(`(name = "DB", wrapped = (moduleName = "cloudflare-internal:d1-api", innerBindings = [(name = "fetcher", service = "d1")]))`);
  }
  const services = [`(name = "main", worker = (modules = [${modules.map(module).join(", ")}], bindings = [${bindings.join(", ")}], compatibilityDate = "2026-11-01"))`];
  if (d1) {
    services.push(`(name = "d1", worker = (modules = [(name = "stub.mjs", esModule = ${quote(stub)})], compatibilityDate = "2026-11-01", globalOutbound = "d1-origin"))`);
    services.push(`(name = "d1-origin", external = (address = ${quote(d1)}, http = ()))`);
  }
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [${services.join(",\n    ")}],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
`;
}

/** Modules of a built Worker, as `configuration` wants them, relative to `from`. */
export function builtModules(folder, from, first) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && KINDS[extname(entry.name)])
    .map((entry) => join(entry.parentPath, entry.name));
  const built = files.map((path) => [relative(folder, path), relative(from, path)]);
  return first ? [first, ...built] : built.sort(([a], [b]) => (b === "index.js") - (a === "index.js"));
}

/** Starts workerd; resolves when `ready` (a path) answers. `{port, pid, cpu(), startedMs, stop()}`. */
export async function serve(worker, ready = "/") {
  const folder = mkdtempSync(join(tmpdir(), "portico-bench-"));
  const port = await freePort();
  const modules = worker.folder ? builtModules(worker.folder, folder, worker.first) : worker.modules;
  writeFileSync(join(folder, "config.capnp"), configuration({ ...worker, modules, port }));
  const began = performance.now();
  const child = spawn(WORKERD, ["serve", join(folder, "config.capnp")], { stdio: ["ignore", "ignore", "pipe"] });
  let words = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (words += text));
  const stop = async () => {
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await new Promise((done) => child.once("exit", done));
    rmSync(folder, { recursive: true, force: true });
  };
  for (let tries = 0; ; tries++) {
    if (child.exitCode !== null || tries > 2000) {
      await stop();
      throw new Error(`workerd did not start: ${words.slice(0, 2000)}`);
    }
    const status = await once(port, ready).catch(() => 0);
    if (status > 0) break;
    await sleep(2);
  }
  return { port, pid: child.pid, startedMs: performance.now() - began, cpu: () => cpuOf(child.pid), words: () => words, stop };
}

/** CPU time of a process so far, in microseconds: run time of all its threads, nanosecond resolution. */
function cpuOf(pid) {
  let total = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    try {
      total += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ")[0]);
    } catch {
      // A thread that ended meanwhile.
    }
  }
  return total / 1000;
}

function once(port, path) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`));
    let text = "";
    socket.setEncoding("latin1").on("data", (chunk) => (text += chunk));
    socket.on("error", reject).on("close", () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0)));
  });
}

/**
 * Sends `count` requests over `connections` kept-alive connections, one at a time on each, and checks every status. `message(i)` is
 * the i-th request as text. Resolves to the bytes of the last answer.
 */
export function load(port, { count, connections = 8, status = 200, message }) {
  let sent = 0;
  let last = "";
  const lane = () =>
    new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1");
      let text = "";
      const next = () => {
        if (sent >= count) return socket.end(resolve);
        socket.write(message(sent++));
      };
      socket.setEncoding("latin1");
      socket.on("connect", next).on("error", reject);
      socket.on("data", (chunk) => {
        text += chunk;
        const head = text.indexOf("\r\n\r\n");
        if (head < 0) return;
        const length = Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, head + 2))?.[1] ?? 0);
        if (text.length < head + 4 + length) return;
        const got = Number(text.slice(9, 12));
        if (got !== status) return reject(new Error(`status ${got}, not ${status}: ${text.slice(0, 600)}`));
        last = text.slice(head + 4);
        text = "";
        next();
      });
    });
  return Promise.all(Array.from({ length: connections }, lane)).then(() => last);
}
