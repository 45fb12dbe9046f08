//! `/v1/payment_pages`: how the official CLI buys on a checkout page (`stripe trigger checkout.session.completed`). No part of Stripe's
//! published specification; a page is its session.

use super::{
    Context,
    checkout::{complete, find, render},
    error::ApiError,
    params::Params,
    payment,
    world::World,
};
use serde_json::Value;

pub(crate) fn get(world: &World, id: &str, params: Params) -> Result<Value, ApiError> {
    params.finish()?;
    find(world, id).map(|session| render(world, session))
}

/// `POST /v1/payment_pages/{id}/confirm`: pays with a card that is nobody's yet.
pub(crate) fn confirm(world: &mut World, id: &str, mut params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    let name = params.id("payment_method")?.ok_or_else(|| ApiError::missing_parameter("payment_method"))?;
    let expected = params.int("expected_amount")?;
    params.finish()?;
    let amount = find(world, id)?.amount;
    if let Some(expected) = expected.filter(|expected| *expected != amount) {
        return Err(ApiError::invalid("expected_amount", format!("The page asks for {amount}, not for {expected}.")));
    }
    let card = payment::of_customer(world, "", &name, "payment_method", context.now)?;
    let email = card.owner.email.clone();
    complete(world, context, id, Some(card.clone()), (email.as_deref(), None))?;
    world.loose_cards.retain(|loose| loose.id != card.id);
    find(world, id).map(|session| render(world, session))
}
