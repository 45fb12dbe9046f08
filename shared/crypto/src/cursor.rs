//! Cursors of lists: opaque to clients, bound to their tenant, list and filters, and refused when anything was changed.
//!
//! `base64url(version ‖ payload ‖ first 8 bytes of HMAC(version, context, payload))`. The context is not in the cursor: a cursor
//! presented for another tenant or with other filters doesn't verify. Eight bytes do, because a cursor opens nothing that its
//! holder could not list anyway, and each guess is a request that is limited.

use crate::keyring::{KeyRing, Purpose};
use crate::mac::framed;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

const VERSION: u8 = 1;
const TAG_BYTES: usize = 8;
/// Longer cursors are refused unread.
const MAX_CHARS: usize = 1_024;

/// Not a cursor of this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CursorError;
impl std::fmt::Display for CursorError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the cursor was not made for this list")
    }
}
impl std::error::Error for CursorError {}

/// Makes a cursor. `context` says what it is bound to: tenant, list and filters in one canonical text.
pub fn seal(keys: &KeyRing, context: &str, payload: &[u8]) -> String {
    let (_, key) = keys.current(Purpose::Cursor);
    let tag = framed(key, &[&[VERSION], context.as_bytes(), payload]);
    let mut bytes = Vec::with_capacity(1 + payload.len() + TAG_BYTES);
    bytes.push(VERSION);
    bytes.extend_from_slice(payload);
    bytes.extend(tag.iter().take(TAG_BYTES));
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads the payload of a cursor that was made with the same context and any key of the ring.
///
/// # Errors
/// Everything else.
pub fn open(keys: &KeyRing, context: &str, cursor: &str) -> Result<Vec<u8>, CursorError> {
    if cursor.len() > MAX_CHARS {
        return Err(CursorError);
    }
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| CursorError)?;
    let (&version, rest) = bytes.split_first().ok_or(CursorError)?;
    let (payload, tag) = rest.split_last_chunk::<TAG_BYTES>().ok_or(CursorError)?;
    if version == VERSION && keys.any_framed(Purpose::Cursor, &[&[VERSION], context.as_bytes(), payload], tag) {
        Ok(payload.to_vec())
    } else {
        Err(CursorError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyring::tests::ring;
    use proptest::prelude::*;

    #[test]
    fn an_older_key_still_opens() {
        let cursor = seal(&ring(&[("a", 1)]), "org", b"id");
        assert_eq!(open(&ring(&[("b", 2), ("a", 1)]), "org", &cursor).as_deref(), Ok(&b"id"[..]));
        assert_eq!(open(&ring(&[("b", 2)]), "org", &cursor), Err(CursorError));
    }

    #[test]
    fn an_empty_or_huge_text_is_refused() {
        let keys = ring(&[("a", 1)]);
        assert_eq!(open(&keys, "org", ""), Err(CursorError));
        assert_eq!(open(&keys, "org", &seal(&keys, "org", &[0; 2_000])), Err(CursorError));
    }

    proptest! {
        #[test]
        fn round_trips(context in ".{0,40}", payload in proptest::collection::vec(any::<u8>(), 0..200)) {
            let keys = ring(&[("a", 1)]);
            prop_assert_eq!(open(&keys, &context, &seal(&keys, &context, &payload)), Ok(payload));
        }

        #[test]
        fn any_changed_character_is_refused(payload in "[a-z0-9_]{0,40}", at: prop::sample::Index, with in "[ -~]") {
            let keys = ring(&[("a", 1)]);
            let mut cursor = seal(&keys, "org", payload.as_bytes());
            let at = at.index(cursor.len());
            prop_assume!(cursor[at..=at] != with);
            cursor.replace_range(at..=at, &with);
            prop_assert_eq!(open(&keys, "org", &cursor), Err(CursorError));
        }

        #[test]
        fn another_context_is_refused(a in ".{0,20}", b in ".{0,20}") {
            prop_assume!(a != b);
            let keys = ring(&[("a", 1)]);
            prop_assert_eq!(open(&keys, &b, &seal(&keys, &a, b"id")), Err(CursorError));
        }

        #[test]
        fn garbage_is_refused(text in "[A-Za-z0-9_-]{0,60}") {
            prop_assert_eq!(open(&ring(&[("a", 1)]), "org", &text), Err(CursorError));
        }
    }
}
