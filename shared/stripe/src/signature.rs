//! `Stripe-Signature`: `t=<Unix seconds>,v1=<hex>[,v1=<hex>…]`, HMAC-SHA256 over `t.body` with the endpoint's secret.
//!
//! Verified over the raw bytes, before anything is parsed. Several `v1` are there while Stripe rolls a secret, several secrets
//! are configured while we do; other schemes (`v0`) are ignored. Stripe's own libraries check the past side of the clock only; we
//! check both. The caller caps the size of the body (1 MiB).

use crypto::{Secret, hash::hex, mac::hmac_sha256, secret::constant_time_eq};
use std::fmt;

/// The name of the secret that holds the endpoint's signing secrets.
pub const VARIABLE: &str = "STRIPE_WEBHOOK_SECRETS";
/// How far Stripe's clock and ours may be apart, in seconds.
pub const TOLERANCE_SECONDS: i64 = 300;
/// Longer headers are refused unread.
const MAX_HEADER: usize = 4_096;

/// The signing secrets of the endpoint: all verify, so that one can be rolled.
pub struct SigningSecrets(Vec<Secret<String>>);

/// What is wrong with the configured secrets. Never holds a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretsError {
    position: usize,
}
impl fmt::Display for SecretsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{VARIABLE}: secret {} is not of the form `whsec_…`. Set it to the endpoint's signing secret, several separated by commas.",
            self.position
        )
    }
}
impl std::error::Error for SecretsError {}

impl SigningSecrets {
    /// Reads `whsec_…[,whsec_…]`.
    ///
    /// # Errors
    /// The first that is not of that form.
    pub fn parse(text: &str) -> Result<Self, SecretsError> {
        let mut secrets = Vec::new();
        for (index, item) in text.split(',').enumerate() {
            let item = item.trim();
            let tail = item.strip_prefix("whsec_").unwrap_or_default();
            if tail.len() < 8 || !tail.bytes().all(|b| b.is_ascii_graphic()) {
                return Err(SecretsError { position: index + 1 });
            }
            secrets.push(Secret::new(item.to_owned()));
        }
        Ok(Self(secrets))
    }
}

/// Why a delivery is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureError {
    /// There is no header.
    Missing,
    /// The header is not `t=…,v1=…`.
    Malformed,
    /// Signed, but more than [`TOLERANCE_SECONDS`] ago: a replay, or a wrong clock.
    TooOld,
    /// Signed, but for more than [`TOLERANCE_SECONDS`] ahead.
    InFuture,
    /// No `v1` fits any secret: a wrong secret, a changed body, or not from Stripe.
    NoMatch,
}
impl fmt::Display for SignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "the Stripe-Signature header is missing",
            Self::Malformed => "the Stripe-Signature header is malformed",
            Self::TooOld => "the signature is too old",
            Self::InFuture => "the signature is of the future",
            Self::NoMatch => "no signature fits",
        })
    }
}
impl std::error::Error for SignatureError {}

/// Verifies a delivery: the header as it came, the body as raw bytes, the time in Unix milliseconds. Gives back when it was
/// signed (Unix seconds).
///
/// The clock is looked at last: [`SignatureError::TooOld`] and [`SignatureError::InFuture`] are said of genuine signatures only.
///
/// # Errors
/// See [`SignatureError`].
pub fn verify(secrets: &SigningSecrets, header: Option<&str>, body: &[u8], now_ms: i64) -> Result<i64, SignatureError> {
    let header = header.ok_or(SignatureError::Missing)?;
    if header.len() > MAX_HEADER {
        return Err(SignatureError::Malformed);
    }
    let (mut timestamp, mut given) = (None, Vec::new());
    for part in header.split(',') {
        match part.split_once('=') {
            Some(("t", _)) if timestamp.is_some() => return Err(SignatureError::Malformed),
            Some(("t", text)) => timestamp = Some(text),
            Some(("v1", signature)) => given.push(signature.as_bytes()),
            Some(_) => {}
            None => return Err(SignatureError::Malformed),
        }
    }
    let text = timestamp.ok_or(SignatureError::Malformed)?;
    let signed_at: i64 = text.parse().map_err(|_| SignatureError::Malformed)?;
    // One spelling a number: `+1` and `01` are none that Stripe sends.
    if signed_at.to_string() != text {
        return Err(SignatureError::Malformed);
    }
    // No early end: the time doesn't show which secret or which signature it was.
    let matched = secrets.0.iter().fold(false, |found, secret| {
        let expected = signature(secret.expose(), text, body);
        given.iter().fold(found, |found, one| found | constant_time_eq(expected.as_bytes(), one))
    });
    if !matched {
        return Err(SignatureError::NoMatch);
    }
    match now_ms.div_euclid(1_000).saturating_sub(signed_at) {
        age if age > TOLERANCE_SECONDS => Err(SignatureError::TooOld),
        age if age < -TOLERANCE_SECONDS => Err(SignatureError::InFuture),
        _ => Ok(signed_at),
    }
}

/// Makes the header as Stripe does, for one secret. For the emulator and for tests; `timestamp` is Unix seconds.
pub fn sign(secret: &str, timestamp: i64, body: &[u8]) -> String {
    let text = timestamp.to_string();
    format!("t={text},v1={}", signature(secret, &text, body))
}

fn signature(secret: &str, timestamp: &str, body: &[u8]) -> String {
    hex(&hmac_sha256(secret.as_bytes(), &[timestamp.as_bytes(), b".", body]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ONE: &str = "whsec_portico_test_one";
    const TWO: &str = "whsec_portico_test_two";
    const AT: i64 = 1_795_464_526;
    const BODY: &[u8] = "{\n  \"id\": \"evt_1\",\n  \"object\": \"event\",\n  \"note\": \"héllo – €\"\n}".as_bytes();
    // Made with npm `stripe` 23.1.0: webhooks.generateTestHeaderString({payload: BODY, secret, timestamp: AT, scheme}).
    const BY_ONE: &str = "t=1795464526,v1=09123c1e56755ea5438156979b8adc3451ad02d3e7954a9b38033687f3e8a7b2";
    const BY_TWO: &str = "t=1795464526,v1=0080ddc24d581f99bbdf40380d25c5ac4b6d462edcd9dc33c5e23ceced5cff85";
    const V0_BY_ONE: &str = "t=1795464526,v0=09123c1e56755ea5438156979b8adc3451ad02d3e7954a9b38033687f3e8a7b2";

    fn secrets(text: &str) -> SigningSecrets {
        SigningSecrets::parse(text).ok().unwrap()
    }
    fn check(text: &str, header: &str, off: i64) -> Result<i64, SignatureError> {
        verify(&secrets(text), Some(header), BODY, (AT + off) * 1_000)
    }

    #[test]
    fn accepts_what_stripes_library_signs() {
        assert_eq!(check(ONE, BY_ONE, 0), Ok(AT));
        assert_eq!(sign(ONE, AT, BODY), BY_ONE);
        assert_eq!(sign(TWO, AT, BODY), BY_TWO);
    }

    #[test]
    fn accepts_while_a_secret_is_rolled() {
        let both = format!("{TWO}, {ONE}");
        let twice = format!("{BY_ONE},{}", BY_TWO.split_once(',').unwrap().1);
        for header in [BY_ONE, BY_TWO, &twice] {
            assert_eq!(check(&both, header, 0), Ok(AT), "{header}");
        }
        assert_eq!(check(ONE, &twice, 0), Ok(AT), "Stripe rolls");
        assert_eq!(check(TWO, &twice, 0), Ok(AT), "Stripe rolls");
    }

    #[test]
    fn ignores_other_schemes() {
        assert_eq!(check(ONE, V0_BY_ONE, 0), Err(SignatureError::NoMatch));
        assert_eq!(check(ONE, &format!("{BY_ONE},v0=00,v2=ff,future=scheme"), 0), Ok(AT));
    }

    #[test]
    fn checks_both_sides_of_the_clock() {
        for (off, expected) in [
            (300, Ok(AT)),
            (301, Err(SignatureError::TooOld)),
            (-300, Ok(AT)),
            (-301, Err(SignatureError::InFuture)),
            (-86_400, Err(SignatureError::InFuture)),
        ] {
            assert_eq!(check(ONE, BY_ONE, off), expected, "{off}");
        }
        assert_eq!(check(TWO, BY_ONE, 301), Err(SignatureError::NoMatch), "age is told of genuine signatures only");
    }

    #[test]
    fn says_what_is_wrong_with_a_header() {
        assert_eq!(verify(&secrets(ONE), None, BODY, AT * 1_000), Err(SignatureError::Missing));
        let tag = BY_ONE.split_once(',').unwrap().1;
        for header in [
            "",
            "t",
            tag,
            "v1=",
            &format!("t=,{tag}"),
            &format!("t=soon,{tag}"),
            &format!("t=+1795464526,{tag}"),
            &format!("t=01795464526,{tag}"),
            &format!("t= 1795464526,{tag}"),
            &format!("t=1795464526,t=1795464526,{tag}"),
            &format!("{BY_ONE},"),
            &"x".repeat(5_000),
        ] {
            assert_eq!(check(ONE, header, 0), Err(SignatureError::Malformed), "{header}");
        }
        for header in
            ["t=1795464526", "t=1795464526,v1=", &BY_ONE.to_uppercase().replace("T=", "t=").replace("V1=", "v1="), &format!("{BY_ONE}0")]
        {
            assert_eq!(check(ONE, header, 0), Err(SignatureError::NoMatch), "{header}");
        }
    }

    #[test]
    fn wrong_secrets_are_refused_by_name_and_without_their_value() {
        for (text, position) in
            [("", 1), ("whsec_", 1), ("sk_test_secret_key", 1), ("whsec_portico_test_one,", 2), ("whsec_portico test", 1)]
        {
            let error = SigningSecrets::parse(text).err().unwrap();
            assert_eq!(error, SecretsError { position }, "{text}");
            assert!(error.to_string().starts_with("STRIPE_WEBHOOK_SECRETS: ") && !error.to_string().contains("test"));
        }
    }

    proptest! {
        #[test]
        fn any_changed_bit_is_refused(body in proptest::collection::vec(any::<u8>(), 1..300), at: prop::sample::Index, bit in 0_u32..8) {
            let header = sign(ONE, AT, &body);
            prop_assert_eq!(verify(&secrets(ONE), Some(&header), &body, AT * 1_000), Ok(AT));
            let mut changed = body.clone();
            changed[at.index(body.len())] ^= 1 << bit;
            prop_assert_eq!(verify(&secrets(ONE), Some(&header), &changed, AT * 1_000), Err(SignatureError::NoMatch));
        }

        #[test]
        fn any_changed_character_of_the_header_is_refused(at: prop::sample::Index, with in "[ -~]") {
            let mut header = BY_ONE.to_owned();
            let at = at.index(header.len());
            prop_assume!(header[at..=at] != with);
            header.replace_range(at..=at, &with);
            prop_assert!(check(ONE, &header, 0).is_err());
        }

        #[test]
        fn garbage_never_panics_and_never_passes(header in "(t=[0-9]{0,12})?[,=tv10-9a-f ]{0,40}", body: Vec<u8>) {
            prop_assert!(verify(&secrets(ONE), Some(&header), &body, AT * 1_000).is_err());
        }
    }
}
