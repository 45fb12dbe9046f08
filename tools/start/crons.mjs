// Crons, ticked by us: the local runtime runs those of the entry Worker at best, never those behind it.
import { Stop } from "../progress.mjs";

const FIELDS = [
  ["minute", 0, 59, (time) => time.getUTCMinutes()],
  ["hour", 0, 23, (time) => time.getUTCHours()],
  ["day of month", 1, 31, (time) => time.getUTCDate()],
  ["month", 1, 12, (time) => time.getUTCMonth() + 1],
  // Cloudflare counts from Sunday = 1.
  ["day of week", 1, 7, (time) => time.getUTCDay() + 1],
];

/** Turns a cron expression (five fields of `*`, numbers, lists, ranges and steps; UTC) into a test for a time. */
export function cronMatcher(expression) {
  const parts = expression.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) throw new Stop(`cron "${expression}" has ${parts.length} fields, not five`);
  const tests = parts.map((part, index) => {
    const [name, least, most, of] = FIELDS[index];
    const allowed = new Set(part.split(",").flatMap((item) => valuesOf(item, least, most, `${name} of cron "${expression}"`)));
    return (time) => allowed.has(of(time));
  });
  return (time) => tests.every((test) => test(time));
}

function valuesOf(item, least, most, where) {
  const found = /^(\*|\d+(?:-\d+)?)(?:\/(\d+))?$/.exec(item);
  if (!found) throw new Stop(`the local scheduler doesn't know "${item}" as ${where}`);
  const [from, to] = found[1] === "*" ? [least, most] : found[1].split("-").map(Number);
  const end = to ?? (found[2] ? most : from);
  const by = Number(found[2] ?? 1);
  if (from < least || end > most || by < 1) throw new Stop(`"${item}" is out of range as ${where}`);
  const values = [];
  for (let value = from; value <= end; value += by) values.push(value);
  return values;
}

/**
 * Runs the crons of `crons` (`[{worker, crons}]`) at the start of every minute they are due, one after the other, with the
 * scheduled time they would get in production. A run that is still going is not started again. Returns a function that stops it.
 */
export function tickCrons(crons, scheduled, report) {
  const entries = crons.flatMap(({ worker, crons: list }) => list.map((cron) => ({ worker, cron, due: cronMatcher(cron), running: false })));
  let timer;
  const tick = (minute) => {
    for (const entry of entries.filter((one) => one.due(minute) && !one.running)) {
      entry.running = true;
      scheduled(entry.worker, entry.cron, minute)
        .then(({ outcome }) => outcome === "ok" || report(`cron "${entry.cron}" of ${entry.worker} ended with ${outcome}`))
        .catch((error) => report(`cron "${entry.cron}" of ${entry.worker} failed: ${error.message}`))
        .finally(() => (entry.running = false));
    }
  };
  const arm = () => {
    const next = new Date(Math.floor(Date.now() / 60_000 + 1) * 60_000);
    timer = setTimeout(() => {
      tick(next);
      arm();
    }, next.getTime() - Date.now());
  };
  arm();
  return () => clearTimeout(timer);
}
