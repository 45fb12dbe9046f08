//! What others wrote, made fit for a letter: one line, not too long, harmless in both directions of writing, and no link.

use kernel::Millis;

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/// Characters that are not seen but change what is: bidirectional controls, joiners and other format characters.
fn invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// Whether a text holds letters that are written from right to left.
fn right_to_left(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}'))
}

/// One line of at most `most` characters.
pub fn line(text: &str, most: usize) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() || invisible(c) { ' ' } else { c }).collect();
    let words = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= most {
        return words;
    }
    let cut: String = words.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}

/// A name or a subject that somebody chose. Mail programs make links of what looks like one, so that a name could carry a stranger's
/// address into our letter: a word joiner, which is not seen, keeps them from it.
pub fn name(text: &str) -> String {
    harmless(&line(text, 80))
}
/// The same for a sentence or two, such as a reason.
pub fn sentence(text: &str) -> String {
    harmless(&line(text, 500))
}

fn harmless(short: &str) -> String {
    let mut out = String::with_capacity(short.len() + 8);
    let mut rest = short.chars().peekable();
    while let Some(c) = rest.next() {
        out.push(c);
        let linking = match c {
            '.' | '@' => rest.peek().is_some_and(|next| next.is_alphanumeric()),
            ':' => rest.peek() == Some(&'/'),
            _ => false,
        };
        if linking {
            out.push('\u{2060}');
        }
    }
    // Isolated, so that it does not turn around what stands beside it (Unicode UAX #9, FSI and PDI).
    if right_to_left(&out) { format!("\u{2068}{out}\u{2069}") } else { out }
}

/// A moment, such as `24 November 2026, 11:40 UTC`.
pub fn moment(at: Millis) -> String {
    let exact = at.rfc3339();
    let part = |from: usize, to: usize| exact.get(from..to).unwrap_or_default();
    let month = part(5, 7).parse::<usize>().ok().and_then(|m| MONTHS.get(m.wrapping_sub(1))).copied().unwrap_or_default();
    format!("{} {month} {}, {} UTC", part(8, 10).trim_start_matches('0'), part(0, 4), part(11, 16))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line() {
        assert_eq!(line("a\r\nBcc: b\t\u{202e}c", 80), "a Bcc: b c");
        assert_eq!(line(&"x".repeat(300), 10), "xxxxxxxxx…");
        assert_eq!(line("exact", 5), "exact");
    }

    #[test]
    fn a_name_makes_no_link_and_turns_nothing_around() {
        assert_eq!(name("Win at https://evil.example now"), "Win at https:\u{2060}//evil.\u{2060}example now");
        assert_eq!(name("St. Mary"), "St. Mary");
        assert_eq!(name("שלום"), "\u{2068}שלום\u{2069}");
    }

    #[test]
    fn a_moment_is_readable() {
        assert_eq!(moment(Millis::new(1_795_464_526_007)), "23 November 2026, 20:08 UTC");
    }
}
