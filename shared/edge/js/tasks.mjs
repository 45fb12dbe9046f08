// The JavaScript half of the executor, and what happens when the wasm instance dies.
//
// A future that is not ready at its first poll becomes a task: Rust keeps the future under a number, this module keeps the promise
// that the platform waits for under the same number. Rust wakes a task by its number; it is polled in a microtask of the request
// whose I/O woke it. Every call into wasm that runs our code goes through here or through entry.mjs, so that a trap is caught where
// it happens and the request that caused it is known.
//
// A trap (a panic: panic = "abort") leaves the instance's memory in an unknown state. Nothing may run in it again: the instance is
// replaced at once, every task of the old one is settled as DIED, and glue made for the old one refuses to be called (wasm-bindgen's
// reset-state function sees to that).

/** What a task is settled with when its instance died: the entry turns it into an answer in the request's own context. */
export const DIED = Symbol("the wasm instance died");

// Tasks that outlived this belong to requests that the platform cancelled (their I/O never settles): they are dropped.
const STALE_MS = 20 * 60 * 1000;
const SWEEP_AT = 512;

/** Task number → {settle, since}. Numbers are never used twice, so a late wake finds nothing. */
const tasks = new Map();
let instance;
let panic = "";

/** Tells this module how to reach the instance: {poll(id), forget(id), reset()}. */
export function attach(exports) {
  instance = exports;
}

let last = 0;

/** A number for a task; counted here, so that it goes on when the instance is replaced. */
export function taskId() {
  last = (last + 1) >>> 0;
  return last;
}

/** The promise of a task that Rust has just parked. */
export function parked(id) {
  if (tasks.size >= SWEEP_AT) sweep();
  return new Promise((settle) => tasks.set(id, { settle, since: Date.now() }));
}

/** Called by Rust: a task can go on. */
export function wake(id) {
  queueMicrotask(() => {
    const task = tasks.get(id);
    if (task === undefined) return;
    let result;
    try {
      result = instance.poll(id);
    } catch (error) {
      died(error);
      return;
    }
    if (result === undefined) return;
    tasks.delete(id);
    task.settle(result);
  });
}

/** Called by Rust: work that may outlast the reply. */
export function waitUntil(context, id) {
  context.waitUntil(parked(id));
  wake(id);
}

/** Called by Rust's panic hook, just before the trap. */
export function panicked(message) {
  panic = message;
}

/** Replaces the instance after an exception came out of it, and ends everything that was running in it. */
export function died(error) {
  const orphans = [...tasks.values()];
  tasks.clear();
  console.error(
    JSON.stringify({
      at: Date.now(),
      event: "instance_died",
      panic,
      error: String(error),
      stack: String(error?.stack ?? "").slice(0, 4000),
      in_flight: orphans.length,
    }),
  );
  panic = "";
  instance.reset();
  for (const { settle } of orphans) settle(DIED);
}

function sweep() {
  const limit = Date.now() - STALE_MS;
  for (const [id, { since }] of tasks) {
    if (since > limit) break; // in order of insertion
    tasks.delete(id);
    instance.forget(id);
  }
}

// A trap in a promise callback of the glue itself (memory exhausted, say) is not under any guard above. Callbacks of a dead instance
// that fire later are expected and say nothing.
addEventListener("unhandledrejection", (event) => {
  const { reason } = event;
  if (reason instanceof WebAssembly.RuntimeError) died(reason);
  else if (reason?.message === "Cannot invoke closure from previous WASM instance") event.preventDefault();
});
