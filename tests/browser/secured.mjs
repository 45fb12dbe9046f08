// TLS before the local runtime, as Cloudflare's edge is before the Workers: for names that are not *.localhost, whose Secure cookies
// browsers keep only so. The runtime sees plain HTTP, so the scheme of `Origin` is put back to what the runtime sees; nothing else is touched.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A certificate for this run, which nobody trusts. */
function certificate() {
  const folder = mkdtempSync(join(tmpdir(), "portico-tls-"));
  try {
    const [key, cert] = ["key.pem", "cert.pem"].map((name) => join(folder, name));
    execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=portico.test", "-keyout", key, "-out", cert], { stdio: "ignore" });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Listens on a port of its own and passes everything on to the runtime's. */
export async function secured(behind) {
  const server = https.createServer(certificate(), (request, response) => {
    const headers = { ...request.headers };
    if (headers.origin?.startsWith("https:")) headers.origin = headers.origin.replace("https:", "http:");
    const onward = http.request({ host: "127.0.0.1", port: behind, method: request.method, path: request.url, headers, setHost: false }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { scheme: "https", port: server.address().port, close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))) };
}
