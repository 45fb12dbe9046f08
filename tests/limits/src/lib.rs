//! Many locations counting one organization's hour through an eventually consistent KV, on simulated time.

use kernel::{Millis, time::Span};
use store::limits::window::{Policy, Windows};
use testkit::Harness;

/// The hour of plan Team.
pub const HOUR: Policy = Policy { name: "hour", limit: 10_000, seconds: 3_600 };

/// What an hour of requests came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hour {
    /// Requests made.
    pub offered: u32,
    /// Requests let through.
    pub admitted: u32,
    /// Writes that KV refused because their key had been written to within the second.
    pub refused_writes: u64,
    /// Writes asked of KV.
    pub writes: u64,
}

/// Lets `locations` make `each` requests a second for an hour. `delay` is how long KV takes to show a write elsewhere; `down` takes KV away.
pub fn hour(locations: usize, each: u32, delay: Span, down: bool) -> Hour {
    let first = Harness::new();
    first.kv.set_delay(delay);
    first.kv.set_down(down);
    let places: Vec<Harness> = (0..locations).map(|_| first.elsewhere()).collect();
    let windows: Vec<Windows> = (0..locations).map(|_| Windows::default()).collect();
    let begin = Millis::new(1_795_464_000_000 / 3_600_000 * 3_600_000);
    let (mut offered, mut admitted) = (0, 0);
    for second in 0..3_600_i64 {
        first.clock.set(Millis::new(begin.get() + second * 1_000));
        for (place, window) in places.iter().zip(&windows) {
            for _ in 0..each {
                offered += 1;
                admitted += u32::from(window.admit(&place.ports(), HOUR, "org", 1).is_ok());
            }
        }
        first.background.run();
    }
    Hour { offered, admitted, refused_writes: first.kv.refused.get(), writes: first.kv.puts.get() }
}
