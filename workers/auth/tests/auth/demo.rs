//! The demo's authenticators are sealed by JavaScript (tools/runtime/seal.mjs): as the product seals them.

use crypto::{keyring::KeyRing, seal};

#[test]
fn a_field_is_sealed_as_the_tools_seal_it() {
    let vector: serde_json::Value = serde_json::from_str(include_str!("../../../../fixtures/seal.json")).unwrap();
    let text = |pointer: &str| vector.pointer(pointer).and_then(serde_json::Value::as_str).unwrap();
    let keys = KeyRing::parse(text("/signing_keys")).unwrap();
    let place =
        seal::Place { tenant: text("/place/tenant"), table: text("/place/table"), column: text("/place/column"), row: text("/place/row") };
    let secret = crate::challenge::unbase32(text("/secret_base32"));
    let nonce: [u8; 12] = crypto::hash::unhex(text("/nonce_hex")).unwrap().try_into().unwrap();
    assert_eq!(seal::seal(&keys, &place, &secret, nonce).as_deref(), Ok(text("/sealed")));
    assert_eq!(secret.len(), crypto::totp::SECRET_BYTES, "a whole secret");
    let demo: serde_json::Value = serde_json::from_str(include_str!("../../../../fixtures/demo.json")).unwrap();
    assert_eq!(demo["totp_secret"], vector["secret_base32"]);
}
