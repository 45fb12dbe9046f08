// The clock, randomness and the log.

/** Milliseconds since 1970; stands still between I/O. */
export function now() {
  return Date.now();
}

/** Fills a view of wasm memory; the platform takes at most 65,536 bytes a call, the caller sees to that. */
export function randomize(bytes) {
  crypto.getRandomValues(bytes);
}

/** Writes one line. */
export function log(line, failed) {
  if (failed) console.error(line);
  else console.log(line);
}

/** A binding by name. */
export function binding(env, name) {
  return env[name] ?? undefined;
}

/** Acknowledges a message of a batch. */
export function ack(messages, index) {
  messages[index].ack();
}

/** Asks for a message of a batch again. */
export function retry(messages, index, delaySeconds) {
  messages[index].retry({ delaySeconds });
}

/** Waits; used by tests of the executor. */
export function sleep(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}
