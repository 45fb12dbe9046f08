// A plain HTTP client: any Host on 127.0.0.1, nothing added, no redirect followed, nothing decompressed.
import { request } from "node:http";
import { Readable } from "node:stream";

// `fetch` of Node adds Sec-Fetch-Mode, User-Agent and Accept-Language, and *.localhost doesn't resolve in Node.
const BODILESS = new Set([101, 204, 205, 304]);

/**
 * Sends one request to 127.0.0.1:`port` and resolves to a standard Response, whose body streams.
 *
 * `host` is the host name without a port ("app.localhost"); the port is added, as browsers do. `init` is `{method, headers,
 * body, signal}`: headers as an object (an array as value sends the header several times), body as string or bytes.
 */
export function send(port, host, path, { method = "GET", headers = {}, body, signal } = {}) {
  return new Promise((resolve, reject) => {
    const own = Object.fromEntries(headers instanceof Headers ? headers : Object.entries(headers));
    const bytes = body === undefined || body === null ? undefined : Buffer.from(body);
    const given = new Set(Object.keys(own).map((name) => name.toLowerCase()));
    if (!given.has("host")) own.Host = `${host}:${port}`;
    if (bytes && !given.has("content-length") && !given.has("transfer-encoding")) own["Content-Length"] = bytes.length;
    // One connection a request: a kept one would be dead after the runtime was killed.
    const outgoing = request({ host: "127.0.0.1", port, path, method, headers: own, agent: false, signal }, (incoming) => {
      const received = new Headers();
      for (let i = 0; i < incoming.rawHeaders.length; i += 2) received.append(incoming.rawHeaders[i], incoming.rawHeaders[i + 1]);
      const empty = method === "HEAD" || BODILESS.has(incoming.statusCode);
      if (empty) incoming.resume();
      resolve(new Response(empty ? null : Readable.toWeb(incoming), { status: incoming.statusCode, headers: received }));
    });
    outgoing.on("error", reject);
    outgoing.end(bytes);
  });
}
