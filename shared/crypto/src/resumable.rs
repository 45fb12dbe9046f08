//! SHA-256 over several runs: the state between two of them is text that a row can keep.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use sha2::{
    Digest, Sha256,
    digest::common::hazmat::{SerializableState, SerializedState},
};

/// A hash under way.
#[derive(Clone, Default)]
pub struct Resumable(Sha256);

impl Resumable {
    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
    /// The hash of everything added, as 64 lower-case hexadecimal digits.
    pub fn finish_hex(self) -> String {
        crate::hash::hex(&self.0.finalize())
    }
    /// The state, as text.
    pub fn save(&self) -> String {
        STANDARD_NO_PAD.encode(self.0.serialize())
    }
    /// Goes on from a saved state. `None` when the text is none.
    pub fn restore(text: &str) -> Option<Self> {
        let bytes = STANDARD_NO_PAD.decode(text).ok()?;
        let state: &SerializedState<Sha256> = bytes.as_slice().try_into().ok()?;
        Sha256::deserialize(state).ok().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_goes_on_where_it_was_left() {
        let text = "x".repeat(1_000);
        let mut hash = Resumable::default();
        for piece in text.as_bytes().chunks(77) {
            hash.update(piece);
            hash = Resumable::restore(&hash.save()).unwrap();
        }
        assert_eq!(hash.finish_hex(), crate::hash::sha256_hex(text.as_bytes()));
        assert!(Resumable::restore("nonsense").is_none());
    }
}
