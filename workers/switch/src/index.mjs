// Generated from the Workers' route tables. Don't edit: cargo run -p xtask -- generate
//
// Stands in for Cloudflare's routes where there is one entry for all hosts: kind of host and longest prefix of the path choose
// the Worker, and the request goes there as it came. It decides nothing, adds nothing and is trusted by nobody. Deployed, it
// only serves the static files.

/** By surface: what a path begins with and the binding it leads to, longest first. */
const TABLES = {
  app: [
    ["/account/notifications", "ORG"],
    ["/invitations/accept", "AUTH"],
    ["/challenge", "AUTH"],
    ["/billing/", "BILLING"],
    ["/sign-out", "AUTH"],
    ["/account", "AUTH"],
    ["/confirm", "AUTH"],
    ["/sign-in", "AUTH"],
    ["/sign-up", "AUTH"],
    ["/reset", "AUTH"],
    ["/theme", "AUTH"],
    ["/", "ORG"],
  ],
  portal: [
    ["/account/notifications", "PORTAL"],
    ["/invitations/accept", "AUTH"],
    ["/challenge", "AUTH"],
    ["/sign-out", "AUTH"],
    ["/account", "AUTH"],
    ["/confirm", "AUTH"],
    ["/sign-in", "AUTH"],
    ["/sign-up", "AUTH"],
    ["/reset", "AUTH"],
    ["/theme", "AUTH"],
    ["/", "PORTAL"],
  ],
  platform: [
    ["/challenge", "AUTH"],
    ["/sign-out", "AUTH"],
    ["/account", "AUTH"],
    ["/billing", "BILLING"],
    ["/confirm", "AUTH"],
    ["/sign-in", "AUTH"],
    ["/reset", "AUTH"],
    ["/setup", "AUTH"],
    ["/theme", "AUTH"],
    ["/", "PLATFORM"],
  ],
  api: [
    ["/v1/webhook-deliveries", "WEBHOOKS"],
    ["/v1/webhook-endpoints", "WEBHOOKS"],
    ["/webhooks/stripe", "BILLING"],
    ["/v1/event-types", "WEBHOOKS"],
    ["/v1/exports", "EXPORTS"],
    ["/", "API"],
  ],
};

/** An address that names its content's hash never means anything else. */
const HASHED = /^\?v=[0-9a-f]{8,}$/;
const INDEX_HEADERS = { "cache-control": "no-store", "content-security-policy": "default-src 'none'; style-src 'self'" };

/** What kind of host it is; which portal, and whether there is one, the Workers find out. */
function surfaceOf(host, env) {
  if (host === env.API_HOST || host === env.API_ALIAS_HOST) return "api";
  if (host === env.APP_HOST) return "app";
  return host === env.PLATFORM_HOST ? "platform" : "portal";
}

/** What every Worker answers to a host that is nobody's (RFC 9457). */
function nobody() {
  const title = "This address is not in use";
  const body = { type: "https://portico.dev/errors/unknown_host", title, status: 404, code: "unknown_host" };
  return Response.json(body, { status: 404, headers: { "content-type": "application/problem+json", "cache-control": "no-store" } });
}

/** A static file, with the headers that depend on its name. */
async function file(request, env, headers) {
  const found = await env.ASSETS.fetch(request);
  const reply = new Response(found.body, found);
  reply.headers.set("x-content-type-options", "nosniff");
  if (found.status < 400) for (const [name, value] of Object.entries(headers)) reply.headers.set(name, value);
  return reply;
}

const entry = {
  fetch(request, env) {
    // Where a Host header can't stand in a URL, no host of ours was meant.
    if (!URL.canParse(request.url)) return nobody();
    const { hostname, pathname, search } = new URL(request.url);
    const host = hostname.endsWith(".") ? hostname.slice(0, -1) : hostname;
    if (host === "stripe.localhost" && env.STRIPE_EMULATOR) return env.STRIPE_EMULATOR.fetch(request);
    const surface = surfaceOf(host, env);
    // Pages for developers: there is no such binding where this is deployed.
    if (surface === "app" && pathname.startsWith("/dev/") && env.DEV) return env.DEV.fetch(request);
    if (request.method === "GET" || request.method === "HEAD") {
      if (surface !== "api" && pathname.startsWith("/assets/")) {
        return file(request, env, HASHED.test(search) ? { "cache-control": "public, max-age=31536000, immutable" } : {});
      }
      // The page that npm start makes for the machine it runs on.
      if (host === env.API_ALIAS_HOST && (pathname === "/" || pathname === "/local.css")) return file(request, env, INDEX_HEADERS);
    }
    const target = TABLES[surface].find(([prefix]) => pathname.startsWith(prefix))?.[1];
    return env[target]?.fetch(request) ?? new Response(null, { status: 404 });
  },
};
export default entry;
/** The same, past the platform's own handling of static files: the local runtime's way in. */
export { entry as local };
