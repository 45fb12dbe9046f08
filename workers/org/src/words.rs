//! The words of tickets and customers, with their tones.

use html::part::{Tone, badge};
use maud::Markup;

/// A stored word as people read it in a list of choices.
pub fn label(word: &str) -> &str {
    match word {
        "open" => "Open",
        "pending" => "Pending",
        "closed" => "Closed",
        "low" => "Low",
        "normal" => "Normal",
        "high" => "High",
        "urgent" => "Urgent",
        "active" => "Active",
        "invited" => "Invited",
        "blocked" => "Blocked",
        other => other,
    }
}

/// The status of a ticket.
pub fn status(word: &str) -> Markup {
    badge(
        match word {
            "open" => Tone::Info,
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

/// Where a customer stands.
pub fn customer(word: &str) -> Markup {
    badge(
        match word {
            "active" => Tone::Good,
            "blocked" => Tone::Bad,
            "invited" => Tone::Warn,
            _ => Tone::Plain,
        },
        word,
    )
}
