//! What an operator types, as patterns that look for exactly that.

/// The longest pattern that D1 takes, in bytes.
const MOST: usize = 50;

/// A pattern for `LIKE … ESCAPE '\'` that finds the text anywhere. A text that is too long for D1 is cut: then the pattern finds
/// what begins like it, which is more than was asked for, never less.
pub fn contains(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        let escaped = matches!(c, '%' | '_' | '\\');
        if pattern.len() + usize::from(escaped) + c.len_utf8() + 1 > MOST {
            break;
        }
        if escaped {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// Above everything that begins with the text: with the text itself the bounds of a prefix, which an index answers.
pub fn end(text: &str) -> String {
    format!("{text}\u{10ffff}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_to_the_database_means_itself() {
        assert_eq!(contains("50%_\\x"), "%50\\%\\_\\\\x%");
    }

    #[test]
    fn a_pattern_is_never_too_long_and_never_ends_within_an_escape() {
        for text in ["%".repeat(100), "é".repeat(100), "a".repeat(48), format!("{}%", "a".repeat(47)), format!("{}%", "a".repeat(46))] {
            let pattern = contains(&text);
            assert!(pattern.len() <= MOST && pattern.ends_with('%'), "{pattern}");
            let escapes = pattern.trim_end_matches('%').chars().rev().take_while(|c| *c == '\\').count();
            assert!(escapes % 2 == 0 || pattern.ends_with("\\%%"), "{pattern}");
        }
        assert_eq!(contains(&"a".repeat(48)).len(), MOST);
    }
}
