// One server at a time on one state folder.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import process from "node:process";
import { LOCAL_DIR } from "../paths.mjs";
import { Stop } from "../progress.mjs";

const FILE = join(LOCAL_DIR, "server.json");

/** The server that runs on this clone's state: `{pid, port}`, or undefined. */
export function runningServer(file = FILE) {
  if (!existsSync(file)) return undefined;
  let server;
  try {
    server = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
  return isServer(server.pid) ? server : undefined;
}

// The number alone proves nothing: after a crash or a restart of the machine another program may have it.
function isServer(pid) {
  try {
    process.kill(pid, 0);
    const command = existsSync(`/proc/${pid}/cmdline`)
      ? readFileSync(`/proc/${pid}/cmdline`, "utf8")
      : execFileSync("ps", ["-p", String(pid), "-o", "command="], { encoding: "utf8" });
    return command.includes("start.mjs");
  } catch {
    return false;
  }
}

/** Takes the state folder for this process, or stops when another one has it. Returns a function that gives it back. */
export function takeState(port, file = FILE) {
  const other = runningServer(file);
  // The parent is the same command in an older Node, which hands over.
  if (other && other.pid !== process.pid && other.pid !== process.ppid) {
    throw new Stop(`already running here on port ${other.port} (process ${other.pid}); end it with Ctrl-C in its terminal or: kill ${other.pid}`);
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ pid: process.pid, port }));
  return () => rmSync(file, { force: true });
}

/** Whether `port` can be listened on. */
export function portIsFree(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ port, host: "127.0.0.1" }, () => probe.close(() => resolve(true)));
  });
}
