//! The words of tickets as they look to the customer, with their tones.

use html::part::{Tone, badge};
use maud::Markup;

/// The status of a ticket, as it looks to the customer.
pub fn status(word: &str) -> Markup {
    match word {
        "open" => badge(Tone::Info, "open"),
        // Pending is the team's word: it is the customer who is waited for.
        "pending" => badge(Tone::Warn, "waiting for you"),
        other => badge(Tone::Plain, other),
    }
}
