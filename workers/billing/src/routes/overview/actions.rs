//! What can be done with the subscription: a row each, with its button; one that can't be pressed now says why.

use crate::here::Here;
use domain::billing::{Action, Availability};
use html::{form::button, page::setting};
use maud::{Markup, html};

/// How a button is pressed.
enum Press {
    /// A page that asks first.
    Page(&'static str),
    /// A form of its own.
    Form(&'static str),
}

/// What there is to press, in order: the action, its title, what it does, its button, where that leads below `/billing`.
const ALL: [(Action, &str, &str, &str, Press); 9] = [
    (Action::Checkout, "Buy a plan", "Pay with a card, on Stripe's page.", "Choose a plan", Press::Page("/choose")),
    (
        Action::ChangePlan,
        "Change plan",
        "Takes effect at once. You see what it costs before you confirm.",
        "Change plan",
        Press::Page("/change"),
    ),
    (
        Action::ChangeSeats,
        "Change seats",
        "Pay for more people, or for fewer. You see what it costs before you confirm.",
        "Change seats",
        Press::Page("/change?for=seats"),
    ),
    (
        Action::OpenPortal,
        "Cards, invoices and tax ids",
        "Managed in Stripe's customer portal.",
        "Open Stripe's portal",
        Press::Page("/portal"),
    ),
    (Action::Reactivate, "Keep the subscription", "Takes the pending end back.", "Keep subscription", Press::Page("/keep")),
    (
        Action::CancelAtPeriodEnd,
        "Cancel at the end of the period",
        "Everything stays as it is until then. You can change your mind.",
        "Cancel at period end",
        Press::Page("/cancel"),
    ),
    (Action::CancelNow, "Cancel now", "Ends the plan at once.", "Cancel now", Press::Page("/cancel-now")),
    (Action::Resync, "Read Stripe again", "Shows here what Stripe says at this moment.", "Read Stripe again", Press::Form("/resync")),
    (
        Action::NewCustomer,
        "Set up a new record at Stripe",
        "In place of the one that is missing.",
        "Set up new record",
        Press::Page("/customer"),
    ),
];

/// Whether an action is shown although it can't be done: it belongs to what the organization has.
fn belongs(here: &Here, action: Action) -> bool {
    let alive = here.held.subscription.as_ref().filter(|s| !s.status.is_final());
    match action {
        Action::Checkout => alive.is_none(),
        Action::Reactivate => alive.is_some_and(domain::billing::Reading::is_ending),
        Action::CancelAtPeriodEnd => alive.is_some_and(|s| !s.is_ending()),
        Action::ChangePlan | Action::ChangeSeats | Action::CancelNow => alive.is_some(),
        Action::OpenPortal | Action::Resync => here.held.customer.is_some(),
        Action::NewCustomer => false,
    }
}

/// The button of an action that can be done now.
pub fn press(action: Action, csrf: &str, home: &str) -> Markup {
    let Some((.., label, press)) = ALL.iter().find(|(a, ..)| *a == action) else { return html! {} };
    match press {
        Press::Page(below) => html! { a class="button" href={ (home) (below) } { (label) } },
        Press::Form(below) => button(&format!("{home}{below}"), csrf, label),
    }
}

/// All of them.
pub fn card(here: &Here, csrf: &str, home: &str) -> Markup {
    let rows: Vec<Markup> = ALL
        .iter()
        .filter_map(|(action, title, about, label, _)| match here.may(*action) {
            Availability::Now => Some(setting(title, about, &press(*action, csrf, home))),
            Availability::Not(why) => {
                belongs(here, *action).then(|| setting(title, why, &html! { button type="button" disabled { (label) } }))
            }
        })
        .collect();
    html::page::card("What you can do", "", &html! {}, &html! { @for row in &rows { (row) } })
}
