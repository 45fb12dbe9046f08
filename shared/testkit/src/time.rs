//! Time that stands still until it is told to move, and randomness that repeats.

use kernel::{
    Millis,
    ports::{Clock, Rng},
    time::Span,
};
use std::cell::Cell;

/// When every test begins: 2026-11-24T08:00:00Z, a Tuesday in the middle of a month.
pub const START: Millis = Millis::new(1_795_507_200_000);

/// A frozen clock.
pub struct FrozenClock(Cell<Millis>);
impl Default for FrozenClock {
    fn default() -> Self {
        Self(Cell::new(START))
    }
}
impl FrozenClock {
    /// Moves on.
    pub fn advance(&self, span: Span) {
        self.0.set(self.0.get().plus(span));
    }
    /// Moves to a moment, be it an earlier one.
    pub fn set(&self, at: Millis) {
        self.0.set(at);
    }
}
impl Clock for FrozenClock {
    fn now(&self) -> Millis {
        self.0.get()
    }
}

/// SplitMix64: the same bytes in every run for the same seed.
pub struct SeededRng(Cell<u64>);
impl SeededRng {
    /// A generator with its seed.
    pub const fn new(seed: u64) -> Self {
        Self(Cell::new(seed))
    }
    /// Begins again from a seed.
    pub fn reseed(&self, seed: u64) {
        self.0.set(seed);
    }
    /// The next number.
    pub fn next(&self) -> u64 {
        let state = self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.0.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
    /// A number below `end`.
    pub fn below(&self, end: usize) -> usize {
        (self.next() % u64::try_from(end.max(1)).unwrap()) as usize
    }
    /// Bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        self.fill(&mut out);
        out
    }
    /// Puts a list into another order.
    pub fn shuffle<T>(&self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last + 1));
        }
    }
}
impl Rng for SeededRng {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let bytes = self.next().to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
    }
}
