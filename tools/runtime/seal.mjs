// Fields that the database must not know, sealed exactly as shared/crypto/src/seal.rs seals them: for demo data that needs one.
// Both are held to fixtures/seal.json.
import { createCipheriv, hkdfSync, randomBytes } from "node:crypto";

/** The newest key of a ring `kid:base64[,kid:base64]`. */
function newest(ring) {
  const [kid, ...rest] = ring.split(",")[0].trim().split(":");
  return { kid, key: Buffer.from(rest.join(":"), "base64") };
}

/** `v1.kid.nonce.ciphertext`: AES-256-GCM under the ring's newest key, bound to its place `{tenant, table, column, row}`. */
export function seal(ring, { tenant, table, column, row }, plaintext, nonce = randomBytes(12)) {
  const { kid, key } = newest(ring);
  const derived = Buffer.from(hkdfSync("sha256", key, Buffer.alloc(0), "portico/v1/field", 32));
  const cipher = createCipheriv("aes-256-gcm", derived, nonce);
  cipher.setAAD(Buffer.from([tenant, table, column, row].map((text) => `${Buffer.byteLength(text)}:${text}`).join("|")));
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  return `v1.${kid}.${Buffer.from(nonce).toString("base64url")}.${sealed.toString("base64url")}`;
}

/** The bytes of a text in base32 (RFC 4648 §6, without padding). */
export function base32(text) {
  const bits = [...text].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  return Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
}

/** Statements that give every operator of the database an authenticator with that secret (base32), sealed to each account. */
export function authenticators(ring, secret, operators, now = Date.now()) {
  return operators.map((id) => {
    const sealed = seal(ring, { tenant: "", table: "authenticators", column: "secret", row: id }, base32(secret));
    return `INSERT INTO authenticators(subject, secret, created_at, confirmed_at) VALUES('${id}', '${sealed}', ${now}, ${now})`;
  });
}
