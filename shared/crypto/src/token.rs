//! Tokens that are looked up by their hash: sessions, mail links, form cookies.
//!
//! 32 random bytes as base64url; only the SHA-256 is stored (ASVS 7.2.3, 11.5.1). A plain hash is enough for 256 random bits.

use crate::hash::sha256_hex;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// How many characters a token has.
pub const CHARS: usize = 43;

/// The text of a token. `random` comes from the rng port.
pub fn encode(random: &[u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(random)
}

/// What is stored of a token: its SHA-256 in hexadecimal.
pub fn hash(token: &str) -> String {
    sha256_hex(token.as_bytes())
}

/// Whether a text has the shape of a token, so that nothing else is looked up.
pub fn well_formed(token: &str) -> bool {
    token.len() == CHARS && URL_SAFE_NO_PAD.decode(token).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_answer() {
        let token = encode(&[0xff; 32]);
        assert_eq!(token, "__________________________________________8");
        assert_eq!(hash(&token), sha256_hex(token.as_bytes()));
        assert!(!well_formed("__________________________________________9"), "one spelling a token");
        assert!(!well_formed(""));
    }

    proptest! {
        #[test]
        fn every_token_is_well_formed(random: [u8; 32]) {
            prop_assert!(well_formed(&encode(&random)));
        }
    }
}
