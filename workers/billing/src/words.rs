//! Billing's states in words: what each means and what helps. Written once, for every page that shows them.

use domain::{
    billing::{Action, Finding, Reading, Status},
    quotas::{Quota, Standing},
};
use html::part::Tone;

/// How a status looks.
pub const fn tone(status: &Status) -> Tone {
    match status {
        Status::Active | Status::Trialing => Tone::Good,
        Status::PastDue | Status::Incomplete | Status::Paused => Tone::Warn,
        Status::Unpaid => Tone::Bad,
        Status::Canceled | Status::IncompleteExpired | Status::Unknown(_) => Tone::Plain,
    }
}

/// What a status means, and what comes next.
pub const fn about(s: &Reading) -> &'static str {
    match &s.status {
        Status::Active if s.is_ending() => "Everything is paid. It is set to end; until then nothing changes.",
        Status::Active => "Everything is paid, and it renews by itself.",
        Status::Trialing if s.is_ending() => "The trial is running. It is set to end; nothing will be charged.",
        Status::Trialing => "The trial is running. The first payment is due when it ends.",
        Status::PastDue => "The last payment failed. Stripe keeps trying; paying the open invoice, or another card, ends this at once.",
        Status::Incomplete => "The first payment isn't through yet. Finish it in Stripe's portal within a day, or it lapses.",
        Status::IncompleteExpired => "The first payment never came through, so it lapsed. Nothing was charged. Choose a plan to try again.",
        Status::Canceled => "It has ended. The limits of the Free plan hold; nothing was deleted.",
        Status::Unpaid => "Stripe stopped trying to collect the open invoices. The limits of the Free plan hold until they are paid.",
        Status::Paused => "The trial ended without a card. Add one in Stripe's portal, and it goes on.",
        Status::Unknown(_) => "Stripe reports a status that this version doesn't know. The limits of the Free plan hold; contact support.",
    }
}

/// What a repair state means for the organization, and the action that helps. `None` where only operators can.
pub const fn finding(kind: Finding) -> (&'static str, Option<Action>) {
    match kind {
        Finding::CustomerMissing => (
            "Stripe has no record of this organization any more, so nothing can be paid and the limits of the Free plan hold. Set up a new record, then choose a plan. Nothing here was deleted.",
            Some(Action::NewCustomer),
        ),
        Finding::SubscriptionMissing => (
            "The subscription that we know isn't at Stripe any more, so the limits of the Free plan hold. If that is a mistake, read Stripe again; otherwise choose a plan. Nothing here was deleted.",
            Some(Action::Resync),
        ),
        Finding::SubscriptionDouble => (
            "Stripe holds more than one living subscription for this organization, so it may be charged twice. Support has been told, ends the extra one and gives back what was paid for it.",
            Some(Action::Resync),
        ),
        Finding::CustomerShared => (
            "The record at Stripe says that it belongs to another organization. Until support has separated the two, nothing of it counts here and the limits of the Free plan hold.",
            Some(Action::Resync),
        ),
        Finding::PriceUnknown => (
            "The subscription is for a price that sells none of our plans, so the limits of the Free plan hold. Support has been told. Once it is put right, read Stripe again.",
            Some(Action::Resync),
        ),
        Finding::PriceMismatch => (
            "The subscription grants its plan, but for another amount or period than the one we publish. If you agreed on that with us, nothing is wrong; otherwise contact support, and read Stripe again once it is put right.",
            Some(Action::Resync),
        ),
        Finding::SeatDrift => (
            "More seats are in use than are paid for, or more are paid for than the plan has. Nobody loses access; nobody new can be added until the number of seats is changed.",
            Some(Action::ChangeSeats),
        ),
        Finding::WebhookSilence => (
            "Stripe's messages don't reach us, so changes made at Stripe show up late. We ask for them every 15 minutes; read Stripe again to see the latest now.",
            Some(Action::Resync),
        ),
        Finding::ProviderOutage => (
            "We can't read Stripe at the moment. What was paid for stays as it was last read. Try again, or wait: we keep trying.",
            Some(Action::Resync),
        ),
        Finding::PortalNotConfigured => (
            "Cards, invoices and tax ids are managed in Stripe's portal, which hasn't been set up for this deployment. Support has been told. Check again once they have answered.",
            Some(Action::OpenPortal),
        ),
    }
}

/// How a repair state looks.
pub const fn finding_tone(kind: Finding) -> Tone {
    match kind {
        Finding::CustomerMissing | Finding::SubscriptionMissing | Finding::CustomerShared | Finding::PriceUnknown => Tone::Bad,
        _ => Tone::Warn,
    }
}

/// What becomes of something that is over the limits of a smaller plan.
pub fn over(standing: &Standing) -> Option<String> {
    let over = standing.over();
    if over == 0 {
        return None;
    }
    let head = format!(
        "{}: {} used, {} allowed, {} over.",
        standing.quota.label(),
        html::part::thousands(standing.used),
        html::part::thousands(standing.allowed.map_or(0, i64::from)),
        html::part::thousands(over)
    );
    let then = match standing.quota {
        Quota::Seats => "Everybody keeps access; nobody new can be invited.",
        Quota::Customers => "Everybody keeps access; nobody new can be added.",
        Quota::ApiKeys => "The newest keys are paused, not removed; you can choose which stay.",
        Quota::WebhookEndpoints => "The newest endpoints are paused, not removed; you can choose which stay.",
        Quota::ExportsAMonth => "Finished exports stay; new ones have to wait for the next month.",
        Quota::Domains => "Domains that work go on working; none can be added.",
    };
    Some(format!("{head} {then}"))
}
