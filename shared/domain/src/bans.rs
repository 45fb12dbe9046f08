//! Bans of staff accounts.

use kernel::{Millis, time::Span};

/// The stored end of a ban that has none: the last millisecond of the year 9999.
pub const FOREVER: Millis = Millis::new(253_402_300_799_999);
/// The longest ban with an end: ten years.
pub const LONGEST: Span = Span::days(3_653);
/// The shortest reason that explains anything, characters: of bans, suspensions and whatever else operators do to people.
pub const REASON_AT_LEAST: usize = 10;
/// The longest reason, characters.
pub const REASON_AT_MOST: usize = 500;

/// When a ban ends; `None` for one without end.
pub fn end(until: Millis) -> Option<Millis> {
    (until < FOREVER).then_some(until)
}
