//! `/v1/refunds`: money given back of a charge, in parts or all of it.

use super::{
    Context, Settings,
    charges::alter,
    error::ApiError,
    events::record,
    form::Form,
    list::{Paging, When},
    money::money,
    params::Params,
    world::{Charge, Refund, World},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Why, as a caller may say.
const REASONS: &[&str] = &["duplicate", "fraudulent", "requested_by_customer"];

fn render(charge: &Charge, refund: &Refund) -> Value {
    json!({
        "id": refund.id, "object": "refund", "amount": refund.amount, "balance_transaction": null, "charge": charge.id,
        "created": refund.created, "currency": charge.currency, "metadata": refund.metadata, "payment_intent": charge.intent,
        "reason": refund.reason, "receipt_number": null, "source_transfer_reversal": null, "status": "succeeded",
        "transfer_reversal": null,
    })
}

/// Every refund with its charge, newest first.
fn all(world: &World) -> Vec<(&Charge, &Refund)> {
    let mut all: Vec<_> = world.charges.iter().flat_map(|charge| charge.refunds.iter().map(move |refund| (charge, refund))).collect();
    // Ids count up, so that two of one second keep their order too.
    all.sort_by(|(_, one), (_, other)| other.id.cmp(&one.id));
    all
}

pub(crate) fn get(world: &World, id: &str, params: Params) -> Result<Value, ApiError> {
    params.finish()?;
    let found = all(world).into_iter().find(|(_, refund)| refund.id == id);
    found.map(|(charge, refund)| render(charge, refund)).ok_or_else(|| ApiError::missing("refund", id))
}

pub(crate) fn list(world: &World, mut params: Params) -> Result<Value, ApiError> {
    let paging = Paging::take(&mut params)?;
    let (charge, intent) = (params.id("charge")?, params.id("payment_intent")?);
    let created = When::take(&mut params, "created")?;
    params.finish()?;
    let admits = |c: &Charge, refund: &Refund| {
        charge.as_ref().is_none_or(|id| *id == c.id) && intent.as_ref().is_none_or(|id| *id == c.intent) && created.admits(refund.created)
    };
    let all = all(world).into_iter().map(|(c, refund)| (refund.id.clone(), admits(c, refund).then(|| render(c, refund)))).collect();
    paging.page("/v1/refunds", "refund", all)
}

/// The charge that is named: by itself, or by its payment intent.
fn take_charge<'w>(world: &'w World, params: &mut Params) -> Result<&'w Charge, ApiError> {
    match (params.id("charge")?, params.id("payment_intent")?) {
        (Some(_), Some(_)) => Err(ApiError::refused("You may only specify one of these parameters: charge, payment_intent.")),
        (Some(id), None) => world.charges.iter().find(|c| c.id == id).ok_or_else(|| ApiError::no_such("charge", &id, "charge")),
        (None, Some(id)) => {
            world.charges.iter().find(|c| c.intent == id).ok_or_else(|| ApiError::no_such("payment_intent", &id, "payment_intent"))
        }
        (None, None) => {
            Err(ApiError::refused("One of the following params should be provided for this request: payment_intent or charge."))
        }
    }
}

/// Gives back what is left of a charge, for the desk. `now` is Unix seconds.
///
/// # Errors
/// There is no such charge, nothing of it is left, or the bank has its money.
pub(crate) fn refund_now(world: &mut World, settings: &Settings<'_>, charge: &str, now: i64) -> Result<(), ApiError> {
    let mut form = Form::default();
    form.add("charge", charge);
    create(world, Params::of(&[form.as_str()])?, &Context::unasked(settings, now)).map(drop)
}

pub(crate) fn create(world: &mut World, mut params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    let charge = take_charge(world, &mut params)?.clone();
    let amount = params.int("amount")?;
    let reason = params.one_of("reason", REASONS)?;
    let mut metadata = BTreeMap::new();
    params.metadata(&mut metadata)?;
    params.finish()?;
    if charge.dispute.as_ref().is_some_and(|dispute| dispute.withdrawn.is_some() && dispute.reinstated.is_none()) {
        let message = format!("Charge {} has been charged back; cannot issue a refund.", charge.id);
        return Err(ApiError::coded("charge_disputed", message));
    }
    let left = charge.amount - charge.refunded();
    if left == 0 {
        return Err(ApiError::coded("charge_already_refunded", format!("Charge {} has already been refunded.", charge.id)));
    }
    let amount = amount.unwrap_or(left);
    if amount < 1 {
        let message = "This value must be greater than or equal to 1.".to_owned();
        return Err(ApiError::about(Some("parameter_invalid_integer"), "amount", message));
    }
    if amount > left {
        let (asked, left) = (money(amount, &charge.currency), money(left, &charge.currency));
        return Err(ApiError::invalid("amount", format!("Refund amount ({asked}) is greater than unrefunded amount on charge ({left})")));
    }
    let refund = Refund { id: world.new_id("re"), created: context.now, amount, reason, metadata };
    let shown = render(&charge, &refund);
    alter(world, context, &charge.id, "charge.refunded", |held| held.refunds.push(refund));
    record(world, context, "refund.created", shown.clone(), None);
    Ok(shown)
}
