//! `/_emulator`: the control desk as a page.

use super::{
    layout::frame,
    page,
    words::{minute, sentence},
};
use crate::{
    core::{
        money::money,
        webhooks::{AfterRetries, Switches},
        world::{Charge, World},
    },
    host::Answer,
};
use maud::{Markup, html};

const ADVANCES: [(&str, i64); 7] = [
    ("1 hour", 3_600),
    ("1 day", 86_400),
    ("3 days", 3 * 86_400),
    ("1 week", 7 * 86_400),
    ("2 weeks", 14 * 86_400),
    ("1 month", 31 * 86_400),
    ("1 year", 366 * 86_400),
];
const AFTER_RETRIES: [(&str, AfterRetries, &str); 3] = [
    ("cancel", AfterRetries::Cancel, "the subscription is canceled"),
    ("unpaid", AfterRetries::Unpaid, "the subscription becomes unpaid"),
    ("past_due", AfterRetries::PastDue, "the subscription stays past due"),
];
/// How many of each kind are shown, newest first.
const SHOWN: usize = 20;

/// The switches that a form can set: name, state, what it does.
fn switches(set: &Switches) -> [(&'static str, bool, &'static str); 5] {
    [
        ("outage", set.outage, "Outage: every call answers 503"),
        ("drop", set.drop, "Drop webhooks: they are lost, the list of events has them"),
        ("duplicate", set.duplicate, "Duplicate webhooks: each comes twice"),
        ("reorder", set.reorder, "Reorder webhooks: the newest first"),
        ("portal_unconfigured", set.portal_unconfigured, "Portal not configured: its sessions are refused"),
    ]
}

/// The page. `error` is what was wrong with the form that was sent.
pub(crate) fn page_of(world: &World, now: i64, ahead: i64, error: Option<&str>) -> Answer {
    let status = if error.is_some() { 400 } else { 200 };
    page(status, show(world, now, ahead, error), &[])
}

fn show(world: &World, now: i64, ahead: i64, error: Option<&str>) -> Markup {
    let waiting = world.deliveries.len();
    frame(
        "Control desk",
        error,
        &html! {
            section {
                h2 { "Clock" }
                dl {
                    dt { "Time here" } dd { (minute(now)) }
                    dt { "Ahead by" } dd { (ahead / 86_400) " days " (ahead % 86_400 / 3_600) " hours" }
                }
                @for (text, seconds) in ADVANCES {
                    form class="inline" method="post" action="/_emulator/form/clock" {
                        button type="submit" class="second" name="advance_seconds" value=(seconds) { "Advance " (text) }
                    }
                }
                p class="quiet" { "Trials end, periods renew, failed payments are tried again and what was to end ends, each at its own time." }
            }
            section {
                h2 { "What goes wrong" }
                form method="post" action="/_emulator/form/switches" {
                    @for (name, on, text) in switches(&world.switches) {
                        label class="choice" { input type="checkbox" name=(name) value="true" checked[on]; span { (text) } }
                    }
                    label { "Delay of webhooks, in seconds" input type="number" name="delay_seconds" min="0" max="86400" value=(world.switches.delay_seconds); }
                    label { "After the last retry of a payment" select name="after_retries" {
                        @for (value, which, text) in AFTER_RETRIES {
                            option value=(value) selected[world.switches.after_retries == which] { (text) }
                        }
                    } }
                    button type="submit" { "Set switches" }
                }
            }
            section {
                h2 { "Webhooks" }
                p { (waiting) @if waiting == 1 { " delivery waits." } @else { " deliveries wait." } }
                form class="inline" method="post" action="/_emulator/form/deliver" { button type="submit" class="second" { "Deliver now" } }
                form class="inline" method="post" action="/_emulator/form/reset" { button type="submit" class="second" { "Reset the emulator" } }
            }
            (table("Checkout sessions", &["Session", "Status", "Amount"], world.checkouts.iter().rev().take(SHOWN).map(|s| html! {
                td { a href={ "/checkout/" (s.id) } { (s.id) } } td { (sentence(s.status.as_str())) } td class="amount" { (money(s.amount, "usd")) }
            }).collect()))
            (table("Payments", &["Charge", "Customer", "Amount", "Given back", "Dispute", "What happens"], world.charges.iter().rev().take(SHOWN).map(|c| html! {
                td { (c.id) } td { (c.customer.as_deref().unwrap_or("–")) } td class="amount" { (money(c.amount, &c.currency)) }
                td class="amount" { (money(c.refunded(), &c.currency)) } td { (c.dispute.as_ref().map_or_else(|| "–".to_owned(), |dispute| sentence(dispute.status.as_str()))) }
                td { form method="post" action="/_emulator/form/charge" {
                    input type="hidden" name="charge" value=(c.id);
                    @for (action, text) in acts(c) { button type="submit" class="second" name="action" value=(action) { (text) } }
                } }
            }).collect()))
            (table("Portal sessions", &["Session", "Customer"], world.portal_sessions.iter().rev().take(SHOWN).map(|s| html! {
                td { a href={ "/portal/" (s.secret) } { (s.id) } } td { (s.customer) }
            }).collect()))
            (table("Subscriptions", &["Subscription", "Customer", "Status"], world.subscriptions.iter().rev().take(SHOWN).map(|s| html! {
                td { (s.id) } td { (s.customer) } td { (sentence(&s.status)) }
            }).collect()))
            (table("Customers", &["Customer", "Name", "Card"], world.customers.iter().rev().filter(|c| !c.deleted).take(SHOWN).map(|c| html! {
                td { (c.id) }
                td { (c.name.as_deref().or(c.email.as_deref()).unwrap_or("–")) }
                td { (c.payment_method.as_ref().map_or("–", |card| card.last4.as_str())) }
            }).collect()))
            (table("Events", &["Event", "Object", "Delivered"], world.events.iter().rev().take(SHOWN).map(|e| html! {
                td { (e.kind) } td { (e.object_id) } td { @if e.delivered { "Yes" } @else { "No" } }
            }).collect()))
            p { a href="/_emulator/state" { "Everything, as JSON" } }
        },
    )
}

/// What can happen to a payment: actions, and what their buttons say.
fn acts(charge: &Charge) -> Vec<(&'static str, &'static str)> {
    let mut acts = Vec::new();
    let withdrawn = charge.dispute.as_ref().is_some_and(|dispute| dispute.withdrawn.is_some() && dispute.reinstated.is_none());
    if charge.refunded() < charge.amount && !withdrawn {
        acts.push(("refund", "Refund"));
    }
    match &charge.dispute {
        None if charge.refunded() < charge.amount => acts.extend([("dispute", "Dispute"), ("inquire", "Inquire")]),
        Some(dispute) if dispute.status.is_open() => acts.extend([("win", "Merchant wins"), ("lose", "Payer wins")]),
        _ => {}
    }
    acts
}

fn table(title: &str, heads: &[&str], rows: Vec<Markup>) -> Markup {
    html! {
        section {
            h2 { (title) }
            @if rows.is_empty() { p { "None yet." } }
            @else {
                div class="scroll" role="region" aria-label=(title) tabindex="0" {
                    table {
                        thead { tr { @for head in heads { th scope="col" class=[matches!(*head, "Amount" | "Given back").then_some("amount")] { (head) } } } }
                        tbody { @for row in &rows { tr { (row) } } }
                    }
                }
            }
        }
    }
}
