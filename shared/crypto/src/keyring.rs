//! The ring of signing keys: the newest signs, all verify, and each purpose has a key of its own.
//!
//! Configured as `kid:base64[,kid:base64]`, newest first. From each key one key a [`Purpose`] is derived with HKDF-SHA256
//! (RFC 5869), so that a signature made for one purpose means nothing for another. To rotate: put a new key in front, wait until
//! nothing signed or sealed with the old one is needed (sealed fields are re-encrypted by the jobs Worker), take the old one out.

use crate::{
    Secret,
    mac::{framed, hmac_sha256},
    secret::constant_time_eq,
};
use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::URL_SAFE_NO_PAD},
};
use hkdf::Hkdf;
use sha2::Sha256;
use std::fmt;

/// The name of the secret that holds the ring.
pub const VARIABLE: &str = "SIGNING_KEYS";
/// The least length of a key in bytes: that of the hash.
pub const MIN_KEY_BYTES: usize = 32;

/// What a derived key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Cursors of lists.
    Cursor,
    /// Links that expire.
    Link,
    /// Tokens of forms.
    Csrf,
    /// Sealed fields in the database.
    Field,
}

impl Purpose {
    const fn info(self) -> &'static [u8] {
        match self {
            Self::Cursor => b"portico/v1/cursor",
            Self::Link => b"portico/v1/link",
            Self::Csrf => b"portico/v1/csrf",
            Self::Field => b"portico/v1/field",
        }
    }
}

/// What is wrong with the configured ring. Names the variable, the key by its position and the remedy; never holds a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRingError {
    /// From 1; 0 when it is about the ring as a whole.
    position: usize,
    problem: &'static str,
}
impl fmt::Display for KeyRingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{VARIABLE}: ")?;
        if self.position > 0 {
            write!(f, "key {} ", self.position)?;
        }
        write!(f, "{}. Set it to `kid:base64[,kid:base64]`, newest first; make a key with `openssl rand -base64 32`.", self.problem)
    }
}
impl std::error::Error for KeyRingError {}

type Key = Secret<[u8; 32]>;

struct Entry {
    kid: String,
    cursor: Key,
    link: Key,
    csrf: Key,
    field: Key,
}

impl Entry {
    fn key(&self, purpose: Purpose) -> &[u8; 32] {
        match purpose {
            Purpose::Cursor => &self.cursor,
            Purpose::Link => &self.link,
            Purpose::Csrf => &self.csrf,
            Purpose::Field => &self.field,
        }
        .expose()
    }
}

/// The ring. Parse it once for each isolate: deriving costs a few hashes a key.
pub struct KeyRing {
    newest: Entry,
    older: Vec<Entry>,
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.entries().map(|e| &e.kid)).finish()
    }
}

impl KeyRing {
    /// Reads the ring as it is configured: `kid:base64[,kid:base64]`, newest first. A kid is 1 to 16 of `A-Z a-z 0-9 _ -`; a
    /// key is standard base64, padded or not, of at least 32 bytes.
    ///
    /// # Errors
    /// The first key that is not that, or a kid that stands there twice.
    pub fn parse(text: &str) -> Result<Self, KeyRingError> {
        let mut entries: Vec<Entry> = Vec::new();
        for (index, item) in text.split(',').enumerate() {
            let wrong = |problem| KeyRingError { position: index + 1, problem };
            let (kid, key) = item.trim().split_once(':').ok_or_else(|| wrong("is not of the form `kid:base64`"))?;
            if kid.is_empty() || kid.len() > 16 || !kid.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-') {
                return Err(wrong("has a kid that is not 1 to 16 letters, digits, `_` or `-`"));
            }
            if entries.iter().any(|e| e.kid == kid) {
                return Err(wrong("has the kid of a key before it"));
            }
            let key = LENIENT.decode(key).map_err(|_| wrong("is not base64"))?;
            if key.len() < MIN_KEY_BYTES {
                return Err(wrong("is shorter than 32 bytes"));
            }
            entries.push(derive(kid, &key).ok_or_else(|| wrong("can't be derived from"))?);
        }
        let mut entries = entries.into_iter();
        let newest = entries.next().ok_or(KeyRingError { position: 0, problem: "holds no key" })?;
        Ok(Self { newest, older: entries.collect() })
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        std::iter::once(&self.newest).chain(&self.older)
    }

    /// The kid of the key that signs and seals now.
    pub fn newest_kid(&self) -> &str {
        &self.newest.kid
    }

    /// Signs a message: `kid.base64url(HMAC)`.
    pub fn sign(&self, purpose: Purpose, message: &[u8]) -> String {
        format!("{}.{}", self.newest.kid, URL_SAFE_NO_PAD.encode(hmac_sha256(self.newest.key(purpose), &[message])))
    }

    /// Whether [`sign`](Self::sign) made this signature, with any key of the ring. Constant time for a known kid.
    pub fn verify(&self, purpose: Purpose, message: &[u8], signature: &str) -> bool {
        let Some((kid, tag)) = signature.split_once('.') else { return false };
        let (Some(key), Ok(tag)) = (self.key(purpose, kid), URL_SAFE_NO_PAD.decode(tag)) else { return false };
        constant_time_eq(&hmac_sha256(key, &[message]), &tag)
    }

    /// The newest kid with its key, for values that carry the kid themselves.
    pub(crate) fn current(&self, purpose: Purpose) -> (&str, &[u8; 32]) {
        (&self.newest.kid, self.newest.key(purpose))
    }

    /// The key of a kid.
    pub(crate) fn key(&self, purpose: Purpose, kid: &str) -> Option<&[u8; 32]> {
        self.entries().find(|e| e.kid == kid).map(|e| e.key(purpose))
    }

    /// Whether a value without a kid was tagged by any key of the ring. `tag` is the beginning of the framed HMAC.
    pub(crate) fn any_framed(&self, purpose: Purpose, parts: &[&[u8]], tag: &[u8]) -> bool {
        // No early end: which key it was is not shown by the time either.
        self.entries().fold(false, |found, entry| {
            let full = framed(entry.key(purpose), parts);
            found | full.get(..tag.len()).is_some_and(|prefix| constant_time_eq(prefix, tag))
        })
    }
}

/// Standard alphabet, padding as you like: what people paste.
const LENIENT: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));

fn derive(kid: &str, key: &[u8]) -> Option<Entry> {
    let hkdf = Hkdf::<Sha256>::new(None, key);
    let expand = |purpose: Purpose| {
        let mut out = [0; 32];
        // Fails for outputs longer than 255 hashes only.
        hkdf.expand(purpose.info(), &mut out).ok().map(|()| Secret::new(out))
    };
    Some(Entry {
        kid: kid.to_owned(),
        cursor: expand(Purpose::Cursor)?,
        link: expand(Purpose::Link)?,
        csrf: expand(Purpose::Csrf)?,
        field: expand(Purpose::Field)?,
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::hash::hex;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    /// A ring of keys filled with one byte each, newest first.
    pub(crate) fn ring(keys: &[(&str, u8)]) -> KeyRing {
        let text: Vec<String> = keys.iter().map(|(kid, byte)| format!("{kid}:{}", STANDARD.encode([*byte; 32]))).collect();
        KeyRing::parse(&text.join(",")).unwrap()
    }

    #[test]
    fn derives_as_rfc_5869_says() {
        // Computed with Python: hmac(hmac(32 zero bytes, 32 bytes of 1), b"portico/v1/cursor" + b"\x01").
        assert_eq!(hex(ring(&[("a", 1)]).newest.key(Purpose::Cursor)), "3019849077a2a15d7c25e70ebc35533b2ead1b7ab6003cbda2d514ec659ef3ad");
    }

    #[test]
    fn the_newest_signs_and_all_verify() {
        let (old, both, new) = (ring(&[("a", 1)]), ring(&[("b", 2), ("a", 1)]), ring(&[("b", 2)]));
        let signature = old.sign(Purpose::Csrf, b"m");
        assert!(signature.starts_with("a."));
        assert!(both.verify(Purpose::Csrf, b"m", &signature));
        assert!(!new.verify(Purpose::Csrf, b"m", &signature));
        assert!(both.sign(Purpose::Csrf, b"m").starts_with("b."));
        assert_eq!(both.newest_kid(), "b");
    }

    #[test]
    fn a_signature_of_one_purpose_means_nothing_for_another() {
        let keys = ring(&[("a", 1)]);
        let signature = keys.sign(Purpose::Csrf, b"m");
        for purpose in [Purpose::Cursor, Purpose::Link, Purpose::Field] {
            assert!(!keys.verify(purpose, b"m", &signature), "{purpose:?}");
        }
    }

    #[test]
    fn a_wrong_ring_is_refused_by_name_and_without_its_value() {
        let key = STANDARD.encode([7; 32]);
        for (text, says) in [
            (String::new(), "key 1 is not of the form"),
            (key.clone(), "key 1 is not of the form"),
            (format!("a:{key},{key}"), "key 2 is not of the form"),
            (format!("a b:{key}"), "key 1 has a kid"),
            (format!(":{key}"), "key 1 has a kid"),
            (format!("a:{key},a:{key}"), "key 2 has the kid of a key before it"),
            ("a:not base64!".into(), "key 1 is not base64"),
            (format!("a:{}", STANDARD.encode([7; 31])), "key 1 is shorter than 32 bytes"),
            (format!("a:{key},"), "key 2 is not of the form"),
        ] {
            let error = KeyRing::parse(&text).unwrap_err().to_string();
            assert!(error.starts_with("SIGNING_KEYS: ") && error.contains(says) && error.contains("openssl rand -base64 32"), "{error}");
            assert!(!error.contains(&key));
        }
    }

    #[test]
    fn spaces_and_missing_padding_are_fine_and_debug_shows_kids_only() {
        let key = STANDARD.encode([7; 32]);
        let keys = KeyRing::parse(&format!(" n:{}, o:{key}\n", key.trim_end_matches('='))).unwrap();
        assert_eq!(format!("{keys:?}"), "[\"n\", \"o\"]");
    }

    proptest! {
        #[test]
        fn any_change_is_refused(message: Vec<u8>, at in 0_usize..46, with in "[ -~]") {
            let keys = ring(&[("a", 1), ("b", 2)]);
            let mut signature = keys.sign(Purpose::Csrf, &message);
            prop_assert!(keys.verify(Purpose::Csrf, &message, &signature));
            let at = at % signature.len();
            prop_assume!(signature[at..=at] != with);
            signature.replace_range(at..=at, &with);
            prop_assert!(!keys.verify(Purpose::Csrf, &message, &signature));
        }

        #[test]
        fn garbage_is_refused(text in ".{0,80}") {
            prop_assert!(!ring(&[("a", 1)]).verify(Purpose::Csrf, b"m", &text));
            prop_assert!(KeyRing::parse(&text).is_err());
        }
    }
}
