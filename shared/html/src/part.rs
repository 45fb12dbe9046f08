//! Small parts: badges, facts, bars of use, a person's own text.

use crate::icon::Icon;
use maud::{Markup, html};

/// What a badge or a notice tells beside its words. Never by color alone: the words are always there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Neither good nor bad.
    Plain,
    /// Under way, or new: neither good nor bad, and not over.
    Info,
    /// Good.
    Good,
    /// Needs attention.
    Warn,
    /// Wrong.
    Bad,
}
impl Tone {
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Info => "info",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }
    pub(crate) const fn icon(self) -> Icon {
        match self {
            Self::Plain | Self::Info => Icon::Info,
            Self::Good => Icon::CircleCheck,
            Self::Warn => Icon::Warning,
            Self::Bad => Icon::CircleAlert,
        }
    }
}

/// A word with a tone.
pub fn badge(tone: Tone, word: &str) -> Markup {
    let class = match tone {
        Tone::Plain => "badge",
        Tone::Info => "badge info",
        Tone::Good => "badge good",
        Tone::Warn => "badge warn",
        Tone::Bad => "badge bad",
    };
    html! { span class=(class) { (sentence(word)) } }
}

/// A stored word, such as a status or a role, as people read it where it stands alone: as a sentence begins.
pub fn sentence(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// An amount or a number in a table. A column that has one lines up at its end.
pub fn amount(text: &str) -> Markup {
    html! { span class="num" { (text) } }
}

/// Names and values.
pub fn facts(facts: &[(&str, Markup)]) -> Markup {
    html! { dl class="facts" { @for (name, value) in facts { div { dt { (name) } dd { (value) } } } } }
}

/// A notice within a page. `text` may hold links.
pub fn callout(tone: Tone, title: &str, text: &Markup) -> Markup {
    html! {
        div class={ "callout " (tone.class()) } {
            (tone.icon().render())
            div { @if !title.is_empty() { p class="title" { (title) } } div class="text" { (text) } }
        }
    }
}

/// A number with its name. `note` says what it is compared to, or over what time; it may be empty.
pub fn tile(name: &str, number: &Markup, note: &Markup) -> Markup {
    html! { div class="tile-card" { p class="quiet" { (name) } p class="number" { (number) } @if !note.0.is_empty() { div class="note" { (note) } } } }
}

/// Numbers side by side.
pub fn tiles(tiles: &[Markup]) -> Markup {
    html! { div class="tiles" { @for tile in tiles { (tile) } } }
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
            @if let Some(percent) = percent { (gauge(tone, percent)) }
            @match percent {
                Some(100..) if limit.is_some_and(|limit| used > i64::from(limit)) => p class="note" { "Over the limit." },
                Some(100..) => p class="note" { "The limit is reached." },
                Some(80..) => p class="note" { "Close to the limit." },
                _ => {},
            }
        }
    }
}

/// A bar that is filled to so many percent. What it means stands beside it in words.
pub(crate) fn gauge(class: &str, percent: i64) -> Markup {
    html! {
        svg class=(class) viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" {
            rect class="track" width="100" height="4" {}
            rect class="fill" width=(percent.clamp(0, 100)) height="4" {}
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

/// A count with its noun: `1 key`, `3 keys`.
pub fn count(n: i64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(n), if n == 1 { one } else { many })
}

/// What somebody wrote, line breaks kept. In whatever direction it is written.
pub fn prose(text: &str) -> Markup {
    html! { div class="prose" dir="auto" { (text) } }
}

/// What somebody named, in whatever direction it is written; it does not reorder what stands around it.
pub fn name(text: &str) -> Markup {
    html! { bdi { (text) } }
}

/// Where a value is missing: a word for it, not an empty place.
pub fn none(word: &str) -> Markup {
    html! { span class="quiet" { (sentence(word)) } }
}

/// A stored word, such as a role or a plan, as people read it where it stands alone: as a sentence begins.
pub fn word(word: &str) -> Markup {
    html! { (sentence(word)) }
}

/// The first letters of a name, one or two.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|w| w.chars().find(|c| c.is_alphanumeric()));
    let (first, last) = (words.next(), words.next_back());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// A person: their initials and their name. `about` is what else tells them apart, such as their address.
pub fn person(called: &str, about: &str) -> Markup {
    person_with(called, &html! {}, about)
}

/// A person with a badge beside the name, such as "You".
pub fn person_with(called: &str, badge: &Markup, about: &str) -> Markup {
    html! {
        span class="person" {
            span class="avatar" aria-hidden="true" { (initials(called)) }
            span { (name(called)) @if !badge.0.is_empty() { " " (badge) } @if !about.is_empty() { span class="about" { (about) } } }
        }
    }
}

/// An id in full, with a button to copy it that the script adds.
pub fn copyable(id: &str) -> Markup {
    copyable_as("", id)
}

/// Something else to be copied; `what` says what it is to those who don't see it.
pub fn copyable_as(what: &str, text: &str) -> Markup {
    html! { span class="copyable" { code data-copy=(what) { (text) } } }
}

/// A label that is pressed or typed: keys of the keyboard.
pub fn keys(keys: &[&str]) -> Markup {
    html! { span class="keys" { @for key in keys { kbd { (key) } } } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        let grouped: Vec<String> = [0, 7, 999, 1_000, 100_000, 1_234_567, -1_000].into_iter().map(thousands).collect();
        assert_eq!(grouped, ["0", "7", "999", "1,000", "100,000", "1,234,567", "-1,000"]);
        assert_eq!((count(1, "key", "keys"), count(2_000, "key", "keys")), ("1 key".into(), "2,000 keys".into()));
    }

    #[test]
    fn a_bar_never_leaves_its_track() {
        let over = usage("Seats", 7, Some(3)).into_string();
        assert!(over.contains("7 of 3") && over.contains("width=\"100\" height=\"4\"></rect></svg>") && over.contains("Over the limit."));
        assert!(usage("Seats", 3, Some(3)).into_string().contains("The limit is reached."));
        assert!(usage("Seats", 1, Some(0)).into_string().contains("gauge full"));
        assert!(usage("Seats", 8, Some(10)).into_string().contains("Close to the limit."));
        let open = usage("Customers", 1_200, None).into_string();
        assert!(open.contains("1,200, no limit") && !open.contains("<svg"));
    }

    #[test]
    fn a_stored_word_is_read_as_a_sentence_begins() {
        let made: Vec<String> = ["past due", "admin", "", "éclair", "SSO"].into_iter().map(sentence).collect();
        assert_eq!(made, ["Past due", "Admin", "", "Éclair", "SSO"]);
        assert!(badge(Tone::Good, "active").into_string().contains(">Active<") && none("nobody").into_string().contains(">Nobody<"));
    }

    #[test]
    fn initials_are_letters_of_the_first_and_the_last_word() {
        let made: Vec<String> = ["Ada Lovelace", "ada b. lovelace", "ada", "  ", "<b>", "éa ß"].into_iter().map(initials).collect();
        assert_eq!(made, ["AL", "AL", "A", "", "B", "ÉSS"]);
    }
}
