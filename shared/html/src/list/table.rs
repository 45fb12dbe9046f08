//! Tables, which become cards where there is no room.

use crate::icon::Icon;
use maud::{Markup, html};

/// How a column is sorted, and where the other order is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    /// Which column, counted from nothing.
    pub column: usize,
    /// Where one gets by choosing it.
    pub href: String,
    /// `Some(true)` when the list goes up by it now, `Some(false)` when it goes down.
    pub ascending: Option<bool>,
}

/// A table. The first cell of a row names it; a link in there makes the whole row lead there.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a> {
    /// What it lists; read out, not shown where the heading says it already.
    pub caption: &'a str,
    /// The headings. An empty one stands over the actions of a row.
    pub columns: &'a [&'a str],
}
impl Table<'_> {
    /// The table with its rows. Roles are spelled out because the card layout takes them from the elements in some browsers.
    pub fn render(&self, rows: &[Vec<Markup>]) -> Markup {
        self.sorted(&[], rows)
    }
    /// The table with its rows, and links that sort it.
    pub fn sorted(&self, sorts: &[Sort], rows: &[Vec<Markup>]) -> Markup {
        // Where nothing in a wide table takes the focus, the table itself does, so that the keyboard can move it sideways.
        let still = !rows.iter().flatten().any(|cell| cell.0.contains("<a ") || cell.0.contains("<button"));
        let numbers: Vec<bool> = (0..self.columns.len()).map(|at| rows.iter().any(|row| row.get(at).is_some_and(is_number))).collect();
        let number = |at: usize| numbers.get(at).copied().unwrap_or_default();
        html! {
            div class="frame" tabindex=[still.then_some("0")] role=[still.then_some("group")] aria-label=[still.then_some(self.caption)] {
                table role="table" {
                    caption class="unseen" { (self.caption) }
                    thead role="rowgroup" { tr role="row" {
                        @for (at, name) in self.columns.iter().enumerate() { (heading(name, number(at), sorts.iter().find(|s| s.column == at))) }
                    } }
                    tbody role="rowgroup" {
                        @for row in rows {
                            tr role="row" {
                                @for (at, (name, cell)) in self.columns.iter().zip(row).enumerate() {
                                    @if at == 0 { th scope="row" role="rowheader" { (cell) } }
                                    @else if name.is_empty() { td role="cell" class="does" { (cell) } }
                                    @else { td role="cell" class=[number(at).then_some("num")] { span class="label" aria-hidden="true" { (name) } span class="value" { (cell) } } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Whether a cell is a [`crate::part::amount`].
fn is_number(cell: &Markup) -> bool {
    cell.0.starts_with("<span class=\"num\">")
}

fn heading(name: &str, number: bool, sort: Option<&Sort>) -> Markup {
    let class = number.then_some("num");
    let Some(sort) = sort else {
        return html! { th scope="col" role="columnheader" class=[class] { @if name.is_empty() { span class="unseen" { "Actions" } } @else { (name) } } };
    };
    let order = sort.ascending.map(|up| if up { "ascending" } else { "descending" });
    html! {
        th scope="col" role="columnheader" class=[class] aria-sort=[order] {
            a href=(sort.href) { (name) @match sort.ascending { Some(true) => (Icon::ArrowUp.render()), Some(false) => (Icon::ArrowDown.render()), None => {} } }
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
    fn a_table_that_nothing_in_it_can_be_reached_in_can_be_reached_itself() {
        let table = Table { caption: "Things", columns: &["Name"] };
        assert!(table.render(&[vec![html! { "a" }]]).into_string().contains("tabindex=\"0\" role=\"group\" aria-label=\"Things\""));
        assert!(!table.render(&[vec![html! { a href="/a" { "a" } }]]).into_string().contains("tabindex"));
    }

    #[test]
    fn a_column_of_amounts_lines_up_at_its_end_with_its_heading() {
        let rows = vec![vec![html! { "Invoice" }, crate::part::amount("$9.00")], vec![html! { "Credit" }, html! { "none" }]];
        let text = Table { caption: "Ledger", columns: &["Kind", "Amount"] }.render(&rows).into_string();
        assert!(text.contains("role=\"columnheader\" class=\"num\">Amount"), "{text}");
        assert_eq!(text.matches("role=\"cell\" class=\"num\"").count(), 2);
    }

    #[test]
    fn the_order_is_told_and_the_actions_have_a_heading() {
        let sort = Sort { column: 0, href: "/?sort=-name".into(), ascending: Some(true) };
        let text = Table { caption: "Things", columns: &["Name", ""] }.sorted(&[sort], &[]).into_string();
        assert!(text.contains("aria-sort=\"ascending\"><a href=\"/?sort=-name\">Name") && text.contains(">Actions</span>"));
    }
}
