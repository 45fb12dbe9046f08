//! HMAC-SHA256 (RFC 2104), and unambiguous framing of the parts that a signature covers.

use crate::secret::constant_time_eq;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The HMAC of the concatenated parts. The caller sees to it that the parts can't run into each other; [`framed`] does that.
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = start(key);
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// The HMAC of the parts, each behind its length as eight big-endian bytes: `["ab", "c"]` and `["a", "bc"]` differ.
pub fn framed(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = start(key);
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Whether `tag` is the HMAC of the concatenated parts, in constant time. A tag of another length than 32 bytes is not.
pub fn verify(key: &[u8], parts: &[&[u8]], tag: &[u8]) -> bool {
    constant_time_eq(&hmac_sha256(key, parts), tag)
}

fn start(key: &[u8]) -> Hmac<Sha256> {
    // HMAC takes a key of any length, so the other arm is never taken; the key that stands there keeps this free of a panic.
    Hmac::new_from_slice(key).unwrap_or_else(|_| Hmac::new(&Default::default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::hex;
    use proptest::prelude::*;

    /// RFC 4231, test cases 1, 2, 3 and 6 (a key longer than a block).
    #[test]
    fn known_answers() {
        for (key, data, tag) in [
            (&[0x0b; 20][..], &b"Hi There"[..], "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            (&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
            (
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ] {
            assert_eq!(hex(&hmac_sha256(key, &[data])), tag);
        }
    }

    proptest! {
        #[test]
        fn verifies_itself_and_nothing_else(key: Vec<u8>, data: Vec<u8>, flip in 0_usize..256) {
            let mut tag = hmac_sha256(&key, &[&data]);
            prop_assert!(verify(&key, &[&data], &tag));
            prop_assert!(!verify(&key, &[&data], &tag[..31]));
            tag[flip / 8] ^= 1 << (flip % 8);
            prop_assert!(!verify(&key, &[&data], &tag));
        }

        #[test]
        fn frames_keep_parts_apart(a in ".{1,9}", b in ".{0,9}") {
            let (head, tail) = a.split_at(a.char_indices().last().map_or(0, |(at, _)| at));
            let moved = format!("{tail}{b}");
            prop_assert_ne!(framed(b"k", &[a.as_bytes(), b.as_bytes()]), framed(b"k", &[head.as_bytes(), moved.as_bytes()]));
        }
    }
}
