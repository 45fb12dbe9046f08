//! A period is over and the next begins.

use super::{
    super::{
        Context,
        clock::next_period,
        invoices, items,
        world::{BillingReason, World},
    },
    find,
};

/// Moves a subscription into its next period, out of its trial, and gives back the draft for it; empty when there is no such
/// subscription.
pub(crate) fn renew(world: &mut World, id: &str, context: &Context<'_>) -> String {
    let Ok(mut held) = find(world, id).cloned() else { return String::new() };
    let (interval, count) = items::interval(world, &held.items);
    let over = held.items.first().map_or((context.now, context.now), |item| item.period);
    for item in held.items.iter_mut().filter(|item| item.period.1 <= context.now) {
        item.period = next_period(held.anchor, item.period.1, interval, count);
    }
    if held.status == "trialing" {
        "active".clone_into(&mut held.status);
    }
    let lines = invoices::for_period(world, &held.items, false);
    if let Some(place) = world.subscriptions.iter_mut().find(|s| s.id == id) {
        *place = held;
    }
    invoices::draft_of_period(world, context, id, BillingReason::SubscriptionCycle, lines, over)
}
