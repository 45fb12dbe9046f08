// The tools seal demo data exactly as the product does: both are held to one vector (workers/auth/tests/auth/demo.rs is the other).
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "../../tools/paths.mjs";
import { authenticators, base32, seal } from "../../tools/runtime/seal.mjs";

const vector = JSON.parse(readFileSync(join(ROOT, "fixtures/seal.json"), "utf8"));

test("a field is sealed as the product seals it", () => {
  const sealed = seal(vector.signing_keys, vector.place, base32(vector.secret_base32), Buffer.from(vector.nonce_hex, "hex"));
  assert.equal(sealed, vector.sealed);
});

test("each operator gets an authenticator that is sealed to their own account", () => {
  const [one, two] = authenticators(vector.signing_keys, vector.secret_base32, ["usr_1", "usr_2"], 5);
  assert.match(one, /^INSERT INTO authenticators\(.*'usr_1', 'v1\.k1\./);
  assert.notEqual(one.split("'")[3], two.split("'")[3]);
});
