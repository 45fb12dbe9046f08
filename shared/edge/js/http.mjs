// Requests and replies, in and out, as few crossings as they can be.

/** What `readBody` returns instead of bytes; the numbers are those of entry/incoming.rs. */
const TOO_LARGE = 1;
const BROKEN = 2;

/** A header of a request, by lower-case name. */
export function header(request, name) {
  return request.headers.get(name) ?? undefined;
}

/** The method of a request that has no number. */
export function method(request) {
  return request.method;
}

/** Reads a body of at most `cap` bytes: an ArrayBuffer or Uint8Array, or a number saying why not. */
export async function readBody(request, cap) {
  try {
    const declared = request.headers.get("content-length");
    // The platform cuts a body at its declared length, so that the declaration can be trusted.
    if (declared !== null) return Number(declared) <= cap ? new Uint8Array(await request.arrayBuffer()) : TOO_LARGE;
    if (request.body === null) return new Uint8Array(0);
    const { bytes, more } = await readAtMost(request.body, cap);
    return more ? TOO_LARGE : bytes;
  } catch {
    return BROKEN;
  }
}

/** Reads a stream until it ends or has given more than `cap` bytes; holds at most `cap` bytes and a chunk. */
async function readAtMost(stream, cap) {
  const reader = stream.getReader();
  const chunks = [];
  let length = 0;
  let more = false;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const room = cap - length;
    if (value.length > room) {
      more = true;
      if (room > 0) chunks.push(value.subarray(0, room));
      length = cap;
      reader.cancel().catch(() => {});
      break;
    }
    chunks.push(value);
    length += value.length;
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return { bytes, more };
}

/** `name\nvalue\nname\nvalue` as pairs: a name may stand twice. */
function pairs(block) {
  const flat = block.split("\n");
  const list = new Array(flat.length >> 1);
  for (let i = 0; i < list.length; i++) list[i] = [flat[2 * i], flat[2 * i + 1]];
  return list;
}

/** The same as an object, which the platform takes at two thirds of the cost; as pairs where a name stands twice. */
function record(block) {
  if (block === "") return undefined;
  const flat = block.split("\n");
  const headers = {};
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i];
    if (headers[name] !== undefined) return pairs(block);
    headers[name] = flat[i + 1];
  }
  return headers;
}

/** Makes a response. What can't be one is a fault of ours: logged, and answered as such. Nothing is thrown into wasm. */
function reply(status, headers, body) {
  try {
    return new Response(body, { status, headers: record(headers) });
  } catch (error) {
    return refused(status, String(error?.message ?? error));
  }
}

/** Instead of a reply that can't be made. */
export function refused(status, cause) {
  console.error(JSON.stringify({ at: Date.now(), event: "reply_refused", status, cause }));
  return new Response(null, { status: 500, headers: { "cache-control": "no-store" } });
}

/** A reply with bytes. `body` is a view of wasm memory: the constructor copies it. */
export function replyBytes(status, headers, body) {
  return reply(status, headers, body);
}

/** A reply without a body. */
export function replyEmpty(status, headers) {
  return reply(status, headers, null);
}

/** A reply that passes a stream through. */
export function replyStream(status, headers, stream) {
  return reply(status, headers, stream);
}

/** Sends a request, through another Worker when one is given, and reads at most `cap` bytes of its answer: [status, headers as a block, bytes]; or the text of what went wrong;
 *  or undefined when it took longer than `timeout` milliseconds. Redirects are answers. */
export async function send(fetcher, method, url, headers, body, timeout, cap) {
  const controller = new AbortController();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    controller.abort();
  }, timeout);
  try {
    const response = await (fetcher ?? globalThis).fetch(url, {
      method,
      headers: headers === "" ? [] : pairs(headers),
      body: body.length > 0 ? body.slice() : undefined,
      redirect: "manual",
      signal: controller.signal,
    });
    const { bytes } = response.body === null ? { bytes: new Uint8Array(0) } : await readAtMost(response.body, cap);
    const lines = [];
    for (const [name, value] of response.headers) lines.push(name, value);
    return [response.status, lines.join("\n"), bytes];
  } catch (error) {
    return late ? undefined : String(error?.message ?? error);
  } finally {
    clearTimeout(timer);
  }
}
