//! Links that expire: a token in the URL that lets its holder take one thing until a moment.
//!
//! `exp.kid.base64url(HMAC(kind, org, id, holder, exp))` with `exp` in Unix seconds. The subject is in the URL's path, not in the
//! token, so a token moved to another path doesn't verify.

use crate::keyring::{KeyRing, Purpose};
use crate::mac::framed;
use crate::secret::constant_time_eq;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// What a link opens, and to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject<'a> {
    /// What kind of thing, such as `export`.
    pub kind: &'a str,
    /// The tenant it belongs to.
    pub org: &'a str,
    /// Its id.
    pub id: &'a str,
    /// For whom the link was made (a user's or a key's id); empty for whoever holds it.
    pub holder: &'a str,
}

/// Why a link doesn't open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkError {
    /// Not made here, or not for this subject.
    Invalid,
    /// It was good, until `at` (Unix seconds): say that it can be asked for again.
    Expired {
        /// Since when.
        at: i64,
    },
}
impl std::fmt::Display for LinkError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Invalid => f.write_str("the link is not valid"),
            Self::Expired { .. } => f.write_str("the link has expired"),
        }
    }
}
impl std::error::Error for LinkError {}

fn tag(key: &[u8], subject: &Subject<'_>, expires: i64) -> [u8; 32] {
    let parts = [subject.kind.as_bytes(), subject.org.as_bytes(), subject.id.as_bytes(), subject.holder.as_bytes(), &expires.to_be_bytes()];
    framed(key, &parts)
}

/// Makes the token of a link that opens until `expires` (Unix seconds, that second not included).
pub fn sign(keys: &KeyRing, subject: &Subject<'_>, expires: i64) -> String {
    let (kid, key) = keys.current(Purpose::Link);
    format!("{expires}.{kid}.{}", URL_SAFE_NO_PAD.encode(tag(key, subject, expires)))
}

/// Checks a token, with the time in Unix milliseconds. Gives back when it expires (Unix seconds).
///
/// # Errors
/// [`LinkError::Invalid`] for any change to the token or the subject; [`LinkError::Expired`] only for a token that was good.
pub fn verify(keys: &KeyRing, subject: &Subject<'_>, token: &str, now_ms: i64) -> Result<i64, LinkError> {
    let mut parts = token.splitn(3, '.');
    let (Some(exp), Some(kid), Some(mac)) = (parts.next(), parts.next(), parts.next()) else { return Err(LinkError::Invalid) };
    let expires: i64 = exp.parse().map_err(|_| LinkError::Invalid)?;
    // One spelling a number: `+5` and `05` would verify as 5.
    if expires.to_string() != exp {
        return Err(LinkError::Invalid);
    }
    let key = keys.key(Purpose::Link, kid).ok_or(LinkError::Invalid)?;
    let mac = URL_SAFE_NO_PAD.decode(mac).map_err(|_| LinkError::Invalid)?;
    if !constant_time_eq(&tag(key, subject, expires), &mac) {
        return Err(LinkError::Invalid);
    }
    if now_ms >= expires.saturating_mul(1_000) { Err(LinkError::Expired { at: expires }) } else { Ok(expires) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyring::tests::ring;
    use proptest::prelude::*;

    const EXPORT: Subject<'_> = Subject { kind: "export", org: "org_1", id: "exp_1", holder: "usr_1" };

    #[test]
    fn opens_until_its_moment() {
        let keys = ring(&[("a", 1)]);
        let token = sign(&keys, &EXPORT, 1_000);
        assert_eq!(verify(&keys, &EXPORT, &token, 999_999), Ok(1_000));
        assert_eq!(verify(&keys, &EXPORT, &token, 1_000_000), Err(LinkError::Expired { at: 1_000 }));
    }

    #[test]
    fn opens_one_thing_only() {
        let keys = ring(&[("a", 1)]);
        let token = sign(&keys, &EXPORT, 1_000);
        for other in [
            Subject { kind: "logo", ..EXPORT },
            Subject { org: "org_2", ..EXPORT },
            Subject { id: "exp_2", ..EXPORT },
            Subject { holder: "", ..EXPORT },
            Subject { org: "org_1e", id: "xp_1", ..EXPORT },
        ] {
            assert_eq!(verify(&keys, &other, &token, 0), Err(LinkError::Invalid), "{other:?}");
        }
    }

    #[test]
    fn rotation_keeps_links_alive() {
        let token = sign(&ring(&[("a", 1)]), &EXPORT, 1_000);
        assert_eq!(verify(&ring(&[("b", 2), ("a", 1)]), &EXPORT, &token, 0), Ok(1_000));
        assert_eq!(verify(&ring(&[("b", 2)]), &EXPORT, &token, 0), Err(LinkError::Invalid));
    }

    proptest! {
        #[test]
        fn any_changed_character_is_refused(expires in 0_i64..4_000_000_000, at: prop::sample::Index, with in "[ -~]") {
            let keys = ring(&[("a", 1), ("b", 2)]);
            let mut token = sign(&keys, &EXPORT, expires);
            let at = at.index(token.len());
            prop_assume!(token[at..=at] != with);
            token.replace_range(at..=at, &with);
            prop_assert_eq!(verify(&keys, &EXPORT, &token, 0), Err(LinkError::Invalid));
        }

        #[test]
        fn garbage_is_refused(token in "[+-]?[0-9]{0,25}(\\.[ab]?(\\.[A-Za-z0-9_-]{0,50})?)?") {
            prop_assert_eq!(verify(&ring(&[("a", 1)]), &EXPORT, &token, 0), Err(LinkError::Invalid));
        }
    }
}
