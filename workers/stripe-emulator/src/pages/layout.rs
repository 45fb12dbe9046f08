//! What all pages have.

use super::{CARDS, STYLE};
use maud::{DOCTYPE, Markup, html};

/// A page. `title` is its heading too; `error` is what went wrong with the form that was sent.
pub fn frame(title: &str, error: Option<&str>, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { @if error.is_some() { "Error: " } (title) " · Local Stripe emulator" }
                link rel="stylesheet" href=(STYLE);
            }
            body {
                header class="label" {
                    strong { "Local Stripe emulator" }
                    span { "No real money moves here." }
                    a href="/_emulator" { "Control desk" }
                }
                main {
                    h1 { (title) }
                    @if let Some(error) = error { p class="error" role="alert" { (error) } }
                    (content)
                }
            }
        }
    }
}

/// A page with one thing to say. `onward` is a link: text and address.
pub fn message(title: &str, text: &str, onward: Option<(&str, &str)>) -> Markup {
    frame(
        title,
        None,
        &html! {
            p { (text) }
            @if let Some((text, to)) = onward { p { a class="button" href=(to) { (text) } } }
        },
    )
}

/// The choice of a test card.
pub fn cards(legend: &str) -> Markup {
    html! {
        fieldset {
            legend { (legend) }
            @for (at, (_, value, number, becomes)) in CARDS.iter().enumerate() {
                label class="choice" {
                    input type="radio" name="card" value=(value) required checked[at == 0];
                    span { span class="number" { (number) } " " (becomes) }
                }
            }
        }
    }
}
