//! Both sides next to each other.

use domain::billing::{Customer, Reading, Remote, Status, pick};
use html::{
    list::Table,
    part::{Tone, badge},
    when,
};
use maud::{Markup, html};
use store::billing::{Change, Held};

/// A status as people read it; one that this version doesn't know as Stripe writes it.
pub fn status(status: &Status) -> String {
    match status {
        Status::Unknown(word) => format!("{word} (not known here)"),
        known => known.label().to_owned(),
    }
}

fn fields(s: Option<&Reading>) -> [(&'static str, String); 9] {
    let text = |of: &dyn Fn(&Reading) -> Option<String>| s.and_then(of).unwrap_or_else(|| "none".to_owned());
    [
        ("Subscription", text(&|s| Some(s.id.clone()))),
        ("Status", text(&|s| Some(status(&s.status)))),
        ("Plan", text(&|s| s.plan.map(|p| p.name().to_owned()))),
        ("Price", text(&|s| s.lookup_key.clone().or_else(|| s.price.clone()))),
        ("Amount a seat", text(&|s| s.seat.map(|m| m.to_string()))),
        ("Interval", text(&|s| s.interval.map(|i| format!("every {}", i.as_str())))),
        ("Seats paid", text(&|s| s.quantity.map(|q| q.to_string()))),
        ("Period ends", text(&|s| s.period_end.map(when::plain_day))),
        ("Set to end", text(&|s| s.ends_at().map(when::plain_day))),
    ]
}

/// What is held, beside what Stripe says and what would be held then. What was not read, or doesn't change, has no column.
pub fn sides(before: &Held, now: Option<&Remote>, change: Option<&Change<'_>>) -> Markup {
    let held = fields(before.subscription.as_ref());
    let said = now.map(|r| fields(pick(&r.subscriptions)));
    let after = change.map(|c| fields(c.subscription()));
    let whose = now.map(|r| match &r.customer {
        Customer::Missing => "not there".to_owned(),
        Customer::There { org: Some(org) } => format!("there; says {org}"),
        Customer::There { org: None } => "there; says nobody's".to_owned(),
    });
    let mut columns = vec!["Field", "We hold"];
    if said.is_some() {
        columns.push("Stripe says");
    }
    if after.is_some() {
        columns.push("Afterwards");
    }
    let mut rows = vec![];
    let mut push = |name: &str, ours: String, theirs: Option<String>, then: Option<String>, compared: bool| {
        let differs = compared && theirs.as_ref().is_some_and(|t| *t != ours);
        let mut row = vec![html! { (name) @if differs { " " (badge(Tone::Warn, "differs")) } }, html! { (ours) }];
        if said.is_some() {
            row.push(html! { (theirs.unwrap_or_default()) });
        }
        if after.is_some() {
            row.push(html! { (then.unwrap_or_default()) });
        }
        rows.push(row);
    };
    let customer = before.customer.clone().unwrap_or_else(|| "none".to_owned());
    push("Customer", customer, whose, None, false);
    for (at, (name, ours)) in held.into_iter().enumerate() {
        let of = |side: &Option<[(&str, String); 9]>| side.as_ref().and_then(|s| s.get(at)).map(|(_, text)| text.clone());
        push(name, ours, of(&said), of(&after), true);
    }
    let granted = change.map(Change::granted);
    push("Limits of", before.plan.name().to_owned(), None, granted.map(|g| g.plan.name().to_owned()), false);
    push("Seats that may be used", before.seats.to_string(), None, granted.map(|g| g.seats.to_string()), false);
    Table { caption: "What we hold and what Stripe says", columns: &columns }.render(&rows)
}
