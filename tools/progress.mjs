// What a person sees: one line per step with its duration, and one clear line when something is wrong.
import process from "node:process";

/** An expected failure: its message is one line that names the remedy, so no stack trace is shown. */
export class Stop extends Error {}

const colored = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code, text) => (colored ? `\x1b[${code}m${text}\x1b[0m` : text);

/** Text that recedes. */
export const dim = (text) => paint(2, text);
/** Text that stands out. */
export const bold = (text) => paint(1, text);

/** Milliseconds as people read them: 180 ms, 4.2 s, 3 min 05 s. */
export function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

/**
 * Runs one step and prints how it ended. `work` may call `note(text)` to say what it found, and
 * `note.begin()` before something slow, so that a person knows what is being waited for.
 */
export async function step(title, work) {
  const started = performance.now();
  let said = "done";
  const note = (text) => {
    said = text;
  };
  note.begin = (text) => console.log(`  ${title}: ${text} …`);
  const result = await work(note);
  console.log(`  ${title}: ${said} ${dim(`(${duration(performance.now() - started)})`)}`);
  return result;
}

const REMEDIES = [
  [/ENOSPC|No space left on device/i, "no disk space left; free some (a build takes about 5 GB) and run the command again"],
  [
    /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ENETUNREACH|Could ?n[o']t resolve host|failed to download|Temporary failure resolving|spurious network error|error: could not connect/i,
    "no network, or a package registry can't be reached; connect (or set the proxy) and run the command again",
  ],
  [/EACCES|Permission denied/i, "no permission to write there; check who owns the folder named above"],
];

/** The remedy for well-known troubles found in an error or a program's output, if there is one. */
export function remedyFor(text) {
  return REMEDIES.find(([pattern]) => pattern.test(text))?.[1];
}

/** Runs a whole command; what goes wrong ends as one line on stderr and exit code 1. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    const text = String(error?.message ?? error);
    if (error instanceof Stop) console.error(`portico: ${text}`);
    else if (error?.code === "ENOSPC" || error?.code === "EACCES") console.error(`portico: ${text}: ${remedyFor(error.code)}`);
    else console.error(error);
    process.exit(1);
  }
}
