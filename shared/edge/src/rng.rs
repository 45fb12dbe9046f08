//! Randomness.

/// What `crypto.getRandomValues` fills in one call.
const AT_ONCE: usize = 65_536;

/// Fills the buffer with cryptographically strong random bytes.
pub fn fill(buffer: &mut [u8]) {
    for chunk in buffer.chunks_mut(AT_ONCE) {
        crate::js::randomize(chunk);
    }
}
