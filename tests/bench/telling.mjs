// `npm run bench:telling`: whether the time of an answer tells if an address has an account (security-and-ui.md §1.3 T4). On workerd,
// interleaved and each first in turn, the medians and a rank test. Printed, not asserted: a busy machine would be right only by luck.
import process from "node:process";
import { main } from "../../tools/progress.mjs";
import { setup } from "../../tools/setup.mjs";

const SAMPLES = Number(process.env.SAMPLES ?? 200);
const WAYS = [
  { page: "/sign-in", post: "/sign-in", fields: { password: "not-the-password-of-anybody" } },
  { page: "/reset", post: "/reset", fields: {} },
  { page: "/sign-in/link", post: "/sign-in/link", fields: {} },
  { page: "/sign-up", post: "/sign-up", fields: { name: "Somebody", password: "violet-harbor-mandolin-71" } },
];

const ONLY = process.env.WAY;

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Two-sided p of the Mann–Whitney U test, by its normal approximation, which holds for samples of this size. */
function mannWhitney(a, b) {
  const all = [...a.map((value) => ({ value, first: true })), ...b.map((value) => ({ value, first: false }))].sort((x, y) => x.value - y.value);
  const ranks = all.reduce((sum, { first }, at) => sum + (first ? at + 1 : 0), 0);
  const u = ranks - (a.length * (a.length + 1)) / 2;
  const z = Math.abs(u - (a.length * b.length) / 2) / Math.sqrt((a.length * b.length * (a.length + b.length + 1)) / 12);
  // Abramowitz and Stegun 26.2.17.
  const t = 1 / (1 + 0.2316419 * z);
  const tail = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return Math.min(1, 2 * tail);
}

await main(async () => {
  await setup();
  const { portico } = await import("../e2e/portico.mjs");
  const runtime = await portico();
  const host = "app.localhost";
  const origin = `http://${host}:${runtime.port}`;
  const ask = async ({ page, post, fields }, email, at) => {
    // An address of its own for each request, so that no limit answers instead.
    const from = { "cf-connecting-ip": `2001:db8:${(at >> 8).toString(16)}:${(at & 255).toString(16)}::1` };
    const shown = await runtime.fetch(host, page, { headers: from });
    const cookie = /__Host-portico-form=[^;]+/.exec(shown.headers.get("set-cookie") ?? "")?.[0] ?? "";
    const csrf = /name="csrf" value="([^"]+)"/.exec(await shown.text())?.[1] ?? "";
    const body = new URLSearchParams({ csrf, email, ...fields }).toString();
    const headers = { ...from, origin, cookie, "content-type": "application/x-www-form-urlencoded" };
    const began = performance.now();
    const answer = await runtime.fetch(host, post, { method: "POST", headers, body });
    await answer.text();
    return { took: performance.now() - began, status: answer.status };
  };
  let at = 0;
  for (const way of WAYS.filter(({ post }) => !ONLY || post === ONLY)) {
    const took = { known: [], unknown: [] };
    const statuses = new Set();
    for (let i = 0; i < SAMPLES; i++) {
      for (const kind of i % 2 ? ["known", "unknown"] : ["unknown", "known"]) {
        const email = kind === "known" ? "victor.lindqvist@northwind.example" : `nobody${i % 7}@northwind.example`;
        await runtime.sql("DELETE FROM rate_windows");
        // As for somebody who mistypes now and then: at a hundred in a row the password would be switched off, and its owner told.
        await runtime.sql("UPDATE users SET failures = 0 WHERE failures > 50");
        const { took: ms, status } = await ask(way, email, ++at);
        took[kind].push(ms);
        statuses.add(`${kind} ${status}`);
      }
    }
    const [known, unknown] = [median(took.known), median(took.unknown)];
    console.log(
      `${way.post.padEnd(14)} known ${known.toFixed(2)} ms, unknown ${unknown.toFixed(2)} ms, ${(((known - unknown) / unknown) * 100).toFixed(1)} % apart, p = ${mannWhitney(took.known, took.unknown).toFixed(3)} (${SAMPLES} each; ${[...statuses].join(", ")})`,
    );
  }
  await runtime.end();
});
