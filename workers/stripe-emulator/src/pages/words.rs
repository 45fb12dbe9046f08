//! Amounts and times in words.

use chrono::DateTime;

/// An amount in the currency's smallest unit of a hundredth: `$27.00`, `27.00 EUR`.
pub fn money(cents: i64, currency: &str) -> String {
    let sign = if cents < 0 { "−" } else { "" };
    let (whole, part) = (cents.unsigned_abs() / 100, cents.unsigned_abs() % 100);
    if currency == "usd" { format!("{sign}${whole}.{part:02}") } else { format!("{sign}{whole}.{part:02} {}", currency.to_uppercase()) }
}

/// A day in UTC.
pub fn day(at: i64) -> String {
    DateTime::from_timestamp(at, 0).map_or_else(|| at.to_string(), |time| time.format("%B %-d, %Y").to_string())
}

/// A minute in UTC.
pub fn minute(at: i64) -> String {
    DateTime::from_timestamp(at, 0).map_or_else(|| at.to_string(), |time| time.format("%B %-d, %Y, %H:%M UTC").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_times_are_written_out() {
        for (cents, currency, text) in
            [(2_700, "usd", "$27.00"), (-5, "usd", "−$0.05"), (0, "usd", "$0.00"), (123_456, "eur", "1234.56 EUR")]
        {
            assert_eq!(money(cents, currency), text);
        }
        assert_eq!((day(1_795_464_526).as_str(), minute(0).as_str()), ("November 23, 2026", "January 1, 1970, 00:00 UTC"));
        assert_eq!(day(i64::MAX), i64::MAX.to_string());
    }
}
