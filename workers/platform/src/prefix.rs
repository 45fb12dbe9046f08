//! Looking for what begins with a text, by an index.

/// Above everything that begins with the text: with the text itself the bounds of a range, which an index answers.
pub fn end(text: &str) -> String {
    format!("{text}\u{10ffff}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_with_the_text_is_within_and_nothing_else() {
        let within = |text: &str| text >= "ada@" && text < end("ada@").as_str();
        assert!(["ada@", "ada@example.com", "ada@\u{ffff}"].into_iter().all(within));
        assert!(!["ada", "adb@", "b", ""].into_iter().any(within));
    }
}
