//! `/v1/payment_methods`: a customer has one card here, the one that is charged. Stripe's test tokens (`pm_card_visa`) can be attached.

use super::{
    Context,
    customers::{alter, live},
    error::ApiError,
    events::record,
    list::Paging,
    params::Params,
    payment,
    world::World,
};
use serde_json::Value;

fn held(world: &World, id: &str) -> Option<(Value, String)> {
    world.customers.iter().filter(|c| !c.deleted).find_map(|c| {
        let card = c.payment_method.as_ref().filter(|card| card.id == id)?;
        Some((payment::render(card, Some(&c.id)), c.id.clone()))
    })
}

/// Gives a customer a card, with its events. It is the one that is charged from now on.
pub(crate) fn give(world: &mut World, context: &Context<'_>, customer: &str, card: super::world::Card) {
    let shown = payment::render(&card, Some(customer));
    alter(world, context, customer, |held| held.payment_method = Some(card));
    record(world, context, "payment_method.attached", shown, None);
}

fn page(world: &World, customer: &str, mut params: Params, url: &str) -> Result<Value, ApiError> {
    let paging = Paging::take(&mut params)?;
    let kind = params.id("type")?;
    params.finish()?;
    let customer = live(world, customer, "customer")?;
    let all = customer.payment_method.iter().filter(|_| kind.as_deref().is_none_or(|kind| kind == "card"));
    let all = all.map(|card| (card.id.clone(), Some(payment::render(card, Some(&customer.id))))).collect();
    paging.page(url, "payment_method", all)
}

pub(crate) fn of_customer(world: &World, customer: &str, params: Params) -> Result<Value, ApiError> {
    page(world, customer, params, &format!("/v1/customers/{customer}/payment_methods"))
}

pub(crate) fn list(world: &World, mut params: Params) -> Result<Value, ApiError> {
    let customer = params.id("customer")?.ok_or_else(|| ApiError::missing_parameter("customer"))?;
    page(world, &customer, params, "/v1/payment_methods")
}

pub(crate) fn get(world: &World, id: &str, params: Params) -> Result<Value, ApiError> {
    params.finish()?;
    held(world, id).map(|(shown, _)| shown).ok_or_else(|| ApiError::missing("PaymentMethod", id))
}

pub(crate) fn attach(world: &mut World, id: &str, mut params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    let customer = params.id("customer")?.ok_or_else(|| ApiError::missing_parameter("customer"))?;
    params.finish()?;
    live(world, &customer, "customer")?;
    let card = payment::card(world, id, context.now).ok_or_else(|| ApiError::missing("PaymentMethod", id))?;
    let shown = payment::render(&card, Some(&customer));
    give(world, context, &customer, card);
    Ok(shown)
}

pub(crate) fn detach(world: &mut World, id: &str, params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    params.finish()?;
    let (mut shown, customer) = held(world, id).ok_or_else(|| ApiError::missing("PaymentMethod", id))?;
    alter(world, context, &customer, |held| held.payment_method = None);
    if let Some(field) = shown.get_mut("customer") {
        *field = Value::Null;
    }
    record(world, context, "payment_method.detached", shown.clone(), None);
    Ok(shown)
}
