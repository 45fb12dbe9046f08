//! The words of tickets, with their tones.

use html::part::{Tone, badge};
use maud::Markup;

/// The status of a ticket.
pub fn status(word: &str) -> Markup {
    badge(
        match word {
            "open" => Tone::Good,
            "pending" => Tone::Warn,
            _ => Tone::Plain,
        },
        word,
    )
}

/// The priority of a ticket. What is as usual does not ask for attention.
pub fn priority(word: &str) -> Markup {
    badge(
        match word {
            "urgent" => Tone::Bad,
            "high" => Tone::Warn,
            _ => Tone::Plain,
        },
        word,
    )
}
