//! Signatures of outgoing webhooks as Standard Webhooks 1.0 has them: `v1,base64(HMAC-SHA256(id.timestamp.body))`.
//!
//! While a secret is being rotated a message carries one signature for each live secret, separated by spaces; a receiver accepts
//! any. The body is signed as the bytes that are sent.

use crate::{
    Secret,
    mac::{hmac_sha256, verify as verify_mac},
};
use base64::{Engine, engine::general_purpose::STANDARD};

/// What the text form of a secret begins with.
pub const PREFIX: &str = "whsec_";
/// How far a receiver's clock and ours may be apart, in seconds.
pub const TOLERANCE_SECONDS: i64 = 300;

/// A secret that signs: 24 to 64 bytes.
#[derive(Clone)]
pub struct WebhookSecret(Secret<Vec<u8>>);

/// Not a secret: `whsec_` and the base64 of 24 to 64 bytes is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretError;
impl std::fmt::Display for SecretError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a webhook secret is `{PREFIX}` and the base64 of 24 to 64 bytes")
    }
}
impl std::error::Error for SecretError {}

impl WebhookSecret {
    /// A new secret of 32 bytes from the rng port.
    pub fn generate(random: [u8; 32]) -> Self {
        Self(Secret::new(random.to_vec()))
    }
    /// From its bytes.
    ///
    /// # Errors
    /// Fewer than 24 or more than 64 bytes.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, SecretError> {
        if (24..=64).contains(&bytes.len()) { Ok(Self(Secret::new(bytes))) } else { Err(SecretError) }
    }
    /// From its text form, `whsec_` and base64.
    ///
    /// # Errors
    /// Anything else, or a length out of range.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let bytes = text.strip_prefix(PREFIX).and_then(|b| STANDARD.decode(b).ok()).ok_or(SecretError)?;
        Self::from_bytes(bytes)
    }
    /// The text form, for the owner.
    pub fn reveal(&self) -> Secret<String> {
        Secret::new(format!("{PREFIX}{}", STANDARD.encode(self.0.expose())))
    }
    /// The bytes, for sealing.
    pub fn bytes(&self) -> &[u8] {
        self.0.expose()
    }

    /// The signature of one message: `v1,…`. `id` must not contain a dot (ours don't); `timestamp` is Unix seconds.
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let signed = hmac_sha256(self.bytes(), &[id.as_bytes(), b".", timestamp.to_string().as_bytes(), b".", body]);
        format!("v1,{}", STANDARD.encode(signed))
    }
}

/// The value of `webhook-signature`: one signature for each live secret, separated by spaces.
pub fn sign_all<'s>(secrets: impl IntoIterator<Item = &'s WebhookSecret>, id: &str, timestamp: i64, body: &[u8]) -> String {
    let signatures: Vec<String> = secrets.into_iter().map(|secret| secret.sign(id, timestamp, body)).collect();
    signatures.join(" ")
}

/// Why a receiver refuses a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerifyError {
    /// The id holds a dot, or the timestamp is not a number.
    Malformed,
    /// Signed more than [`TOLERANCE_SECONDS`] ago or ahead.
    OutOfTime,
    /// No signature fits.
    NoMatch,
}

/// Checks a message as its receiver does: headers as they came, time in Unix milliseconds.
///
/// # Errors
/// See [`VerifyError`].
pub fn verify(secret: &WebhookSecret, id: &str, timestamp: &str, signatures: &str, body: &[u8], now_ms: i64) -> Result<(), VerifyError> {
    let at: i64 = timestamp.parse().map_err(|_| VerifyError::Malformed)?;
    if id.contains('.') || at.to_string() != timestamp {
        return Err(VerifyError::Malformed);
    }
    if now_ms.div_euclid(1_000).saturating_sub(at).unsigned_abs() > TOLERANCE_SECONDS.unsigned_abs() {
        return Err(VerifyError::OutOfTime);
    }
    let parts: [&[u8]; 5] = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body];
    let fits = signatures
        .split(' ')
        .filter_map(|one| STANDARD.decode(one.strip_prefix("v1,")?).ok())
        .fold(false, |found, tag| found | verify_mac(secret.bytes(), &parts, &tag));
    if fits { Ok(()) } else { Err(VerifyError::NoMatch) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const AT: i64 = 1_614_265_330;
    const BODY: &[u8] = b"{\"test\": 2432232314}";
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn secret() -> WebhookSecret {
        WebhookSecret::parse(TEXT).ok().unwrap()
    }

    /// The answer was made with npm `standardwebhooks` 1.1.1.
    #[test]
    fn known_answer() {
        assert_eq!(secret().sign(ID, AT, BODY), SIGNATURE);
        assert_eq!(verify(&secret(), ID, "1614265330", SIGNATURE, BODY, AT * 1_000), Ok(()));
        assert_eq!(secret().reveal().expose(), TEXT);
    }

    #[test]
    fn rotation_signs_with_both() {
        let new = WebhookSecret::generate([5; 32]);
        let header = sign_all([&new, &secret()], ID, AT, BODY);
        assert_eq!(header, format!("{} {SIGNATURE}", new.sign(ID, AT, BODY)));
        for secret in [new, secret()] {
            assert_eq!(verify(&secret, ID, "1614265330", &header, BODY, AT * 1_000), Ok(()));
        }
    }

    #[test]
    fn both_sides_of_the_clock_are_checked() {
        for (off, expected) in
            [(0, Ok(())), (300, Ok(())), (-300, Ok(())), (301, Err(VerifyError::OutOfTime)), (-301, Err(VerifyError::OutOfTime))]
        {
            assert_eq!(verify(&secret(), ID, "1614265330", SIGNATURE, BODY, (AT + off) * 1_000), expected, "{off}");
        }
    }

    #[test]
    fn other_schemes_and_odd_headers_are_refused() {
        let now = AT * 1_000;
        assert_eq!(verify(&secret(), ID, "1614265330", "", BODY, now), Err(VerifyError::NoMatch));
        assert_eq!(verify(&secret(), ID, "1614265330", &SIGNATURE.replace("v1,", "v1a,"), BODY, now), Err(VerifyError::NoMatch));
        assert_eq!(verify(&secret(), "a.b", "1614265330", SIGNATURE, BODY, now), Err(VerifyError::Malformed));
        for at in ["", "soon", "+1614265330", "01614265330", "1614265330.0"] {
            assert_eq!(verify(&secret(), ID, at, SIGNATURE, BODY, now), Err(VerifyError::Malformed), "{at}");
        }
    }

    #[test]
    fn secrets_of_other_lengths_are_refused() {
        for (length, good) in [(0, false), (23, false), (24, true), (64, true), (65, false)] {
            assert_eq!(WebhookSecret::parse(&format!("{PREFIX}{}", STANDARD.encode(vec![1; length]))).is_ok(), good, "{length}");
        }
        assert!(WebhookSecret::parse(TEXT.trim_start_matches(PREFIX)).is_err());
        assert!(WebhookSecret::parse("whsec_not base64").is_err());
    }

    proptest! {
        #[test]
        fn any_changed_byte_of_the_body_is_refused(body in proptest::collection::vec(any::<u8>(), 1..200), at: prop::sample::Index, bit in 0_u32..8) {
            let header = secret().sign(ID, AT, &body);
            prop_assert_eq!(verify(&secret(), ID, "1614265330", &header, &body, AT * 1_000), Ok(()));
            let mut changed = body.clone();
            changed[at.index(body.len())] ^= 1 << bit;
            prop_assert_eq!(verify(&secret(), ID, "1614265330", &header, &changed, AT * 1_000), Err(VerifyError::NoMatch));
        }
    }
}
