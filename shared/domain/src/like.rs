//! What somebody looks for, as a pattern that finds exactly that.

/// The longest pattern that D1 takes, in bytes.
const MOST: usize = 50;

/// A pattern for `LIKE … ESCAPE '\'` that finds the text anywhere. `None` for one that is too long to be looked for.
pub fn contains(text: &str) -> Option<String> {
    fitting(format!("%{}%", escaped(text)))
}

/// As [`contains`], for what begins with the text.
pub fn begins(text: &str) -> Option<String> {
    fitting(format!("{}%", escaped(text)))
}

fn escaped(text: &str) -> String {
    text.chars().flat_map(|c| matches!(c, '%' | '_' | '\\').then_some('\\').into_iter().chain([c])).collect()
}
fn fitting(pattern: String) -> Option<String> {
    (pattern.len() <= MOST).then_some(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_to_the_database_means_itself() {
        assert_eq!(contains("50%_\\x").as_deref(), Some("%50\\%\\_\\\\x%"));
        assert_eq!((contains(&"a".repeat(48)).map(|p| p.len()), contains(&"a".repeat(49))), (Some(50), None));
        assert_eq!((begins("a_b").as_deref(), begins(&"a".repeat(50))), (Some("a\\_b%"), None));
        assert_eq!((contains(&"%".repeat(24)).map(|p| p.len()), contains(&"%".repeat(25))), (Some(50), None));
        assert_eq!(contains(&"é".repeat(25)), None, "bytes are what counts");
    }
}
