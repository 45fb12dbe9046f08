// Secrets for machines that are nobody's production: random, in a git-ignored file, never in the repository.
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Fresh values for every secret a Worker can require. The formats are those of .dev.vars.example. */
export function generateSecrets() {
  return {
    SIGNING_KEYS: `k1:${randomBytes(32).toString("base64")}`,
    STRIPE_SECRET_KEY: `sk_test_${randomBytes(24).toString("hex")}`,
    STRIPE_WEBHOOK_SECRETS: `whsec_${randomBytes(24).toString("hex")}`,
    // Locally no mail leaves the machine.
    RESEND_API_KEY: "unused",
    CLOUDFLARE_API_TOKEN: "unused",
    // For /setup, while there is no operator; the demo has two.
    PLATFORM_BOOTSTRAP_TOKEN: randomBytes(24).toString("base64url"),
  };
}

/** Reads `NAME="value"` lines; quotes are optional, lines that begin with # are comments. */
export function parseVars(text) {
  const vars = {};
  for (const line of text.split("\n")) {
    const found = /^\s*([A-Z][A-Z0-9_]*)\s*=\s*("?)(.*?)\2\s*$/.exec(line);
    if (found) vars[found[1]] = found[3];
  }
  return vars;
}

/** The secrets kept in `file`; those it doesn't have yet are made up and added, readable by the owner only. */
export function keptSecrets(file) {
  const kept = existsSync(file) ? parseVars(readFileSync(file, "utf8")) : {};
  const all = { ...generateSecrets(), ...kept };
  if (Object.keys(all).some((name) => !(name in kept))) {
    const lines = Object.entries(all).map(([name, value]) => `${name}="${value}"`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `# Made by npm start for this clone only. Delete it with npm run reset, never commit it.\n${lines.join("\n")}\n`, { mode: 0o600 });
  }
  return all;
}
