//! Time passes: trials end, periods renew, and what was to end with its period ends.

use super::{
    Context, Settings,
    events::record,
    subscriptions::{end, render},
    world::{Subscription, World},
};
use chrono::{DateTime, Months};

/// The moment that lies `months` calendar months after another, both Unix seconds; the 31st becomes the last day of a shorter month.
pub fn months_after(anchor: i64, months: u32) -> i64 {
    let at = DateTime::from_timestamp(anchor, 0).and_then(|t| t.checked_add_months(Months::new(months)));
    at.map_or_else(|| anchor.saturating_add(i64::from(months) * 30 * 86_400), |t| t.timestamp())
}

/// The period that follows one that ends at `end`, counted from the anchor so that the day of the month is kept.
pub fn next_period(anchor: i64, end: i64) -> (i64, i64) {
    let next = (1..).map(|n| months_after(anchor, n)).find(|at| *at > end).unwrap_or(end);
    (end, next)
}

/// Lets time pass: before every request, and for a cron.
pub fn tick(world: &mut World, settings: &Settings<'_>, now: i64) {
    let context = Context::unasked(settings, now);
    for id in world.subscriptions.iter().map(|s| s.id.clone()).collect::<Vec<_>>() {
        // One change at a time, each with its event, until nothing is due; a year's renewals are twelve events.
        while step(world, &id, &context) {}
    }
}

fn due(subscription: &Subscription, now: i64) -> bool {
    matches!(subscription.status.as_str(), "active" | "trialing" | "past_due") && subscription.items.iter().any(|item| item.period.1 <= now)
}

fn step(world: &mut World, id: &str, context: &Context<'_>) -> bool {
    let Some(at) = world.subscriptions.iter().position(|s| s.id == id && due(s, context.now)) else { return false };
    let Some(mut subscription) = world.subscriptions.get(at).cloned() else { return false };
    if subscription.cancel_at_period_end {
        end(world, id, context);
        return true;
    }
    let before = render(world, &subscription);
    for item in &mut subscription.items {
        if item.period.1 <= context.now {
            item.period = next_period(subscription.anchor, item.period.1);
        }
    }
    if subscription.status == "trialing" {
        subscription.status = "active".to_owned();
    }
    let after = render(world, &subscription);
    if let Some(held) = world.subscriptions.get_mut(at) {
        *held = subscription;
    }
    record(world, context, "customer.subscription.updated", after, Some(&before));
    true
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
            let (from, to) = next_period(anchor, end);
            assert_eq!((from, to), (end, at(expected)));
            end = to;
        }
        assert_eq!(months_after(i64::MAX, 1), i64::MAX, "no overflow");
    }
}
