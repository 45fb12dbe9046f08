//! Subscriptions: create, read, list, change, cancel, resume.

mod behavior;
mod cancel;
mod change;
mod charge;
mod create;
mod force;
mod renew;
mod resume;
mod update;

pub(crate) use cancel::{cancel, end, leave, over};
pub(crate) use change::{Change, apply};
pub(crate) use create::{New, begin, create, take_trial_settings};
pub use force::force_status;
pub(crate) use renew::renew;
pub(crate) use resume::resume;
pub(crate) use update::update;

use super::{
    Context, catalog,
    error::ApiError,
    events::record,
    items,
    list::{Paging, When},
    params::Params,
    world::{Item, Subscription, World},
};
use serde_json::{Value, json};

const STATUSES: &[&str] =
    &["active", "past_due", "unpaid", "canceled", "incomplete", "incomplete_expired", "trialing", "paused", "all", "ended"];

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
        "cancel_at": if subscription.cancel_at_period_end { end } else { subscription.cancel_at },
        "cancel_at_period_end": subscription.cancel_at_period_end, "canceled_at": subscription.canceled_at,
        "cancellation_details": { "comment": comment, "feedback": feedback, "reason": reason },
        "collection_method": "charge_automatically", "created": subscription.created, "currency": items::currency(world, &subscription.items), "customer": subscription.customer,
        "days_until_due": null, "default_payment_method": subscription.default_payment_method, "default_source": null,
        "default_tax_rates": [], "description": null, "discounts": [], "ended_at": subscription.ended_at,
        "invoice_settings": { "account_tax_ids": null, "issuer": { "type": "self" } },
        "items": { "object": "list", "data": items, "has_more": false, "url": format!("/v1/subscription_items?subscription={}", subscription.id) },
        "latest_invoice": subscription.latest_invoice, "livemode": false, "metadata": subscription.metadata,
        "next_pending_invoice_item_invoice": null, "on_behalf_of": null, "pause_collection": null, "payment_settings": null,
        "pending_invoice_item_interval": null, "pending_setup_intent": null, "pending_update": null, "schedule": null,
        "start_date": subscription.created, "status": subscription.status, "test_clock": null, "transfer_data": null,
        "trial_end": subscription.trial_end,
        "trial_settings": { "end_behavior": { "missing_payment_method": subscription.trial_without_card } },
        "trial_start": subscription.trial_start,
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

fn find<'w>(world: &'w World, id: &str) -> Result<&'w Subscription, ApiError> {
    world.subscriptions.iter().find(|s| s.id == id).ok_or_else(|| ApiError::missing("subscription", id))
}

fn find_mut<'w>(world: &'w mut World, id: &str) -> Result<&'w mut Subscription, ApiError> {
    world.subscriptions.iter_mut().find(|s| s.id == id).ok_or_else(|| ApiError::missing("subscription", id))
}

fn shown(world: &World, id: &str) -> Option<Value> {
    find(world, id).ok().map(|s| render(world, s))
}

/// Does something that may change a subscription, and then notes the change: as one event, however many steps it took.
pub(crate) fn watched<T>(world: &mut World, context: &Context<'_>, id: &str, work: impl FnOnce(&mut World) -> T) -> T {
    let before = shown(world, id);
    let done = work(world);
    if let (Some(before), Some(after)) = (before, shown(world, id))
        && before != after
    {
        let (was, is) = (before.get("status"), after.get("status"));
        let became = |status: &str| was != is && is.is_some_and(|is| is == status);
        let extra = if became("paused") {
            Some("customer.subscription.paused")
        } else if was.is_some_and(|was| was == "paused") && became("active") {
            Some("customer.subscription.resumed")
        } else {
            None
        };
        if became("canceled") {
            record(world, context, "customer.subscription.deleted", after, None);
        } else {
            record(world, context, "customer.subscription.updated", after.clone(), Some(&before));
            if let Some(kind) = extra {
                record(world, context, kind, after, None);
            }
        }
    }
    done
}

pub(crate) fn get(world: &World, id: &str, params: Params) -> Result<Value, ApiError> {
    params.finish()?;
    find(world, id).map(|s| render(world, s))
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
