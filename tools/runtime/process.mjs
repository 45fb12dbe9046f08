// The runtime's process: which one it is, and that it never outlives us.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import process from "node:process";

/** The variable that marks the runtime we started: its environment says whose it is, whatever else runs here. */
export const MARK = "PORTICO_RUNTIME";

/** Process id of the running workerd with this mark, or undefined while there is none. */
export function findRuntime(mark) {
  return existsSync("/proc/self/environ") ? fromProc(mark) : fromPs(mark);
}

function fromProc(mark) {
  const wanted = `${MARK}=${mark}`;
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${name}/status`, "utf8"))?.[1]) !== process.pid) continue;
      if (readFileSync(`/proc/${name}/environ`, "utf8").split("\0").includes(wanted)) return Number(name);
    } catch {
      // It ended while we looked.
    }
  }
  return undefined;
}

function fromPs(mark) {
  const lines = execFileSync("ps", ["-A", "-E", "-ww", "-o", "pid=,ppid=,command="], { encoding: "utf8" }).split("\n");
  const line = lines.find((one) => one.includes(`${MARK}=${mark}`) && Number(one.trim().split(/\s+/)[1]) === process.pid);
  return line && Number(line.trim().split(/\s+/)[0]);
}

/**
 * Starts a shell that waits for our end of its pipe to close, which the system does however we die, and then kills the
 * runtime. Returns a function that calls it off.
 */
export function guard(pid) {
  if (pid === undefined || process.platform === "win32") return () => {};
  // The name is checked, since by then the number could belong to another program.
  const script = `read -r word; [ "$word" = off ] && exit 0; case "$(ps -o comm= -p ${pid} 2>/dev/null || cat /proc/${pid}/comm 2>/dev/null)" in *workerd*) kill -9 ${pid};; esac`;
  const shell = spawn("/bin/sh", ["-c", script], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  shell.on("error", () => {});
  shell.stdin.on("error", () => {});
  shell.unref();
  shell.stdin.unref?.();
  return () => shell.stdin.end("off\n");
}
