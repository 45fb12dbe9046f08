//! Time passes: trials end, periods renew, payments are tried again, and what was to end ends. What became due meanwhile happens in
//! its order and at its own time, however far the clock was moved; its events are made when it is noticed.

use super::{
    Context, Settings, checkout,
    events::record,
    invoices::{self, Outcome},
    subscriptions::{self, render, watched},
    webhooks::AfterRetries,
    world::{Interval, InvoiceStatus, Subscription, World},
};
use chrono::{DateTime, Days, Months};

const DAY: i64 = 86_400;
/// A trial's end is announced so long before.
const TRIAL_NOTICE: i64 = 3 * DAY;
/// A renewal is announced so long before.
const RENEWAL_NOTICE: i64 = 7 * DAY;
/// A subscription whose first invoice is not paid by then expires.
const INCOMPLETE_SECONDS: i64 = 23 * 3_600;

/// The moment that lies `n` intervals after another, both Unix seconds; the 31st becomes the last day of a shorter month.
pub fn period_after(anchor: i64, interval: Interval, n: u32) -> i64 {
    let days = |each: u64| DateTime::from_timestamp(anchor, 0).and_then(|t| t.checked_add_days(Days::new(each * u64::from(n))));
    let months = |each: u32| {
        let months = Months::new(each.saturating_mul(n));
        DateTime::from_timestamp(anchor, 0).and_then(|t| t.checked_add_months(months))
    };
    let (at, about) = match interval {
        Interval::Day => (days(1), 1),
        Interval::Week => (days(7), 7),
        Interval::Month => (months(1), 30),
        Interval::Year => (months(12), 365),
    };
    at.map_or_else(|| anchor.saturating_add(i64::from(n) * about * DAY), |t| t.timestamp())
}

/// The moment that lies `months` calendar months after another.
pub fn months_after(anchor: i64, months: u32) -> i64 {
    period_after(anchor, Interval::Month, months)
}

/// The period that follows one that ends at `end`, counted from the anchor so that the day of the month is kept.
pub fn next_period(anchor: i64, end: i64, interval: Interval, count: u32) -> (i64, i64) {
    let next = (1_u32..).map(|n| period_after(anchor, interval, n.saturating_mul(count.max(1)))).find(|at| *at > end);
    (end, next.unwrap_or(end))
}

/// What can become due. Of several at one time the first in this order happens first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    /// A trial will end soon.
    TrialNotice(String),
    /// A renewal will come soon.
    RenewalNotice(String),
    /// The first invoice was not paid in time.
    Expiry(String),
    /// The date at which a subscription was to end.
    End(String),
    /// A period is over.
    Period(String),
    /// A payment is to be tried again.
    Retry(String),
}

/// Lets time pass: before every request, and for a cron.
pub fn tick(world: &mut World, settings: &Settings<'_>, now: i64) {
    if world.pages != settings.pages {
        settings.pages.clone_into(&mut world.pages);
    }
    let unasked = Context::unasked(settings, now);
    checkout::expire_due(world, &unasked);
    while let Some((at, due)) = next(world, now) {
        happen(world, &due, &Context { now: at, ..unasked.clone() });
    }
}

fn next(world: &World, now: i64) -> Option<(i64, Due)> {
    let of_subscriptions = world.subscriptions.iter().filter(|s| s.ended_at.is_none()).flat_map(|s| of_subscription(world, s));
    let retries = world
        .invoices
        .iter()
        .filter(|i| i.status == InvoiceStatus::Open)
        .filter_map(|i| i.next_payment_attempt.map(|at| (at, Due::Retry(i.id.clone()))));
    of_subscriptions.chain(retries).filter(|(at, _)| *at <= now).min()
}

fn of_subscription(world: &World, held: &Subscription) -> Vec<(i64, Due)> {
    let mut all = Vec::new();
    let runs = matches!(held.status.as_str(), "active" | "trialing" | "past_due" | "unpaid");
    let period = held.items.iter().map(|item| item.period).min_by_key(|period| period.1);
    if let Some((start, end)) = period.filter(|_| runs) {
        all.push((end, Due::Period(held.id.clone())));
        let stays = !held.cancel_at_period_end && held.cancel_at.is_none_or(|at| at > end);
        let notice = (end - RENEWAL_NOTICE).max(start);
        if stays && held.status != "unpaid" && end - start > RENEWAL_NOTICE && held.renewal_announced != Some(end) {
            all.push((notice, Due::RenewalNotice(held.id.clone())));
        }
    }
    if let Some(end) = held.trial_end.filter(|end| held.status == "trialing" && held.trial_announced != Some(*end)) {
        all.push(((end - TRIAL_NOTICE).max(held.trial_start.unwrap_or(end)), Due::TrialNotice(held.id.clone())));
    }
    if let Some(at) = held.cancel_at {
        all.push((at, Due::End(held.id.clone())));
    }
    if held.status == "incomplete" {
        let first = world.invoices.iter().find(|i| held.latest_invoice.as_ref() == Some(&i.id) && i.status == InvoiceStatus::Open);
        all.extend(first.map(|i| (i.created + INCOMPLETE_SECONDS, Due::Expiry(held.id.clone()))));
    }
    all
}

fn happen(world: &mut World, due: &Due, context: &Context<'_>) {
    match due {
        Due::TrialNotice(id) => {
            let Some(held) = world.subscriptions.iter_mut().find(|s| s.id == *id) else { return };
            held.trial_announced = held.trial_end;
            let held = held.clone();
            let shown = render(world, &held);
            record(world, context, "customer.subscription.trial_will_end", shown, None);
        }
        Due::RenewalNotice(id) => {
            let invoice = invoices::upcoming(world, id, context);
            if let Some(held) = world.subscriptions.iter_mut().find(|s| s.id == *id) {
                held.renewal_announced = held.items.iter().map(|item| item.period.1).min();
            }
            if let Some(invoice) = invoice {
                record(world, context, "invoice.upcoming", invoice, None);
            }
        }
        Due::Expiry(id) => watched(world, context, id, |world| subscriptions::over(world, id, None, context)),
        Due::End(id) => watched(world, context, id, |world| stop(world, id, context)),
        Due::Period(id) => watched(world, context, id, |world| period(world, id, context)),
        Due::Retry(id) => {
            let Some(subscription) = world.invoices.iter().find(|i| i.id == *id).map(|i| i.subscription.clone()) else { return };
            watched(world, context, &subscription, |world| retry(world, id, &subscription, context));
        }
    }
}

/// What was to end ends; what still waits is invoiced.
fn stop(world: &mut World, id: &str, context: &Context<'_>) {
    if let Some(draft) = subscriptions::leave(world, id, true, false, context) {
        invoices::finalize(world, context, &draft);
        invoices::collect(world, context, &draft, None);
    }
}

fn period(world: &mut World, id: &str, context: &Context<'_>) {
    let Some(held) = world.subscriptions.iter().find(|s| s.id == id).cloned() else { return };
    if held.cancel_at_period_end {
        return stop(world, id, context);
    }
    let card = world.customers.iter().any(|c| c.id == held.customer && c.payment_method.is_some());
    if held.status == "trialing" && !card {
        match held.trial_without_card.as_str() {
            "cancel" => return subscriptions::over(world, id, None, context),
            "pause" => {
                if let Some(held) = world.subscriptions.iter_mut().find(|s| s.id == id) {
                    "paused".clone_into(&mut held.status);
                }
                return;
            }
            _ => {}
        }
    }
    let draft = subscriptions::renew(world, id, context);
    // What an unpaid subscription owes is not asked for any more: its invoices stay drafts.
    if held.status == "unpaid" {
        return;
    }
    invoices::finalize(world, context, &draft);
    if invoices::collect(world, context, &draft, None) != Outcome::Paid {
        if let Some(held) = world.subscriptions.iter_mut().find(|s| s.id == id) {
            "past_due".clone_into(&mut held.status);
        }
        invoices::plan_retry(world, context, &draft);
    }
}

fn retry(world: &mut World, invoice: &str, subscription: &str, context: &Context<'_>) {
    if invoices::collect(world, context, invoice, None) == Outcome::Paid || invoices::plan_retry(world, context, invoice) {
        return;
    }
    let owes = world.subscriptions.iter_mut().find(|s| s.id == subscription && s.status == "past_due");
    match (owes, world.switches.after_retries) {
        (Some(_), AfterRetries::Cancel) => {
            world.pending.retain(|p| p.subscription != subscription);
            subscriptions::over(world, subscription, Some("payment_failed"), context);
        }
        (Some(held), AfterRetries::Unpaid) => "unpaid".clone_into(&mut held.status),
        (Some(_), AfterRetries::PastDue) | (None, _) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_of_the_month_is_kept() {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().timestamp();
        let anchor = at("2027-01-31T10:00:00Z");
        let mut end = anchor;
        for expected in ["2027-02-28T10:00:00Z", "2027-03-31T10:00:00Z", "2027-04-30T10:00:00Z"] {
            let (from, to) = next_period(anchor, end, Interval::Month, 1);
            assert_eq!((from, to), (end, at(expected)));
            end = to;
        }
        let leap = at("2028-02-29T00:00:00Z");
        assert_eq!(next_period(leap, leap, Interval::Year, 1).1, at("2029-02-28T00:00:00Z"));
        assert_eq!(next_period(anchor, anchor, Interval::Week, 2).1, anchor + 14 * DAY);
        assert_eq!(next_period(anchor, anchor, Interval::Day, 1).1, anchor + DAY);
        assert_eq!(months_after(i64::MAX, 1), i64::MAX, "no overflow");
    }
}
