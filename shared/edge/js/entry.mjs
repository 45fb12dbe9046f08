// The main module of every Worker: hands the platform's events to the Worker's wasm exports and its answers back.
//
// A plain object, not a class: the platform makes no instance per request. A handler that is ready at its first poll answers without
// a promise. An exception out of wasm means that the instance is lost (Rust code returns errors, it does not throw them): see
// tasks.mjs. The request that trapped answers 500, those that were in flight 503, and the next one finds a fresh instance.

import * as glue from "./worker.js";
import { DIED, attach, died, parked } from "./tasks.mjs";

const exports = glue; // a name the bundler does not look through: queue and scheduled are absent in most Workers
const { fetch, queue, scheduled } = exports;
attach({ poll: exports.poll_task, forget: exports.forget_task, reset: exports.__wbg_reset_state });

// The order is that of `Method` in entry/incoming.rs; 0 is any other.
const METHODS = { GET: 1, HEAD: 2, POST: 3, PUT: 4, PATCH: 5, DELETE: 6, OPTIONS: 7 };

/** An answer when there is no instance to ask: RFC 9457, the members of the kernel's own problems. */
function problem(status, code, title) {
  const body = { type: `https://portico.dev/errors/${code}`, title, status, code };
  const headers = { "content-type": "application/problem+json", "cache-control": "no-store" };
  if (status === 503) headers["retry-after"] = "1";
  return new Response(JSON.stringify(body), { status, headers });
}
const internal = () => problem(500, "internal", "Something went wrong on our side.");
const interrupted = () => problem(503, "unavailable", "The request was interrupted. Try again.");

const answer = {
  fetch(request, env, context) {
    let result;
    try {
      result = fetch(request, request.url, METHODS[request.method] ?? 0, env, context);
    } catch (error) {
      died(error);
      return internal();
    }
    return typeof result === "number" ? later(result) : result;
  },
};

/** The answer of a parked request. Made here, in the request's own context, when its instance died. */
async function later(id) {
  const result = await parked(id);
  if (result === DIED) return interrupted();
  return result;
}

/** Runs a handler that has no answer; rejects when it failed, so that the platform tries again. */
async function finish(start) {
  let result;
  try {
    result = start();
  } catch (error) {
    died(error);
    throw new Error("the Worker died");
  }
  if (typeof result === "number") result = await parked(result);
  if (result === DIED) throw new Error("the Worker died");
  if (result instanceof Error) throw result;
}

if (queue) {
  answer.queue = (batch, env, context) => {
    const messages = batch.messages.map((m) => [m.id, m.attempts, m.timestamp.getTime(), typeof m.body === "string" ? m.body : null]);
    return finish(() => queue(batch.queue, JSON.stringify(messages), batch.messages, env, context));
  };
}
if (scheduled) {
  answer.scheduled = (controller, env, context) =>
    finish(() => scheduled(controller.cron, controller.scheduledTime, env, context));
}

export default answer;
