//! Small parts: badges, facts, bars of use, a person's own text.

use maud::{Markup, html};

/// What a badge tells beside its word. Never by color alone: the word is always there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Neither good nor bad.
    Plain,
    /// Good.
    Good,
    /// Needs attention.
    Warn,
    /// Wrong.
    Bad,
}

/// A word with a tone.
pub fn badge(tone: Tone, word: &str) -> Markup {
    let class = match tone {
        Tone::Plain => "badge",
        Tone::Good => "badge good",
        Tone::Warn => "badge warn",
        Tone::Bad => "badge bad",
    };
    html! { span class=(class) { (word) } }
}

/// Names and values.
pub fn facts(facts: &[(&str, Markup)]) -> Markup {
    html! { dl class="facts" { @for (name, value) in facts { div { dt { (name) } dd { (value) } } } } }
}

/// How much of a limit is used. `limit` is `None` where there is none.
pub fn usage(name: &str, used: i64, limit: Option<u32>) -> Markup {
    let used = used.max(0);
    // A limit of nothing is full; beyond a hundred the bar has no more to say.
    let percent = limit.map(|limit| if limit == 0 { 100 } else { (used.saturating_mul(100) / i64::from(limit)).min(100) });
    let tone = match percent {
        Some(100..) => "gauge full",
        Some(80..) => "gauge near",
        _ => "gauge",
    };
    html! {
        li class="usage" {
            p { span class="name" { (name) } span class="count" {
                @match limit {
                    Some(limit) => { (thousands(used)) " of " (thousands(i64::from(limit))) },
                    None => { (thousands(used)) ", no limit" },
                }
            } }
            @if let Some(percent) = percent {
                svg class=(tone) viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" {
                    rect class="track" width="100" height="4" {}
                    rect class="fill" width=(percent) height="4" {}
                }
            }
            @match percent {
                Some(100..) => p class="note" { "The limit is reached." },
                Some(80..) => p class="note" { "Close to the limit." },
                _ => {},
            }
        }
    }
}

/// A whole number with separators, as people read it.
pub fn thousands(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if n < 0 {
        out.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// What somebody wrote, line breaks kept. In whatever direction it is written.
pub fn prose(text: &str) -> Markup {
    html! { div class="prose" dir="auto" { (text) } }
}

/// What somebody named, in whatever direction it is written; it does not reorder what stands around it.
pub fn name(text: &str) -> Markup {
    html! { bdi { (text) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        let grouped: Vec<String> = [0, 7, 999, 1_000, 100_000, 1_234_567, -1_000].into_iter().map(thousands).collect();
        assert_eq!(grouped, ["0", "7", "999", "1,000", "100,000", "1,234,567", "-1,000"]);
    }

    #[test]
    fn a_bar_never_leaves_its_track() {
        let over = usage("Seats", 7, Some(3)).into_string();
        assert!(
            over.contains("7 of 3") && over.contains("width=\"100\" height=\"4\"></rect></svg>") && over.contains("The limit is reached.")
        );
        assert!(usage("Seats", 1, Some(0)).into_string().contains("gauge full"));
        assert!(usage("Seats", 8, Some(10)).into_string().contains("Close to the limit."));
        let open = usage("Customers", 1_200, None).into_string();
        assert!(open.contains("1,200, no limit") && !open.contains("<svg"));
    }
}
