//! `POST /v1/customers/{id}`.

use super::{
    super::{Context, error::ApiError, params::Params, payment, world::World},
    alter, check_email, render,
};
use serde_json::Value;

pub(crate) fn update(world: &mut World, id: &str, mut params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    let held = world.customers.iter().find(|c| c.id == id && !c.deleted).ok_or_else(|| ApiError::missing("customer", id))?;
    let mut next = held.clone();
    for (field, place) in
        [("email", &mut next.email), ("name", &mut next.name), ("description", &mut next.description), ("phone", &mut next.phone)]
    {
        if let Some(text) = params.text(field)? {
            *place = Some(text).filter(|t| !t.is_empty());
        }
    }
    check_email(next.email.as_deref())?;
    params.metadata(&mut next.metadata)?;
    if let Some(balance) = params.signed("balance")? {
        next.balance = balance;
    }
    if let Some(card) = payment::take_card(world, Some(id), &mut params, context.now)? {
        next.payment_method = Some(card);
    }
    params.finish()?;
    alter(world, context, id, |held| *held = next);
    world.customers.iter().find(|c| c.id == id).map(render).ok_or_else(|| ApiError::missing("customer", id))
}
