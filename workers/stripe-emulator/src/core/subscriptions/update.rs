//! `POST /v1/subscriptions/{id}`.

use super::{
    super::{Context, error::ApiError, params::Params, payment, world::World},
    behavior::Payment,
    cancel::take_details,
    change::{Change, apply},
    charge::charge,
    create::take_trial_settings,
    find, find_mut, render, watched,
};
use serde_json::Value;

pub(crate) fn update(world: &mut World, id: &str, mut params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    let held = find(world, id)?;
    let (ended, incomplete, customer) = (held.ended_at.is_some(), held.status == "incomplete", held.customer.clone());
    watched(world, context, id, |world| {
        params.metadata(&mut find_mut(world, id)?.metadata)?;
        if ended {
            take_details(find_mut(world, id)?, &mut params)?;
            let message = "A canceled subscription can only update its cancellation_details and metadata.";
            return params.finish().map_err(|_| ApiError::coded("invalid_canceled_subscription_fields", message.to_owned()));
        }
        let change = Change::take(world, &mut params, context.now)?;
        let behavior = Payment::take(&mut params)?;
        params.flag("off_session")?;
        params.one_of("collection_method", &["charge_automatically"])?;
        if incomplete && change.touches_the_bill() {
            return Err(ApiError::refused("This subscription is incomplete: pay its first invoice before you change its items."));
        }
        if let Some(name) = params.id("default_payment_method")? {
            find_mut(world, id)?.default_payment_method =
                Some(payment::of_customer(world, &customer, &name, "default_payment_method", context.now)?.id);
        }
        if let Some(word) = take_trial_settings(&mut params)? {
            find_mut(world, id)?.trial_without_card = word;
        }
        let draft = apply(world, id, change, context)?;
        // After the change: undoing a cancellation forgets why, and saying why with it is meant for the new one.
        take_details(find_mut(world, id)?, &mut params)?;
        params.finish()?;
        draft.map_or(Ok(()), |draft| charge(world, id, &draft, behavior, context))
    })?;
    find(world, id).map(|held| render(world, held))
}
