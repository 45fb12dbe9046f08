//! What a list is narrowed by. Its state is in the address, so that it can be shared.

use crate::icon::Icon;
use maud::{Markup, html};

/// One choice of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice<'a> {
    /// What it says.
    pub label: &'a str,
    /// Where it leads.
    pub href: String,
    /// Whether it is chosen.
    pub chosen: bool,
}
/// A filter as links, for one thing with a few values.
pub fn filter(name: &str, choices: &[Choice<'_>]) -> Markup {
    html! {
        nav class="filter" aria-label=(name) {
            ul role="list" { @for c in choices { li { a href=(c.href) aria-current=[c.chosen.then_some("true")] { (c.label) } } } }
        }
    }
}

/// A filter that is in force, with the address without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip<'a> {
    /// What it narrows by.
    pub name: &'a str,
    /// To what.
    pub value: &'a str,
    /// The list without it.
    pub remove: String,
}

/// Filters as a form that gets: several things at once, or text to look for. What is in force stands below it and can be taken away.
#[derive(Debug, Clone, Copy)]
pub struct Filters<'a> {
    /// The list's own address.
    pub action: &'a str,
    /// What is in force.
    pub chips: &'a [Chip<'a>],
}
impl Filters<'_> {
    /// The form around its fields.
    pub fn render(&self, fields: &Markup) -> Markup {
        self.with(Icon::Filter, "Filter", fields)
    }
    /// The form around a field for what to look for: its button says so.
    pub fn search(&self, fields: &Markup) -> Markup {
        self.with(Icon::Search, "Search", fields)
    }
    fn with(&self, icon: Icon, label: &str, fields: &Markup) -> Markup {
        html! {
            form class="filters" method="get" action=(self.action) role="search" {
                (fields)
                button type="submit" { (icon.render()) (label) }
            }
            @if !self.chips.is_empty() {
                ul class="chips" role="list" aria-label="Filters in force" {
                    @for chip in self.chips {
                        li { a href=(chip.remove) {
                            span class="unseen" { "Remove: " } span class="quiet" { (chip.name) } " " bdi { (chip.value) } (Icon::Close.render())
                        } }
                    }
                    li { a class="plain" href=(self.action) { "Clear all" } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_force_can_be_taken_away() {
        let chips = [Chip { name: "Status", value: "<open>", remove: "/t".into() }];
        let text = Filters { action: "/t", chips: &chips }.render(&html! {}).into_string();
        assert!(text.contains("method=\"get\"") && text.contains("&lt;open&gt;") && text.contains("Clear all"));
        assert!(!text.contains("csrf"), "a token does not belong in an address");
        assert!(!Filters { action: "/t", chips: &[] }.render(&html! {}).into_string().contains("chips"));
    }
}
