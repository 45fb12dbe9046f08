//! The plans beside each other: what each costs and allows.

use crate::here::Here;
use domain::{
    billing::{Action, Availability},
    plans::{Interval, Plan},
    quotas::Quota,
};
use html::{list::Table, page::section, part::thousands};
use maud::{Markup, html};

/// The table, with a button for each plan that can be bought.
pub fn table(here: &Here, home: &str) -> Markup {
    let row = |label: &str, of: &dyn Fn(Plan) -> Markup| -> Vec<Markup> {
        let mut cells = vec![html! { (label) }];
        cells.extend(Plan::ALL.map(of));
        cells
    };
    let price = |interval| move |plan: Plan| html! { @match plan.price(interval) { Some(p) => (p.seat.to_string()), None => "$0" } };
    let number = |n: u32| html! { @if n == 0 { "–" } @else { (thousands(i64::from(n))) } };
    let mut rows = vec![row("A seat each month", &price(Interval::Month)), row("A seat each year", &price(Interval::Year))];
    for quota in Quota::ALL {
        rows.push(row(
            if quota == Quota::ExportsAMonth { "Exports a month" } else { quota.label() },
            &|plan| match quota.of(&plan.limits()) {
                Some(n) => number(n),
                None => html! { "No limit" },
            },
        ));
    }
    rows.push(row("API requests an hour", &|plan| number(plan.limits().requests_an_hour)));
    rows.push(row("Audit log, days", &|plan| number(plan.limits().audit_days)));
    rows.push(row("Webhook deliveries, days", &|plan| number(plan.limits().delivery_days)));
    if here.may(Action::Checkout) == Availability::Now {
        rows.push(row("Buy", &|plan| {
            html! {
                @if plan != Plan::Free { a class="button" href={ (home) "/choose?plan=" (plan.as_str()) } { "Choose " (plan.name()) } }
                @else { "" }
            }
        }));
    }
    section("Plans", "", &html! {}, &Table { caption: "Plans", columns: &["What", "Free", "Team", "Business"] }.render(&rows))
}
