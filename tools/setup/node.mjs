// Node: the tools need 22.12 or newer; where the machine's is older, npm's `node` package has brought one along.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { ROOT } from "../paths.mjs";
import { Stop } from "../progress.mjs";
import { onParentDeath } from "../parent.mjs";

/** The oldest Node that wrangler runs on. */
const OLDEST = [22, 12];

/** Whether the running Node is new enough. */
export function nodeIsNewEnough(version = process.versions.node) {
  const [major, minor] = version.split(".").map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** The Node that came with the npm packages. */
export const bundledNode = () => join(ROOT, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");

/**
 * Goes on in a newer Node when this one is too old: runs the same command there, passes signals on and ends with its
 * exit code. Returns only when this Node is fine.
 */
export async function continueInNewNode() {
  if (nodeIsNewEnough()) return;
  if (!existsSync(bundledNode())) {
    throw new Stop(`Node ${process.versions.node} is too old and npm could not bring a newer one; install Node 22.12 or newer`);
  }
  const child = spawn(bundledNode(), [...process.execArgv, ...process.argv.slice(1)], {
    stdio: "inherit",
    env: { ...process.env, PORTICO_CHILD: "1" },
  });
  const pass = (signal) => child.kill(signal);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => pass(signal));
  onParentDeath(() => pass("SIGTERM"));
  await new Promise(() => {
    child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 143)));
  });
}
