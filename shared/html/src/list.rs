//! Lists: tables that become cards where there is no room, what stands where a list is empty, and the way to older rows.

mod address;
mod filter;
mod table;

pub use address::{address, address_without};
pub use filter::{Chip, Choice, Filters, filter};
pub use table::{Sort, Table};

use crate::icon::Icon;
use maud::{Markup, html};

/// What stands where there is nothing to list: what would be here, and what to do.
pub fn empty(title: &str, text: &str, action: Option<(&str, &str)>) -> Markup {
    nothing(Icon::Inbox, title, text, &html! { @if let Some((label, href)) = action { a class="button primary" href=(href) { (label) } } })
}

/// What stands where nothing matches a filter.
pub fn no_match(title: &str, text: &str, clear: &str) -> Markup {
    nothing(Icon::Search, title, text, &html! { a class="button" href=(clear) { "Clear filters" } })
}

/// What stands where there is nothing, with an icon of its own and any actions.
pub fn nothing(icon: Icon, title: &str, text: &str, actions: &Markup) -> Markup {
    html! {
        div class="empty" {
            span class="tile" { (icon.render()) }
            p class="title" { (title) }
            p { (text) }
            @if !actions.0.is_empty() { div class="actions" { (actions) } }
        }
    }
}

/// The way through a list that goes backward in time: to the newest rows, and to older ones.
pub fn pages(first: Option<&str>, older: Option<&str>) -> Markup {
    html! {
        @if first.is_some() || older.is_some() {
            nav class="pages" aria-label="Pages" {
                @if let Some(href) = first { a class="button" href=(href) { "Newest" } }
                @if let Some(href) = older { a class="button" href=(href) rel="next" { "Older" } }
            }
        }
    }
}

/// The way through a list by age that is walked in both directions.
pub fn walk(newer: Option<&str>, older: Option<&str>) -> Markup {
    turns(["Newer", "Older"], newer, older)
}

/// The way through any list that is walked in both directions: what the two ways are called, and where each leads.
pub fn turns(labels: [&str; 2], back: Option<&str>, on: Option<&str>) -> Markup {
    let [back_label, on_label] = labels;
    html! {
        @if back.is_some() || on.is_some() {
            nav class="pages" aria-label="Pages" {
                @if let Some(href) = back { a class="button" href=(href) rel="prev" { (back_label) } }
                @if let Some(href) = on { a class="button" href=(href) rel="next" { (on_label) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_page_needs_no_way_to_another() {
        assert_eq!((pages(None, None).into_string(), walk(None, None).into_string()), (String::new(), String::new()));
        let both = walk(Some("/t?cursor=y"), Some("/t?cursor=x")).into_string();
        assert!(both.contains("cursor=y\" rel=\"prev\">Newer") && both.contains("cursor=x\" rel=\"next\">Older"));
        assert!(pages(Some("/t"), Some("/t?cursor=x")).into_string().contains("rel=\"next\""));
    }

    #[test]
    fn nothing_yet_and_no_match_offer_different_ways_on() {
        assert!(empty("No keys yet", "…", Some(("New key", "/new"))).into_string().contains("class=\"button primary\" href=\"/new\""));
        assert!(no_match("No keys match", "…", "/keys").into_string().contains("href=\"/keys\">Clear filters"));
        assert!(!empty("a", "b", None).into_string().contains("actions"));
    }
}
