// Somebody at a browser without JavaScript, as far as HTTP goes: keeps cookies by host, fills in the forms of a page, opens links of mails.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { DEMO, until } from "./portico.mjs";

/** The code of an authenticator app (RFC 6238: SHA-1, 30 s, six digits). */
export function totp(base32, at = Date.now()) {
  const bits = [...base32.replace(/[^A-Z2-7]/gi, "").toUpperCase()].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const secret = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = createHmac("sha1", secret).update(counter).digest();
  const offset = mac[19] & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

const unescaped = (text) => text.replace(/&(quot|amp|lt|gt|#39|#x27);/g, (_all, name) => ({ quot: '"', amp: "&", lt: "<", gt: ">", "#39": "'", "#x27": "'" })[name]);
const attribute = (tag, name) => {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(tag);
  return found ? unescaped(found[1]) : undefined;
};

/** The forms of a page: `{action, method, fields}`, with the fields as they stand there. */
export function formsOf(html) {
  return [...html.matchAll(/<form\b[^>]*>([\s\S]*?)<\/form>/g)].map(([form, inside]) => {
    const fields = {};
    for (const [tag] of inside.matchAll(/<input\b[^>]*>/g)) {
      const [name, type] = [attribute(tag, "name"), attribute(tag, "type") ?? "text"];
      if (!name || (["checkbox", "radio"].includes(type) && !/\schecked/.test(tag))) continue;
      fields[name] = attribute(tag, "value") ?? "";
    }
    for (const [, tag, text] of inside.matchAll(/(<textarea\b[^>]*>)([\s\S]*?)<\/textarea>/g)) fields[attribute(tag, "name")] = unescaped(text).trim();
    for (const [, tag, options] of inside.matchAll(/(<select\b[^>]*>)([\s\S]*?)<\/select>/g)) {
      const all = [...options.matchAll(/<option\b[^>]*>/g)].map(([option]) => option);
      fields[attribute(tag, "name")] = attribute(all.find((option) => /\sselected/.test(option)) ?? all[0] ?? "", "value") ?? "";
    }
    return { action: attribute(form, "action") ?? "", method: (attribute(form, "method") ?? "get").toUpperCase(), fields };
  });
}

let addresses = 0;

/** One person's browser, at an address of its own. `known` gathers what must never be seen elsewhere: passwords, tokens of links, values of cookies. */
export class Visitor {
  #jars = new Map();
  constructor(portico, known = new Set()) {
    this.p = portico;
    this.known = known;
    this.ip = `198.51.100.${(addresses += 1)}`;
  }
  #jar(host) {
    if (!this.#jars.has(host)) this.#jars.set(host, new Map());
    return this.#jars.get(host);
  }
  /** The value of a cookie. */
  cookie(host, name = "__Host-portico") {
    return this.#jar(host).get(name);
  }
  /** Puts a cookie there. */
  bring(host, name, value) {
    this.#jar(host).set(name, value);
  }

  /** One request, without following a redirect: `{status, headers, text, location}`. */
  async ask(host, path, { method = "GET", fields, headers = {} } = {}) {
    const jar = this.#jar(host);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const sent = fields && { "content-type": "application/x-www-form-urlencoded", origin: `http://${host}:${this.p.port}` };
    const response = await this.p.fetch(host, path, {
      method,
      ...(fields ? { body: new URLSearchParams(fields).toString() } : {}),
      headers: { "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0", "cf-connecting-ip": this.ip, ...(cookie ? { cookie } : {}), ...sent, ...headers },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value, rest] = /^([^=]+)=([^;]*)(.*)$/.exec(line);
      if (value === "" || /max-age=0/i.test(rest)) jar.delete(name);
      else jar.set(name, value);
      if (/^__Host-portico(-device)?$/.test(name) && value) this.known.add(value);
    }
    return { host, path, status: response.status, headers: response.headers, location: response.headers.get("location"), text: await response.text() };
  }

  /** A page, through its redirects. */
  async open(host, path) {
    let answer = await this.ask(host, path);
    for (let led = 0; answer.status === 303 && led < 6; led++) answer = await this.ask(host, answer.location);
    return answer;
  }

  /** Fills in the form of a page whose action matches, sends it, and gives the answer itself; `follow` it with {@link after}. */
  async send(page, action, fields = {}, headers = {}) {
    const form = formsOf(page.text).find((one) => one.method === "POST" && (action instanceof RegExp ? action.test(one.action) : one.action === action));
    assert.ok(form, `no form ${action} at ${page.host}${page.path} (${page.status}): ${formsOf(page.text).map((one) => one.action).join(", ")}`);
    for (const name of Object.keys(fields)) if (/password|token/.test(name)) this.known.add(fields[name]);
    return this.ask(page.host, form.action, { method: "POST", fields: { ...form.fields, ...fields }, headers });
  }
  /** The page that a form led to. */
  async after(answer) {
    assert.equal(answer.status, 303, `${answer.host}${answer.path}: ${answer.text.replace(/<[^>]+>/g, " ").slice(-600)}`);
    return this.open(answer.host, answer.location);
  }
  /** Sends a form and follows it. */
  async go(page, action, fields) {
    return this.after(await this.send(page, action, fields));
  }

  /** Signs in through the form, the second factor included. The result is the page that this led to. */
  async signIn(host, email, password = DEMO.logins[0].password) {
    const page = await this.open(host, "/sign-in");
    let answer = await this.send(page, "/sign-in", { email, password });
    if (answer.status === 303 && answer.location.startsWith("/challenge")) {
      // A code works once; for the tests' sake the last one is forgotten.
      await this.p.sql("UPDATE authenticators SET last_step = 0");
      answer = await this.send(await this.after(answer), "/challenge", { code: totp(DEMO.totp_secret) });
    }
    return this.after(answer);
  }

  /** Opens the first link of a mail. */
  async follow(mail) {
    const url = new URL(mail.link);
    const token = url.searchParams.get("token");
    if (token) this.known.add(token);
    return this.open(url.hostname, url.pathname + url.search);
  }
}

/** The newest mail to an address whose subject matches, once it was sent, with the first link of its text. */
export async function mailTo(p, address, subject) {
  const found = await until(`a mail to ${address} about ${subject}`, async () => (await mailsTo(p, address)).find((mail) => subject.test(mail.subject)));
  return { ...found, link: /https?:\/\/\S+/.exec(found.text)?.[0] };
}

/** Every mail in the dev inbox to an address. */
export async function mailsTo(p, address) {
  const response = await p.fetch("app.localhost", `/dev/mail.json?to=${encodeURIComponent(address)}`);
  return response.json();
}
