//! `POST /v1/subscriptions`.

use super::{
    super::{
        Context,
        customers::live,
        error::ApiError,
        events::record,
        invoices, items,
        params::Params,
        payment,
        world::{BillingReason, Item, Subscription, World},
    },
    behavior::{Payment, Proration},
    charge::charge,
    find, render, watched,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// The longest trial, in days.
const MAX_TRIAL_DAYS: i64 = 730;

/// A subscription that is to be.
pub(crate) struct New {
    customer: String,
    items: Vec<Item>,
    trial_end: Option<i64>,
    trial_without_card: String,
    cancel_at_period_end: bool,
    cancel_at: Option<i64>,
    default_payment_method: Option<String>,
    metadata: BTreeMap<String, String>,
}

/// A time to come.
pub(super) fn future(params: &mut Params, field: &str, now: i64) -> Result<Option<i64>, ApiError> {
    match params.int(field)? {
        Some(at) if at <= now => Err(ApiError::invalid(&params.name(field), "This time must be in the future.".to_owned())),
        found => Ok(found),
    }
}

/// `trial_settings[end_behavior][missing_payment_method]`.
pub(crate) fn take_trial_settings(params: &mut Params) -> Result<Option<String>, ApiError> {
    let Some(mut settings) = params.map("trial_settings")? else { return Ok(None) };
    let word = match settings.map("end_behavior")? {
        None => None,
        Some(mut end) => {
            let word = end.one_of("missing_payment_method", &["cancel", "create_invoice", "pause"])?;
            end.finish()?;
            word
        }
    };
    settings.finish()?;
    Ok(word)
}

impl New {
    /// Takes the parameters that say what the subscription will be.
    pub fn take(world: &mut World, customer: &str, params: &mut Params, now: i64) -> Result<Self, ApiError> {
        live(world, customer, "customer")?;
        let days = params.int("trial_period_days")?;
        if days.is_some_and(|days| days > MAX_TRIAL_DAYS) {
            let message = format!("A trial lasts {MAX_TRIAL_DAYS} days at most.");
            return Err(ApiError::invalid(&params.name("trial_period_days"), message));
        }
        let trial_end = match params.clone().id("trial_end")?.as_deref() {
            Some("now") => params.id("trial_end").map(|_| None)?,
            _ => future(params, "trial_end", now)?,
        };
        if trial_end.is_some() && days.is_some() {
            return Err(ApiError::invalid("trial_end", "You may only specify one of `trial_end` and `trial_period_days`.".to_owned()));
        }
        let trial_end = trial_end.or_else(|| days.filter(|days| *days > 0).map(|days| now + days * 86_400));
        let items = items::of_new(world, params, now, trial_end)?;
        let running = world.subscriptions.iter().find(|s| s.customer == customer && s.ended_at.is_none());
        if let Some(held) = running.map(|s| items::currency(world, &s.items)).filter(|held| *held != items::currency(world, &items)) {
            return Err(items::other_currency(held, "items[0][price]"));
        }
        let cancel_at_period_end = params.flag("cancel_at_period_end")?.unwrap_or(false);
        let cancel_at = future(params, "cancel_at", now)?;
        if cancel_at_period_end && cancel_at.is_some() {
            return Err(ApiError::invalid("cancel_at", "You may only specify one of `cancel_at` and `cancel_at_period_end`.".to_owned()));
        }
        let default_payment_method = params.id("default_payment_method")?;
        if let Some(name) = &default_payment_method {
            payment::of_customer(world, customer, name, "default_payment_method", now)?;
        }
        let trial_without_card = take_trial_settings(params)?.unwrap_or_else(|| "create_invoice".to_owned());
        Proration::take(params)?;
        let mut metadata = BTreeMap::new();
        params.metadata(&mut metadata)?;
        Ok(Self {
            customer: customer.to_owned(),
            items,
            trial_end,
            trial_without_card,
            cancel_at_period_end,
            cancel_at,
            default_payment_method,
            metadata,
        })
    }
}

/// Begins a subscription: its id and the draft of its first invoice. Where something is due it is `incomplete` until that is paid.
pub(crate) fn begin(world: &mut World, new: New, context: &Context<'_>) -> (String, String) {
    let now = context.now;
    let id = world.new_id("sub");
    let ends = new.cancel_at_period_end || new.cancel_at.is_some();
    let lines = invoices::for_period(world, &new.items, new.trial_end.is_some());
    world.subscriptions.push(Subscription {
        id: id.clone(),
        created: now,
        customer: new.customer,
        status: if new.trial_end.is_some() { "trialing" } else { "active" }.to_owned(),
        items: new.items,
        anchor: new.trial_end.unwrap_or(now),
        cancel_at_period_end: new.cancel_at_period_end,
        canceled_at: ends.then_some(now),
        ended_at: None,
        cancel_at: new.cancel_at,
        trial_start: new.trial_end.map(|_| now),
        trial_end: new.trial_end,
        trial_without_card: new.trial_without_card,
        trial_announced: None,
        renewal_announced: None,
        default_payment_method: new.default_payment_method,
        latest_invoice: None,
        cancellation: [ends.then(super::cancel::requested), None, None],
        metadata: new.metadata,
    });
    let draft = invoices::draft(world, context, &id, BillingReason::SubscriptionCreate, lines);
    let due = invoices::find(world, &draft).is_ok_and(|invoice| invoice.amount_due > 0);
    if let Some(held) = world.subscriptions.last_mut().filter(|_| due) {
        "incomplete".clone_into(&mut held.status);
    }
    (id, draft)
}

pub(crate) fn create(world: &mut World, mut params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    let customer = params.id("customer")?.ok_or_else(|| ApiError::missing_parameter("customer"))?;
    let new = New::take(world, &customer, &mut params, context.now)?;
    let behavior = Payment::take(&mut params)?;
    if behavior == Payment::Hold {
        let message = "Only a change of a subscription can wait for its payment.".to_owned();
        return Err(ApiError::invalid("payment_behavior", message));
    }
    params.flag("off_session")?;
    params.one_of("collection_method", &["charge_automatically"])?;
    params.one_of("currency", &["usd"])?;
    params.finish()?;
    let (id, draft) = begin(world, new, context);
    let shown = find(world, &id).map(|held| render(world, held))?;
    record(world, context, "customer.subscription.created", shown, None);
    watched(world, context, &id, |world| charge(world, &id, &draft, behavior, context))?;
    find(world, &id).map(|held| render(world, held))
}
