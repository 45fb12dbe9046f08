//! What needs attention: payments that aren't set up, each repair state with what helps, a grace period, a purchase under way, what Stripe
//! refused.

use super::actions::press;
use crate::{ask::ALONE, here::Here, order::Order, words};
use domain::billing::{Action, Availability, Finding, Status};
use html::{
    form::button,
    part::{Tone, callout},
    when,
};
use kernel::{Millis, Result, db::Rows, time::Span};
use maud::{Markup, html};

/// How long a refusal is shown.
const REFUSAL_SHOWN: Span = Span::days(1);

/// All that there are.
///
/// # Errors
/// An incident when a row can't be read.
pub fn all(here: &Here, csrf: &str, home: &str, last: &Rows, now: Millis) -> Result<Markup> {
    if !here.is_configured() {
        return Ok(callout(
            Tone::Info,
            "Payments aren't set up",
            &html! { "Plans can't be bought here yet, and the limits of the Free plan hold unless support grants others. Whoever runs this deployment finds how to set Stripe up in its documentation." },
        ));
    }
    let held = &here.held;
    let mut all = Vec::new();
    for (kind, _, since) in &held.findings {
        all.push(finding(here, *kind, *since, csrf, home));
    }
    if let (Some(since), Some(s)) = (held.overdue_since, &held.subscription)
        && s.status == Status::PastDue
    {
        all.push(callout(Tone::Warn, "A payment is overdue", &html! {
            p {
                "Seen first on " (when::day(since)) ". "
                @match held.entitled_until.filter(|until| *until > now) {
                    Some(until) => { "The plan stays until " (when::at(until)) "; then the limits of the Free plan hold until the invoice is paid. Nothing is deleted." },
                    None => { "The time to pay has run out: the limits of the Free plan hold until the invoice is paid. Nothing was deleted." },
                }
            }
            (control(here, Action::OpenPortal, csrf, home))
        }));
    }
    all.extend(checkout(here, csrf, home, now));
    all.extend(request(here, last, csrf, home, now)?);
    Ok(html! { @for c in &all { (c) } })
}

/// The button of an action, if it can be pressed.
fn control(here: &Here, action: Action, csrf: &str, home: &str) -> Markup {
    if here.may(action) == Availability::Now {
        press(action, csrf, home)
    } else {
        html! {}
    }
}

fn finding(here: &Here, kind: Finding, since: Millis, csrf: &str, home: &str) -> Markup {
    let (about, helps) = words::finding(kind);
    callout(
        words::finding_tone(kind),
        kind.title(),
        &html! {
            p { (about) " " span class="quiet" { "Since " (when::at(since)) "." } }
            @if here.may_pay() {
                @if kind == Finding::PortalNotConfigured {
                    (button(&format!("{home}/portal/check"), csrf, "Check the portal again"))
                } @else if let Some(action) = helps { (control(here, action, csrf, home)) }
                @if kind == Finding::SubscriptionMissing { (control(here, Action::Checkout, csrf, home)) }
            }
        },
    )
}

fn checkout(here: &Here, csrf: &str, home: &str, now: Millis) -> Option<Markup> {
    let slot = here.slot.as_ref().filter(|s| here.may_pay() && s.is_pending(now))?;
    if here.may(Action::Checkout) != Availability::Now {
        return None;
    }
    let order = Order::stored(&slot.lookup_key, slot.seats)?;
    Some(callout(
        Tone::Info,
        "A purchase is under way",
        &html! {
            p { (order.words()) " (" (order.total().to_string()) "). Stripe's page stays open until " (when::at(slot.expires_at)) "." }
            div class="actions" {
                a class="button" href={ (home) "/choose?" (order.query()) } { "Go on with it" }
                (button(&format!("{home}/checkout/give-up"), csrf, "Give it up"))
            }
        },
    ))
}

fn request(here: &Here, last: &Rows, csrf: &str, home: &str, now: Millis) -> Result<Option<Markup>> {
    let Some(row) = last.first().filter(|_| here.may_pay()) else { return Ok(None) };
    let at = Millis::new(row.int(2)?);
    Ok(match (row.text(0)?, row.opt_text(1)?) {
        // A reading that is later than any answer shows what came of it.
        ("asked" | "unknown", _) if here.held.synced_at.is_none_or(|read| read <= at.plus(ALONE)) => Some(callout(
            Tone::Warn,
            "A change isn't confirmed yet",
            &html! {
                p { "It was asked of Stripe at " (when::at(at)) ", and the answer didn't reach us. What this page shows may be from before it. Nothing is done twice." }
                (control(here, Action::Resync, csrf, home))
            },
        )),
        ("refused", Some(why)) if at.plus(REFUSAL_SHOWN) > now => Some(callout(
            Tone::Bad,
            "The last change was refused",
            &html! {
                p { (why) " Nothing was changed and nothing was charged. " span class="quiet" { "At " (when::at(at)) "." } }
                (control(here, Action::OpenPortal, csrf, home))
            },
        )),
        _ => None,
    })
}
