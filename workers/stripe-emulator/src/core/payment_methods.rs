//! `/v1/payment_methods`: a customer has one card here, the one that is charged. Stripe's test tokens (`pm_card_visa`, and `tok_visa`
//! for a card that is nobody's yet) can be attached.

use super::{
    Context,
    customers::{alter, check_email, live},
    error::ApiError,
    events::record,
    list::Paging,
    params::Params,
    payment,
    world::World,
};
use serde_json::Value;

/// The oldest cards that are nobody's over this are forgotten.
const KEPT: usize = 100;

fn held(world: &World, id: &str) -> Option<(Value, String)> {
    world.customers.iter().filter(|c| !c.deleted).find_map(|c| {
        let card = c.payment_method.as_ref().filter(|card| card.id == id)?;
        Some((payment::render(card, Some(&c.id)), c.id.clone()))
    })
}

/// `POST /v1/payment_methods`: a card that is nobody's yet, from one of Stripe's test tokens.
pub(crate) fn create(world: &mut World, mut params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    params.one_of("type", &["card"])?.ok_or_else(|| ApiError::missing_parameter("type"))?;
    let mut given = params.map("card")?.ok_or_else(|| ApiError::missing_parameter("card"))?;
    let name = given.name("token");
    let token = given.id("token")?.ok_or_else(|| ApiError::missing_parameter(&name))?;
    given.finish()?;
    let made = token.strip_prefix("tok_").and_then(|card| payment::card(world, &format!("pm_card_{card}"), context.now));
    let mut card = made.ok_or_else(|| ApiError::no_such("token", &token, &name))?;
    if let Some(mut details) = params.map("billing_details")? {
        let owner = &mut card.owner;
        for (field, place) in [("email", &mut owner.email), ("name", &mut owner.name), ("phone", &mut owner.phone)] {
            *place = details.text(field)?.filter(|text| !text.is_empty());
        }
        payment::take_address(&mut details)?;
        check_email(card.owner.email.as_deref()).map_err(|error| error.renamed(|_| details.name("email")))?;
        details.finish()?;
    }
    params.finish()?;
    let shown = payment::render(&card, None);
    let over = (world.loose_cards.len() + 1).saturating_sub(KEPT);
    world.loose_cards.drain(..over);
    world.loose_cards.push(card);
    Ok(shown)
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
    let loose = || world.loose_cards.iter().find(|card| card.id == id).map(|card| payment::render(card, None));
    held(world, id).map(|(shown, _)| shown).or_else(loose).ok_or_else(|| ApiError::missing("PaymentMethod", id))
}

pub(crate) fn attach(world: &mut World, id: &str, mut params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    let customer = params.id("customer")?.ok_or_else(|| ApiError::missing_parameter("customer"))?;
    params.finish()?;
    live(world, &customer, "customer")?;
    let loose = world.loose_cards.iter().find(|card| card.id == id).cloned();
    let card = loose.or_else(|| payment::card(world, id, context.now)).ok_or_else(|| ApiError::missing("PaymentMethod", id))?;
    payment::attachable(&card)?;
    world.loose_cards.retain(|loose| loose.id != card.id);
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
