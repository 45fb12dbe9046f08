//! Subscriptions: create, read, list, change, cancel.

use super::{
    Context, Settings, catalog,
    customers::live,
    error::ApiError,
    events::record,
    items,
    list::{Paging, When},
    params::Params,
    world::{Item, Subscription, World},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const STATUSES: &[&str] =
    &["active", "past_due", "unpaid", "canceled", "incomplete", "incomplete_expired", "trialing", "paused", "all", "ended"];
const PRORATION: &[&str] = &["always_invoice", "create_prorations", "none"];
const PAYMENT: &[&str] = &["allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete"];
const FEEDBACK: &[&str] =
    &["customer_service", "low_quality", "missing_features", "other", "switched_service", "too_complex", "too_expensive", "unused"];

/// A subscription as the API shows it.
pub fn render(world: &World, subscription: &Subscription) -> Value {
    let [reason, comment, feedback] = &subscription.cancellation;
    let items: Vec<Value> = subscription.items.iter().map(|item| render_item(world, subscription, item)).collect();
    let end = subscription.items.iter().map(|item| item.period.1).min();
    json!({
        "id": subscription.id, "object": "subscription", "application": null, "application_fee_percent": null,
        "automatic_tax": { "disabled_reason": null, "enabled": false, "liability": null },
        "billing_cycle_anchor": subscription.anchor, "billing_cycle_anchor_config": null,
        "billing_mode": { "flexible": null, "type": "classic" }, "billing_schedules": [], "billing_thresholds": null,
        "cancel_at": if subscription.cancel_at_period_end { end } else { None }, "cancel_at_period_end": subscription.cancel_at_period_end,
        "canceled_at": subscription.canceled_at,
        "cancellation_details": { "comment": comment, "feedback": feedback, "reason": reason },
        "collection_method": "charge_automatically", "created": subscription.created, "currency": "usd", "customer": subscription.customer,
        "days_until_due": null, "default_payment_method": null, "default_source": null, "default_tax_rates": [], "description": null,
        "discounts": [], "ended_at": subscription.ended_at,
        "invoice_settings": { "account_tax_ids": null, "issuer": { "type": "self" } },
        "items": { "object": "list", "data": items, "has_more": false, "url": format!("/v1/subscription_items?subscription={}", subscription.id) },
        "latest_invoice": null, "livemode": false, "metadata": subscription.metadata, "next_pending_invoice_item_invoice": null,
        "on_behalf_of": null, "pause_collection": null, "payment_settings": null, "pending_invoice_item_interval": null,
        "pending_setup_intent": null, "pending_update": null, "schedule": null, "start_date": subscription.created,
        "status": subscription.status, "test_clock": null, "transfer_data": null, "trial_end": subscription.trial_end,
        "trial_settings": { "end_behavior": { "missing_payment_method": "create_invoice" } },
        "trial_start": subscription.trial_end.map(|_| subscription.created),
    })
}

fn render_item(world: &World, subscription: &Subscription, item: &Item) -> Value {
    let price = world.prices.iter().find(|p| p.id == item.price).map(catalog::render_price);
    json!({
        "id": item.id, "object": "subscription_item", "billing_thresholds": null, "created": item.created,
        "current_period_start": item.period.0, "current_period_end": item.period.1, "discounts": [], "metadata": {}, "price": price,
        "quantity": item.quantity, "subscription": subscription.id, "tax_rates": [],
    })
}

fn position(world: &World, id: &str) -> Result<usize, ApiError> {
    world.subscriptions.iter().position(|s| s.id == id).ok_or_else(|| ApiError::missing("subscription", id))
}

pub(crate) fn get(world: &World, id: &str, params: Params) -> Result<Value, ApiError> {
    params.finish()?;
    world.subscriptions.iter().find(|s| s.id == id).map(|s| render(world, s)).ok_or_else(|| ApiError::missing("subscription", id))
}

pub(crate) fn list(world: &World, mut params: Params) -> Result<Value, ApiError> {
    let paging = Paging::take(&mut params)?;
    let (customer, price) = (params.id("customer")?, params.id("price")?);
    let (status, created) = (params.one_of("status", STATUSES)?, When::take(&mut params, "created")?);
    params.finish()?;
    if let Some(id) = &customer
        && !world.customers.iter().any(|c| c.id == *id)
    {
        return Err(ApiError::no_such("customer", id, "customer"));
    }
    let wanted = |s: &Subscription| match status.as_deref() {
        None => s.status != "canceled" && s.status != "incomplete_expired",
        Some("all") => true,
        Some("ended") => s.ended_at.is_some(),
        Some(one) => s.status == one,
    };
    let admits = |s: &Subscription| {
        wanted(s)
            && customer.as_ref().is_none_or(|id| *id == s.customer)
            && price.as_ref().is_none_or(|id| s.items.iter().any(|item| item.price == *id))
            && created.admits(s.created)
    };
    let all = world.subscriptions.iter().rev().map(|s| (s.id.clone(), admits(s).then(|| render(world, s)))).collect();
    paging.page("/v1/subscriptions", "subscription", all)
}

pub(crate) fn create(world: &mut World, mut params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    let now = context.now;
    let customer = params.id("customer")?.ok_or_else(|| ApiError::missing_parameter("customer"))?;
    live(world, &customer, "customer")?;
    let trial_end = params.int("trial_period_days")?.filter(|days| *days > 0).map(|days| now.saturating_add(days.min(730) * 86_400));
    let items = items::of_new(world, &mut params, now, trial_end)?;
    let ends = params.flag("cancel_at_period_end")?.unwrap_or(false);
    params.one_of("payment_behavior", PAYMENT)?;
    params.one_of("proration_behavior", PRORATION)?;
    let mut metadata = BTreeMap::new();
    params.metadata(&mut metadata)?;
    params.finish()?;
    let subscription = Subscription {
        id: world.new_id("sub"),
        created: now,
        customer,
        status: if trial_end.is_some() { "trialing" } else { "active" }.to_owned(),
        items,
        anchor: trial_end.unwrap_or(now),
        cancel_at_period_end: ends,
        canceled_at: ends.then_some(now),
        ended_at: None,
        cancel_at: None,
        trial_start: trial_end.map(|_| now),
        trial_end,
        trial_without_card: "create_invoice".to_owned(),
        trial_announced: None,
        renewal_announced: None,
        default_payment_method: None,
        latest_invoice: None,
        cancellation: [ends.then(requested), None, None],
        metadata,
    };
    let shown = render(world, &subscription);
    world.subscriptions.push(subscription);
    record(world, context, "customer.subscription.created", shown.clone(), None);
    Ok(shown)
}

fn requested() -> String {
    "cancellation_requested".to_owned()
}

/// Puts a changed subscription back, with its event if anything changed.
fn replace(world: &mut World, at: usize, changed: Subscription, before: &Value, context: &Context<'_>) -> Value {
    let shown = render(world, &changed);
    if let Some(held) = world.subscriptions.get_mut(at) {
        *held = changed;
    }
    if shown != *before {
        record(world, context, "customer.subscription.updated", shown.clone(), Some(before));
    }
    shown
}

fn take_details(subscription: &mut Subscription, params: &mut Params) -> Result<(), ApiError> {
    if let Some(mut details) = params.map("cancellation_details")? {
        let [_, comment, feedback] = &mut subscription.cancellation;
        *comment = details.text("comment")?.filter(|text| !text.is_empty());
        *feedback = details.one_of("feedback", FEEDBACK)?;
        details.finish()?;
    }
    Ok(())
}

pub(crate) fn update(world: &mut World, id: &str, mut params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    let at = position(world, id)?;
    let mut subscription = world.subscriptions.get(at).cloned().ok_or_else(|| ApiError::missing("subscription", id))?;
    let before = render(world, &subscription);
    params.metadata(&mut subscription.metadata)?;
    if subscription.ended_at.is_none() {
        items::change(world, &mut subscription, &mut params, context.now)?;
        params.one_of("proration_behavior", PRORATION)?;
        params.one_of("payment_behavior", PAYMENT)?;
        match params.flag("cancel_at_period_end")? {
            Some(true) if !subscription.cancel_at_period_end => {
                subscription.cancel_at_period_end = true;
                subscription.canceled_at = Some(context.now);
                subscription.cancellation = [Some(requested()), None, None];
            }
            Some(false) => {
                subscription.cancel_at_period_end = false;
                subscription.canceled_at = None;
                subscription.cancellation = [None, None, None];
            }
            _ => {}
        }
        take_details(&mut subscription, &mut params)?;
        params.finish()?;
    } else {
        take_details(&mut subscription, &mut params)?;
        params.finish().map_err(|_| ApiError::refused("A canceled subscription can only update its cancellation_details and metadata."))?;
    }
    Ok(replace(world, at, subscription, &before, context))
}

pub(crate) fn cancel(world: &mut World, id: &str, mut params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    let at = position(world, id)?;
    let subscription =
        world.subscriptions.get_mut(at).filter(|s| s.ended_at.is_none()).ok_or_else(|| ApiError::missing("subscription", id))?;
    params.flag("invoice_now")?;
    params.flag("prorate")?;
    take_details(subscription, &mut params)?;
    params.finish()?;
    end(world, id, context).ok_or_else(|| ApiError::missing("subscription", id))
}

/// Puts a subscription into a status that our payments, which always succeed, never lead to: to rehearse `past_due` and the like.
/// Final statuses end it. `false` for an unknown subscription or status, and for one that is over.
pub fn force_status(world: &mut World, settings: &Settings<'_>, id: &str, status: &str, now: i64) -> bool {
    let context = Context::unasked(settings, now);
    let Some(at) = world.subscriptions.iter().position(|s| s.id == id && s.ended_at.is_none()) else { return false };
    let Some(mut subscription) =
        world.subscriptions.get(at).cloned().filter(|_| STATUSES.contains(&status) && status != "all" && status != "ended")
    else {
        return false;
    };
    if status == "canceled" {
        return end(world, id, &context).is_some();
    }
    let before = render(world, &subscription);
    subscription.status = status.to_owned();
    subscription.ended_at = (status == "incomplete_expired").then_some(now);
    replace(world, at, subscription, &before, &context);
    true
}

/// Ends a subscription at once. `None` when there is none to end.
pub(crate) fn end(world: &mut World, id: &str, context: &Context<'_>) -> Option<Value> {
    let subscription = world.subscriptions.iter_mut().find(|s| s.id == id && s.ended_at.is_none())?;
    subscription.status = "canceled".to_owned();
    subscription.ended_at = Some(context.now);
    subscription.canceled_at = subscription.canceled_at.or(Some(context.now));
    let [reason, ..] = &mut subscription.cancellation;
    reason.get_or_insert_with(requested);
    let ended = subscription.clone();
    let shown = render(world, &ended);
    record(world, context, "customer.subscription.deleted", shown.clone(), None);
    Some(shown)
}
