//! `DELETE /v1/subscriptions/{id}`, and every other way in which a subscription ends.

use super::{
    super::{
        Context,
        error::ApiError,
        invoices,
        params::Params,
        world::{BillingReason, InvoiceStatus, PendingItem, Subscription, World},
    },
    find, find_mut, render, watched,
};
use serde_json::Value;

const FEEDBACK: &[&str] =
    &["customer_service", "low_quality", "missing_features", "other", "switched_service", "too_complex", "too_expensive", "unused"];

/// The reason when somebody wanted it.
pub(super) fn requested() -> String {
    "cancellation_requested".to_owned()
}

/// `cancellation_details`.
pub(super) fn take_details(subscription: &mut Subscription, params: &mut Params) -> Result<(), ApiError> {
    if let Some(mut details) = params.map("cancellation_details")? {
        let [_, comment, feedback] = &mut subscription.cancellation;
        *comment = details.text("comment")?.filter(|text| !text.is_empty());
        *feedback = details.one_of("feedback", FEEDBACK)?;
        details.finish()?;
    }
    Ok(())
}

pub(crate) fn cancel(world: &mut World, id: &str, mut params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    let now = params.flag("invoice_now")?.unwrap_or(false);
    let prorate = params.flag("prorate")?.unwrap_or(false);
    if find(world, id)?.ended_at.is_some() {
        return Err(ApiError::missing("subscription", id));
    }
    watched(world, context, id, |world| {
        take_details(find_mut(world, id)?, &mut params)?;
        params.finish()?;
        if let Some(draft) = leave(world, id, now, prorate, context) {
            invoices::finalize(world, context, &draft);
            invoices::collect(world, context, &draft, None);
        }
        Ok(())
    })?;
    find(world, id).map(|held| render(world, held))
}

/// Ends a subscription and settles its bill: with `prorate` the rest of the period is credited, with `invoice_now` on a last invoice,
/// whose draft is given back, or else on the customer's next one.
pub(crate) fn leave(world: &mut World, id: &str, invoice_now: bool, prorate: bool, context: &Context<'_>) -> Option<String> {
    let held = find(world, id).ok()?.clone();
    let credits = prorate && matches!(held.status.as_str(), "active" | "past_due");
    let lines = if credits { invoices::prorated(world, &held.items, &[], context.now) } else { Vec::new() };
    if !invoice_now {
        world.pending.retain(|p| p.subscription != id);
    }
    over(world, id, Some(&requested()), context);
    if invoice_now {
        let waits = world.pending.iter().any(|p| p.subscription == id);
        return (waits || !lines.is_empty()).then(|| invoices::draft(world, context, id, BillingReason::Manual, lines));
    }
    for line in lines {
        let item = PendingItem { id: world.new_id("ii"), customer: held.customer.clone(), subscription: id.to_owned(), line };
        world.pending.push(item);
    }
    None
}

/// Marks a subscription ended: nothing of it is charged any more. An incomplete one expires, and its invoice is taken back.
pub(crate) fn over(world: &mut World, id: &str, reason: Option<&str>, context: &Context<'_>) {
    let Some(held) = world.subscriptions.iter_mut().find(|s| s.id == id && s.ended_at.is_none()) else { return };
    let incomplete = held.status == "incomplete";
    if incomplete { "incomplete_expired" } else { "canceled" }.clone_into(&mut held.status);
    held.ended_at = Some(context.now);
    held.canceled_at = held.canceled_at.or(Some(context.now));
    let [why, ..] = &mut held.cancellation;
    if why.is_none() {
        *why = reason.map(str::to_owned);
    }
    let open: Vec<String> =
        world.invoices.iter().filter(|i| i.subscription == id && i.status == InvoiceStatus::Open).map(|i| i.id.clone()).collect();
    for invoice in open {
        if incomplete {
            invoices::void_now(world, context, &invoice);
        } else {
            invoices::alter(world, context, &invoice, &[], |held| held.next_payment_attempt = None);
        }
    }
}

/// Ends a subscription at once, with its event. `None` when there is none to end.
pub(crate) fn end(world: &mut World, id: &str, context: &Context<'_>) -> Option<Value> {
    find(world, id).ok().filter(|held| held.ended_at.is_none())?;
    watched(world, context, id, |world| {
        world.pending.retain(|p| p.subscription != id);
        over(world, id, Some(&requested()), context);
    });
    find(world, id).ok().map(|held| render(world, held))
}
