//! Time as a type: Unix milliseconds in the database and in arithmetic, RFC 3339 on the wire.

use chrono::{DateTime, Utc};
use std::fmt;

/// A moment, in milliseconds since the Unix epoch (UTC).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Millis(i64);

/// A length of time, in milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Span(i64);

impl Span {
    /// That many milliseconds.
    pub const fn millis(n: i64) -> Self {
        Self(n)
    }
    /// That many seconds.
    pub const fn seconds(n: i64) -> Self {
        Self(n * 1_000)
    }
    /// That many minutes.
    pub const fn minutes(n: i64) -> Self {
        Self(n * 60_000)
    }
    /// That many hours.
    pub const fn hours(n: i64) -> Self {
        Self(n * 3_600_000)
    }
    /// That many days of 24 hours.
    pub const fn days(n: i64) -> Self {
        Self(n * 86_400_000)
    }
    /// In milliseconds.
    pub const fn as_millis(self) -> i64 {
        self.0
    }
    /// In whole seconds, rounded up, so that a wait of that length is never too short.
    pub const fn as_seconds_up(self) -> i64 {
        (self.0 + 999).div_euclid(1_000)
    }
}

impl Millis {
    /// From Unix milliseconds.
    pub const fn new(ms: i64) -> Self {
        Self(ms)
    }
    /// Unix milliseconds.
    pub const fn get(self) -> i64 {
        self.0
    }
    /// Unix seconds, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000)
    }
    /// That much later, held at the largest moment.
    pub const fn plus(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
    /// That much earlier, held at the smallest moment.
    pub const fn minus(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
    /// How long from `earlier` to this moment; negative when it is not earlier.
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
    /// RFC 3339 in UTC with milliseconds, such as `2026-11-23T20:08:46.000Z`.
    pub fn rfc3339(self) -> String {
        DateTime::<Utc>::from_timestamp_millis(self.0).map_or_else(String::new, |t| t.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
    }
    /// Midnight UTC of the first of its month.
    pub fn month_start(self) -> Self {
        let month = self.rfc3339();
        month.get(..7).and_then(|month| Self::parse_rfc3339(&format!("{month}-01T00:00:00Z"))).unwrap_or(self)
    }
    /// Reads RFC 3339 with any offset. `None` when it is not that.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc3339(text).ok().map(|t| Self(t.timestamp_millis()))
    }
}

/// Reads an HTTP date (RFC 9110 §5.6.7, the preferred form). `None` when it is not that.
pub fn parse_http_date(text: &str) -> Option<Millis> {
    DateTime::parse_from_rfc2822(text.trim()).ok().map(|t| Millis(t.timestamp_millis()))
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}
impl serde::Serialize for Millis {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.rfc3339())
    }
}
impl<'de> serde::Deserialize<'de> for Millis {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'_, str>>::deserialize(d)?;
        Self::parse_rfc3339(&text).ok_or_else(|| serde::de::Error::custom("not a time as RFC 3339 writes it"))
    }
}
impl From<Millis> for crate::sql::Value {
    fn from(at: Millis) -> Self {
        Self::Int(at.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3339_round_trips() {
        let at = Millis::new(1_795_464_526_007);
        assert_eq!(at.rfc3339(), "2026-11-23T20:08:46.007Z");
        assert_eq!(Millis::parse_rfc3339(&at.rfc3339()), Some(at));
        assert_eq!(Millis::parse_rfc3339("2026-11-23T21:08:46.007+01:00"), Some(at));
        assert_eq!(Millis::parse_rfc3339("yesterday"), None);
    }

    #[test]
    fn a_month_starts_at_midnight_utc() {
        let at = Millis::parse_rfc3339("2026-11-23T20:08:46.007Z").unwrap();
        assert_eq!(at.month_start().rfc3339(), "2026-11-01T00:00:00.000Z");
        assert_eq!(at.month_start().month_start(), at.month_start());
    }

    #[test]
    fn a_wait_is_never_too_short() {
        assert_eq!(Span::millis(1).as_seconds_up(), 1);
        assert_eq!(Span::seconds(2).as_seconds_up(), 2);
        assert_eq!(Span::millis(-1).as_seconds_up(), 0);
    }
}
