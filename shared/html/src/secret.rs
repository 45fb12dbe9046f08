//! What is shown to be copied: secrets that are shown once, and lines of code.

use crate::part::{Tone, callout};
use maud::{Markup, html};

/// A secret, shown this once. `name` says what it is, such as `API key`.
pub fn once(name: &str, secret: &str) -> Markup {
    html! {
        section class="card secret" {
            div class="card-head" { h2 { "Your new " (name) } }
            (block(name, secret))
            (callout(Tone::Warn, "You won't see this again", &html! { "Copy it now and keep it where secrets belong. If it is lost, make a new one." }))
        }
    }
}

/// A line or several to be copied: a command, a record, an address. `label` says what it is.
pub fn block(label: &str, text: &str) -> Markup {
    html! { div class="code" { pre tabindex="0" aria-label=(label) { code data-copy=(label) { (text) } } } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_said_to_be_shown_once_and_can_be_copied() {
        let text = once("API key", "pk_<x>").into_string();
        assert!(text.contains("You won't see this again") && text.contains("data-copy=\"API key\"") && text.contains("pk_&lt;x&gt;"));
    }
}
