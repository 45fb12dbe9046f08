//! Fields that the database must not know: AES-256-GCM (NIST SP 800-38D), bound to the place they stand in.
//!
//! Text form `v1.kid.nonce.ciphertext`, the last two in base64url. The place — tenant, table, column, row — is authenticated
//! with it, so a ciphertext copied to another tenant, row or column doesn't open. Nonces are random, 96 bits: well below the
//! 2^32 messages a key that the standard allows for them.

use crate::keyring::{KeyRing, Purpose};
use aes_gcm::{
    Aes256Gcm, Nonce,
    aead::{Aead, KeyInit, Payload},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

const VERSION: &str = "v1";

/// Where a sealed field stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The organization's id; empty for what belongs to none.
    pub tenant: &'a str,
    /// The table.
    pub table: &'a str,
    /// The column.
    pub column: &'a str,
    /// The row's id.
    pub row: &'a str,
}

impl Place<'_> {
    /// `tenant|table|column|row`, each behind its length, so that a `|` inside of one can't move the borders.
    fn bytes(&self) -> Vec<u8> {
        let part = |text: &str| format!("{}:{text}", text.len());
        [part(self.tenant), part(self.table), part(self.column), part(self.row)].join("|").into_bytes()
    }
}

/// A field that doesn't open: changed, moved, or sealed with a key that is not in the ring any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealError;
impl std::fmt::Display for SealError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the sealed field was changed or moved, or its key is not in the ring any more")
    }
}
impl std::error::Error for SealError {}

/// Seals a field with the newest key. `nonce` is 12 fresh bytes from the rng port; never use one twice.
///
/// # Errors
/// Only for a plaintext beyond AES-GCM's 64 GiB.
pub fn seal(keys: &KeyRing, place: &Place<'_>, plaintext: &[u8], nonce: [u8; 12]) -> Result<String, SealError> {
    let (kid, key) = keys.current(Purpose::Field);
    let sealed = Aes256Gcm::new(&(*key).into())
        .encrypt(&Nonce::from(nonce), Payload { msg: plaintext, aad: &place.bytes() })
        .map_err(|_| SealError)?;
    Ok(format!("{VERSION}.{kid}.{}.{}", URL_SAFE_NO_PAD.encode(nonce), URL_SAFE_NO_PAD.encode(sealed)))
}

/// Opens a field that was sealed for the same place with any key of the ring.
///
/// # Errors
/// Everything else.
pub fn open(keys: &KeyRing, place: &Place<'_>, sealed: &str) -> Result<Vec<u8>, SealError> {
    let mut parts = sealed.split('.');
    let (Some(VERSION), Some(kid), Some(nonce), Some(text), None) = (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(SealError);
    };
    let key = keys.key(Purpose::Field, kid).ok_or(SealError)?;
    let nonce: [u8; 12] = URL_SAFE_NO_PAD.decode(nonce).ok().and_then(|n| n.try_into().ok()).ok_or(SealError)?;
    let text = URL_SAFE_NO_PAD.decode(text).map_err(|_| SealError)?;
    Aes256Gcm::new(&(*key).into()).decrypt(&Nonce::from(nonce), Payload { msg: &text, aad: &place.bytes() }).map_err(|_| SealError)
}

/// Whether a field was sealed with the newest key. The rotation job seals anew what was not.
pub fn is_current(keys: &KeyRing, sealed: &str) -> bool {
    sealed.split('.').nth(1) == Some(keys.newest_kid())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::{hex, unhex};
    use crate::keyring::tests::ring;
    use proptest::prelude::*;

    const PLACE: Place<'_> = Place { tenant: "org_1", table: "webhook_secrets", column: "key", row: "whs_1" };

    /// The cipher itself: test case 16 of the GCM specification (256-bit key with additional data).
    #[test]
    fn the_cipher_is_aes_256_gcm() {
        let key: [u8; 32] = unhex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308").unwrap().try_into().unwrap();
        let nonce: [u8; 12] = unhex("cafebabefacedbaddecaf888").unwrap().try_into().unwrap();
        let msg = unhex(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        )
        .unwrap();
        let aad = unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2").unwrap();
        let sealed = Aes256Gcm::new(&key.into()).encrypt(&Nonce::from(nonce), Payload { msg: &msg, aad: &aad }).unwrap();
        assert_eq!(
            hex(&sealed),
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"
        );
    }

    #[test]
    fn a_field_moved_to_another_place_stays_shut() {
        let keys = ring(&[("a", 1)]);
        let sealed = seal(&keys, &PLACE, b"secret", [3; 12]).unwrap();
        assert_eq!(open(&keys, &PLACE, &sealed).as_deref(), Ok(&b"secret"[..]));
        for place in [
            Place { tenant: "org_2", ..PLACE },
            Place { table: "customers", ..PLACE },
            Place { column: "name", ..PLACE },
            Place { row: "whs_2", ..PLACE },
            Place { tenant: "org_1|webhook_secrets", table: "key", column: "whs_1", row: "" },
        ] {
            assert_eq!(open(&keys, &place, &sealed), Err(SealError), "{place:?}");
        }
    }

    #[test]
    fn rotation_opens_old_fields_and_knows_them() {
        let (old, both, new) = (ring(&[("a", 1)]), ring(&[("b", 2), ("a", 1)]), ring(&[("b", 2)]));
        let sealed = seal(&old, &PLACE, b"secret", [3; 12]).unwrap();
        assert_eq!(open(&both, &PLACE, &sealed).as_deref(), Ok(&b"secret"[..]));
        assert!(is_current(&old, &sealed) && !is_current(&both, &sealed));
        assert_eq!(open(&new, &PLACE, &sealed), Err(SealError));
        assert!(is_current(&both, &seal(&both, &PLACE, b"secret", [4; 12]).unwrap()));
    }

    proptest! {
        #[test]
        fn round_trips(plaintext: Vec<u8>, nonce: [u8; 12]) {
            let keys = ring(&[("a", 1)]);
            prop_assert_eq!(open(&keys, &PLACE, &seal(&keys, &PLACE, &plaintext, nonce).unwrap()), Ok(plaintext));
        }

        #[test]
        fn any_changed_character_is_refused(plaintext in ".{0,30}", at: prop::sample::Index, with in "[ -~]") {
            let keys = ring(&[("a", 1), ("b", 2)]);
            let mut sealed = seal(&keys, &PLACE, plaintext.as_bytes(), [9; 12]).unwrap();
            let at = at.index(sealed.len());
            prop_assume!(sealed[at..=at] != with);
            sealed.replace_range(at..=at, &with);
            prop_assert_eq!(open(&keys, &PLACE, &sealed), Err(SealError));
        }

        #[test]
        fn garbage_is_refused(text in "(v1\\.a\\.)?[A-Za-z0-9_.-]{0,60}") {
            prop_assert_eq!(open(&ring(&[("a", 1)]), &PLACE, &text), Err(SealError));
        }
    }
}
