//! Times and states in words.

use chrono::DateTime;

/// A day in UTC.
pub fn day(at: i64) -> String {
    DateTime::from_timestamp(at, 0).map_or_else(|| at.to_string(), |time| time.format("%B %-d, %Y").to_string())
}

/// A minute in UTC.
pub fn minute(at: i64) -> String {
    DateTime::from_timestamp(at, 0).map_or_else(|| at.to_string(), |time| time.format("%B %-d, %Y, %H:%M UTC").to_string())
}

/// A stored word, such as `past_due`, as people read it.
pub fn sentence(word: &str) -> String {
    let mut letters = word.chars().map(|c| if c == '_' { ' ' } else { c });
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_out() {
        assert_eq!((day(1_795_464_526).as_str(), minute(0).as_str()), ("November 23, 2026", "January 1, 1970, 00:00 UTC"));
        assert_eq!(day(i64::MAX), i64::MAX.to_string());
    }

    #[test]
    fn states_are_read_as_words() {
        assert_eq!((sentence("past_due").as_str(), sentence("").as_str()), ("Past due", ""));
    }
}
