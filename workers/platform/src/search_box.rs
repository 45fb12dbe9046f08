//! The box that searches everything.

use html::{
    Icon,
    form::{Field, Kind},
};
use maud::{Markup, html};

/// The box, with what was searched for. `hint` says what it takes.
pub fn render(value: &str, hint: &str) -> Markup {
    let field = Field::new(Kind::Search, "q", "Search everything").value(value).hint(hint).placeholder("northwind");
    html! {
        form class="filters" method="get" action="/search" role="search" {
            (field.render(&[]))
            button type="submit" { (Icon::Search.render()) "Search" }
        }
    }
}
