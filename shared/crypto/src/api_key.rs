//! API keys: `portico_sk_{env}_{30 random}{6 checksum}`, all of the tail in base62.
//!
//! The checksum is the CRC-32 (IEEE) of everything before it, prefix included, written as six base62 digits padded with `0`
//! (GitHub's token format, widened to the prefix so that `test` can't be edited to `live`). A typo or a made-up key is so refused
//! before anything is looked up. The checksum is no secret and no protection: that is the 178 random bits.

use crate::{Secret, hash::sha256_hex};

/// What every key begins with: what scanners for leaked keys look for.
pub const BRAND: &str = "portico";
/// A secret key of an organization's program.
const KIND: &str = "sk";
const RANDOM: usize = 30;
const CHECKSUM: usize = 6;
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Which data a key works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Env {
    /// The real ones.
    Live,
    /// A test's.
    Test,
}
impl Env {
    /// As it stands in the key.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }
}

/// Not a key. Deliberately says no more, so that a wrong checksum and an unknown key can be answered alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;
impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not an API key")
    }
}
impl std::error::Error for Malformed {}

/// A new key.
pub struct Fresh {
    /// The key itself: shown once, never stored.
    pub token: Secret<String>,
    /// What it is looked up by.
    pub hash: String,
    /// What its owner recognizes it by.
    pub hint: String,
}

/// The six base62 digits of the CRC-32 of some text.
pub fn checksum(text: &[u8]) -> [u8; CHECKSUM] {
    let mut rest = crc32fast::hash(text);
    let mut out = [b'0'; CHECKSUM];
    for place in out.iter_mut().rev() {
        *place = digit(rest % 62);
        rest /= 62;
    }
    out
}

fn digit(n: u32) -> u8 {
    usize::try_from(n).ok().and_then(|n| DIGITS.get(n)).copied().unwrap_or(b'0')
}

/// Makes a key. `fill` gives cryptographically strong random bytes; it is asked again as long as it takes, because bytes that
/// would make some digits likelier than others (248 to 255) are thrown away.
pub fn generate(env: Env, fill: &mut dyn FnMut(&mut [u8])) -> Fresh {
    let mut token = format!("{BRAND}_{KIND}_{}_", env.name());
    let full = token.len() + RANDOM;
    let mut bytes = [0; 40];
    while token.len() < full {
        fill(&mut bytes);
        let wanted = full - token.len();
        token.extend(bytes.iter().filter(|b| **b < 248).take(wanted).map(|b| char::from(digit(u32::from(b % 62)))));
    }
    token.extend(checksum(token.as_bytes()).map(char::from));
    Fresh { hash: hash(&token), hint: hint(&token), token: Secret::new(token) }
}

/// Checks shape and checksum, without allocating, and says which environment the key is for.
///
/// # Errors
/// [`Malformed`] for anything that [`generate`] could not have made.
pub fn parse(token: &str) -> Result<Env, Malformed> {
    let (env, tail) = shape(token).ok_or(Malformed)?;
    let (body, sum) = token.as_bytes().split_last_chunk::<CHECKSUM>().ok_or(Malformed)?;
    // The checksum is no secret: an ordinary comparison is right.
    if tail.len() == RANDOM + CHECKSUM && checksum(body) == *sum { Ok(env) } else { Err(Malformed) }
}

/// Splits a text that begins like a key into its environment and the base62 tail, of whatever length.
fn shape(text: &str) -> Option<(Env, &str)> {
    let rest = text.strip_prefix(BRAND)?.strip_prefix('_')?.strip_prefix(KIND)?.strip_prefix('_')?;
    let (env, tail) = match rest.strip_prefix("live_") {
        Some(tail) => (Env::Live, tail),
        None => (Env::Test, rest.strip_prefix("test_")?),
    };
    tail.bytes().all(|b| b.is_ascii_alphanumeric()).then_some((env, tail))
}

/// Whether a key, or what was meant to be one, stands anywhere in a text: its checksum may be wrong. For places where a key
/// must never be, such as a URL.
pub fn looks_like(text: &str) -> bool {
    text.match_indices(BRAND).filter_map(|(at, _)| text.get(at..)).any(|from| {
        let end = from.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(from.len());
        from.get(..end).and_then(shape).is_some_and(|(_, tail)| tail.len() >= RANDOM)
    })
}

/// What a key is looked up by: its SHA-256 in hexadecimal. No slow hash: 178 random bits can't be guessed.
pub fn hash(token: &str) -> String {
    sha256_hex(token.as_bytes())
}

/// What an owner recognizes a key by: the prefix, four characters, and the last four, such as `portico_sk_live_zQWB…0gT0`.
pub fn hint(token: &str) -> String {
    let Some((env, tail)) = shape(token) else { return String::from("…") };
    let (first, last) = (tail.get(..4), tail.get(tail.len().saturating_sub(4)..));
    format!("{BRAND}_{KIND}_{}_{}…{}", env.name(), first.unwrap_or_default(), last.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RANDOM_PART: &str = "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ";

    #[test]
    fn known_checksums() {
        // GitHub's public sample covers the random part only; the second is the same random part behind another brand's prefix.
        assert_eq!(&checksum(RANDOM_PART.as_bytes()), b"0mLq17");
        assert_eq!(&checksum(format!("acme_sk_live_{RANDOM_PART}").as_bytes()), b"0bYgT0");
        assert_eq!(&checksum(b""), b"000000");
    }

    #[test]
    fn known_key() {
        let token = format!("portico_sk_live_{RANDOM_PART}4OI1T8");
        assert_eq!(parse(&token), Ok(Env::Live));
        assert_eq!(hint(&token), "portico_sk_live_zQWB…I1T8");
        assert_eq!(parse(&token.replace("live", "test")), Err(Malformed), "the checksum covers the prefix");
    }

    #[test]
    fn bytes_that_would_favor_digits_are_thrown_away() {
        let mut calls = 0;
        let fresh = generate(Env::Test, &mut |buffer| {
            calls += 1;
            buffer.fill(255);
            buffer[0] = 247;
        });
        assert_eq!(calls, 30, "one usable byte a call");
        assert!(fresh.token.expose().starts_with(&format!("portico_sk_test_{}", "z".repeat(30))));
    }

    #[test]
    fn every_digit_is_equally_likely() {
        let mut counts = [0_u32; 62];
        for byte in 0..248_u32 {
            counts[DIGITS.iter().position(|d| *d == digit(byte % 62)).unwrap()] += 1;
        }
        assert!(counts.iter().all(|n| *n == 4));
    }

    #[test]
    fn a_key_is_found_wherever_it_stands() {
        let mut seed = 0_u8;
        let fresh = generate(Env::Live, &mut |buffer| {
            for byte in buffer {
                seed = seed.wrapping_mul(37).wrapping_add(11);
                *byte = seed;
            }
        });
        let key = fresh.token.expose();
        for text in [key.clone(), format!("x={key}"), format!("Bearer {key}, and more"), key[..key.len() - 1].to_owned(), format!("{key}x")]
        {
            assert!(looks_like(&text), "{text}");
        }
        for text in ["", "portico", "portico_sk_live_", "portico_sk_live_short", "https://portico.example/sk_live_", "a portico_sk_ b"] {
            assert!(!looks_like(text), "{text}");
        }
        assert_eq!(fresh.hash, hash(key));
        assert!(!fresh.hint.contains(&key[20..40]));
    }

    #[test]
    fn a_hint_of_anything_else_shows_nothing() {
        assert_eq!(hint("hunter2"), "…");
    }

    proptest! {
        #[test]
        fn what_is_made_parses(seed: Vec<u8>, live: bool) {
            let (mut at, env) = (0, if live { Env::Live } else { Env::Test });
            let fresh = generate(env, &mut |buffer| {
                for byte in buffer {
                    *byte = seed.get(at % seed.len().max(1)).copied().unwrap_or(0).wrapping_add(at as u8);
                    at += 1;
                }
            });
            prop_assert_eq!(parse(fresh.token.expose()), Ok(env));
            prop_assert_eq!(fresh.token.expose().len(), 16 + 36);
        }

        #[test]
        fn any_changed_character_is_refused(random in "[0-9A-Za-z]{30}", at in 0_usize..52, with in "[ -~]") {
            let body = format!("portico_sk_test_{random}");
            let mut token = format!("{body}{}", String::from_utf8(checksum(body.as_bytes()).to_vec()).unwrap());
            prop_assert_eq!(parse(&token), Ok(Env::Test));
            prop_assume!(token[at..=at] != with);
            token.replace_range(at..=at, &with);
            prop_assert_eq!(parse(&token), Err(Malformed));
        }

        #[test]
        fn garbage_is_refused_and_never_panics(text in "(portico_)?(sk_)?(live_)?.{0,60}") {
            prop_assert_eq!(parse(&text), Err(Malformed));
            looks_like(&text);
            hint(&text);
        }
    }
}
