// A Stripe account as far as the set-up changes one: products, prices, portal configurations, webhook endpoints. Refuses whatever
// Stripe's own specification refuses, and keeps every request that changed something.
import { createServer } from "node:http";
import { once } from "node:events";
import { decode, misfits } from "./stripe-spec.mjs";

const KINDS = {
  products: { object: "product", prefix: "prod" },
  prices: { object: "price", prefix: "price" },
  "billing_portal/configurations": { object: "billing_portal.configuration", prefix: "bpc" },
  webhook_endpoints: { object: "webhook_endpoint", prefix: "we" },
};

/** Starts an account; `close()` ends it. */
export async function account(key) {
  const state = { held: Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, []])), changes: [], fail: undefined };
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const { status, answer } = reply(state, key, request, body);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    ...state,
    state,
    base: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

const refuse = (status, message, more = {}) => ({ status, answer: { error: { type: "invalid_request_error", message, ...more } } });

function reply(state, key, request, body) {
  const { pathname, search } = new URL(request.url, "http://stripe");
  if (state.fail) return state.fail;
  if (request.headers.authorization !== `Bearer ${key}`) return refuse(401, "Invalid API Key provided: sk_test_****");
  const form = request.method === "GET" ? search.slice(1) : body;
  const wrong = misfits(request.method, pathname, form);
  if (wrong.length > 0) return refuse(400, wrong.join("; "), { code: "parameter_unknown" });
  const kind = Object.keys(KINDS).find((one) => pathname === `/v1/${one}` || pathname.startsWith(`/v1/${one}/`));
  const id = pathname.slice(`/v1/${kind}/`.length);
  const all = state.held[kind];
  const one = all.find((object) => object.id === id);
  if (id && !one) return refuse(404, `No such ${KINDS[kind].object}: '${id}'`, { code: "resource_missing", param: "id" });
  if (request.method === "GET") return { status: 200, answer: id ? shown(one) : list(pathname, all, decode(form)) };
  state.changes.push(`${pathname} ${form}`);
  const values = typed(decode(form));
  if (one) return { status: 200, answer: shown(Object.assign(one, changed(one, values))) };
  if (kind === "prices") {
    const holder = all.find((price) => price.lookup_key === values.lookup_key);
    if (holder && !values.transfer_lookup_key) return refuse(400, "A price already uses that lookup key.", { param: "lookup_key" });
    if (holder) holder.lookup_key = null;
  }
  return { status: 200, answer: made(kind, all, values) };
}

function made(kind, all, { transfer_lookup_key: _, ...values }) {
  const { object, prefix } = KINDS[kind];
  const fresh = { id: `${prefix}_${all.length + 1}`, object, active: true, metadata: {}, livemode: false, ...values };
  if (kind === "webhook_endpoints") Object.assign(fresh, { status: "enabled", secret: `whsec_made_for_${fresh.id}` });
  if (kind === "prices") fresh.recurring = { interval_count: 1, ...values.recurring };
  all.unshift(fresh);
  // The secret is told once.
  return { ...fresh };
}

const shown = ({ secret: _, ...rest }) => rest;

function changed(one, { disabled, ...values }) {
  const metadata = { ...one.metadata, ...values.metadata };
  return { ...values, metadata, ...(disabled === undefined ? {} : { status: disabled ? "disabled" : "enabled" }) };
}

/** A page, as long as was asked for but never longer than two, so that paging is walked. */
function list(url, all, query) {
  const some = query.lookup_keys ? all.filter((one) => query.lookup_keys.includes(one.lookup_key)) : all;
  const from = query.starting_after ? some.findIndex((one) => one.id === query.starting_after) + 1 : 0;
  const data = some.slice(from, from + Math.min(2, Number(query.limit ?? 10)));
  return { object: "list", url, has_more: from + data.length < some.length, data: data.map(shown) };
}

/** Texts of a form as what they say. */
function typed(value) {
  if (Array.isArray(value)) return value.map(typed);
  if (typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, typed(one)]));
  return value === "true" ? true : value === "false" ? false : /^\d{1,15}$/.test(value) ? Number(value) : value;
}
