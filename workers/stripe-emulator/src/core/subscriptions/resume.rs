//! `POST /v1/subscriptions/{id}/resume`: a paused subscription goes on, in a period that begins now.

use super::{
    super::{
        Context,
        clock::period_after,
        error::ApiError,
        invoices, items,
        params::Params,
        world::{BillingReason, World},
    },
    behavior::{Payment, Proration},
    charge::charge,
    find, find_mut, render, watched,
};
use serde_json::Value;

pub(crate) fn resume(world: &mut World, id: &str, mut params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    params.one_of("billing_cycle_anchor", &["now"])?;
    Proration::take(&mut params)?;
    params.finish()?;
    let mut held = find(world, id)?.clone();
    if held.status != "paused" {
        return Err(ApiError::refused("Only a paused subscription can be resumed."));
    }
    let (interval, count) = items::interval(world, &held.items);
    held.anchor = context.now;
    held.items.iter_mut().for_each(|item| item.period = (context.now, period_after(context.now, interval, count)));
    watched(world, context, id, |world| {
        let lines = invoices::for_period(world, &held.items, false);
        *find_mut(world, id)? = held;
        let draft = invoices::draft(world, context, id, BillingReason::SubscriptionUpdate, lines);
        // Paid, or with nothing due, it is active; else it stays paused and the invoice open.
        charge(world, id, &draft, Payment::Allow, context)
    })?;
    find(world, id).map(|held| render(world, held))
}
