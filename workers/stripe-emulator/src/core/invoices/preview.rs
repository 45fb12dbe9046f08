//! `POST /v1/invoices/create_preview`: what a change would invoice at once, or what the next renewal will. The change is really made,
//! in a copy of the world that is then thrown away, so that a preview can't differ from what it shows.

use super::{
    super::{
        Context,
        error::ApiError,
        params::Params,
        subscriptions::{self, Change, New},
        world::{BillingReason, InvoiceStatus, World},
    },
    find, render,
};
use serde_json::Value;

pub(crate) fn create_preview(world: &World, mut params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    let (customer, subscription) = (params.id("customer")?, params.id("subscription")?);
    params.one_of("preview_mode", &["next", "recurring"])?;
    params.one_of("currency", &["usd"])?;
    let mut details = params.map("subscription_details")?;
    params.finish()?;
    let mut dry = world.without_history();
    let quiet = Context { listening: false, ..context.clone() };
    let draft = match (customer, subscription) {
        (None, None) => return Err(ApiError::missing_parameter("customer")),
        (customer, Some(id)) => {
            let held = world.subscriptions.iter().find(|s| s.id == id);
            let held = held.ok_or_else(|| ApiError::no_such("subscription", &id, "subscription"))?;
            if customer.is_some_and(|customer| customer != held.customer) {
                return Err(ApiError::refused("The subscription is not of this customer."));
            }
            if held.ended_at.is_some() {
                return Err(ApiError::nothing_upcoming(&held.customer));
            }
            of_subscription(&mut dry, &id, details.as_mut(), &quiet)?
        }
        (Some(customer), None) => {
            let Some(mut details) = details.take() else { return Err(ApiError::nothing_upcoming(&customer)) };
            let new = New::take(&mut dry, &customer, &mut details, context.now)?;
            details.finish()?;
            subscriptions::begin(&mut dry, new, &quiet).1
        }
    };
    if let Some(details) = details {
        details.finish()?;
    }
    let mut shown = find(&dry, &draft)?.clone();
    shown.id = draft.replacen("in_", "upcoming_in_", 1);
    shown.status = InvoiceStatus::Draft;
    shown.reason = BillingReason::Upcoming;
    for line in &mut shown.lines {
        line.id = line.id.replacen("il_", "il_tmp_", 1);
    }
    Ok(render(&dry, &shown))
}

/// The draft that a change makes at once, or else that of the next renewal after it.
fn of_subscription(dry: &mut World, id: &str, details: Option<&mut Params>, context: &Context<'_>) -> Result<String, ApiError> {
    if let Some(details) = details {
        let leaves = details.flag("cancel_now")?.unwrap_or(false);
        let change = Change::take(dry, details, context.now)?;
        if leaves {
            return Ok(subscriptions::leave(dry, id, true, true, context).unwrap_or_default());
        }
        if let Some(draft) = subscriptions::apply(dry, id, change, context)? {
            return Ok(draft);
        }
    }
    next_renewal(dry, id, context)
}

/// The draft of a subscription's next renewal.
///
/// # Errors
/// It ends before.
fn next_renewal(dry: &mut World, id: &str, context: &Context<'_>) -> Result<String, ApiError> {
    let held = dry.subscriptions.iter().find(|s| s.id == id).ok_or_else(|| ApiError::missing("subscription", id))?;
    let end = held.items.iter().map(|item| item.period.1).min().unwrap_or(context.now);
    let ends = held.cancel_at_period_end || held.cancel_at.is_some_and(|at| at <= end);
    let customer = held.customer.clone();
    if ends && !dry.pending.iter().any(|p| p.subscription == id) {
        return Err(ApiError::nothing_upcoming(&customer));
    }
    let then = Context { now: end, ..context.clone() };
    Ok(if ends { super::draft(dry, &then, id, BillingReason::Upcoming, Vec::new()) } else { subscriptions::renew(dry, id, &then) })
}

/// The invoice that a renewal will bring, for `invoice.upcoming`. `None` when there will be none.
pub(crate) fn upcoming(world: &World, id: &str, context: &Context<'_>) -> Option<Value> {
    let params = Params::of(&[&format!("subscription={id}")]).ok()?;
    create_preview(world, params, context).ok()
}
