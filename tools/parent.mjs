// npm runs a script through a shell that dies on SIGTERM without telling its child; so the child watches.
import process from "node:process";

/**
 * Calls `then` once when the process that started this one is gone. Only where that process is ours or npm's: a
 * command put into the background on purpose outlives its shell.
 */
export function onParentDeath(then) {
  if (!process.env.PORTICO_CHILD && !process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    then();
  }, 500);
  timer.unref();
}
