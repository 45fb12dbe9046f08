//! Lists: tables that become cards where there is no room, what stands where a list is empty, and the way to older rows.

use maud::{Markup, html};

/// A table. The first cell of a row names it.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a> {
    /// What it lists; read out, not shown where the heading says it already.
    pub caption: &'a str,
    /// The headings.
    pub columns: &'a [&'a str],
}
impl Table<'_> {
    /// The table with its rows. Roles are spelled out because the card layout takes them from the elements in some browsers.
    pub fn render(&self, rows: &[Vec<Markup>]) -> Markup {
        html! {
            div class="frame" {
                table role="table" {
                    caption class="unseen" { (self.caption) }
                    thead role="rowgroup" { tr role="row" { @for name in self.columns { th scope="col" role="columnheader" { (name) } } } }
                    tbody role="rowgroup" {
                        @for row in rows {
                            tr role="row" {
                                @for (at, (name, cell)) in self.columns.iter().zip(row).enumerate() {
                                    @if at == 0 { th scope="row" role="rowheader" { (cell) } }
                                    @else { td role="cell" { span class="label" aria-hidden="true" { (name) } span class="value" { (cell) } } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What stands where there is nothing to list: what would be here, and what to do.
pub fn empty(title: &str, text: &str, action: Option<(&str, &str)>) -> Markup {
    html! {
        div class="empty" {
            p class="title" { (title) }
            p { (text) }
            @if let Some((label, href)) = action { p { a href=(href) { (label) } } }
        }
    }
}

/// The way through a list that goes backward in time: to the newest rows, and to older ones.
pub fn pages(first: Option<&str>, older: Option<&str>) -> Markup {
    html! {
        @if first.is_some() || older.is_some() {
            nav class="pages" aria-label="Pages" {
                @if let Some(href) = first { a href=(href) { "Newest" } }
                @if let Some(href) = older { a href=(href) rel="next" { "Older" } }
            }
        }
    }
}

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
/// A filter as links: its state is in the address, so that it can be shared.
pub fn filter(name: &str, choices: &[Choice<'_>]) -> Markup {
    html! {
        nav class="filter" aria-label=(name) {
            ul { @for c in choices { li { a href=(c.href) aria-current=[c.chosen.then_some("true")] { (c.label) } } } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_names_its_rows_and_columns() {
        let rows = vec![vec![html! { "a" }, html! { "<b>" }]];
        let text = Table { caption: "Things", columns: &["Name", "Size"] }.render(&rows).into_string();
        assert!(text.contains("<caption class=\"unseen\">Things</caption>"));
        assert_eq!((text.matches("scope=\"col\"").count(), text.matches("scope=\"row\"").count()), (2, 1));
        assert!(text.contains("&lt;b&gt;"));
    }

    #[test]
    fn one_page_needs_no_way_to_another() {
        assert_eq!(pages(None, None).into_string(), "");
        assert!(pages(Some("/t"), Some("/t?cursor=x")).into_string().contains("rel=\"next\""));
    }
}
