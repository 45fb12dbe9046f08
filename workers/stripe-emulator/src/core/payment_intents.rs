//! `/v1/payment_intents`: what a charge carries out. Here one is made and confirmed at once, or not at all.

use super::{
    Context,
    charges::{self, NewCharge},
    customers::live,
    error::ApiError,
    invoices::MAX_CHARGE,
    params::Params,
    payment,
    world::{Charge, World},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The least that can be charged, in hundredths.
const MIN_CHARGE: i64 = 50;

/// A payment intent as the API shows it: one that succeeded.
pub fn render(charge: &Charge) -> Value {
    json!({
        "id": charge.intent, "object": "payment_intent", "amount": charge.amount, "amount_capturable": 0, "amount_received": charge.amount,
        "application": null, "application_fee_amount": null, "automatic_payment_methods": null, "canceled_at": null,
        "cancellation_reason": null, "capture_method": "automatic", "client_secret": null, "confirmation_method": "automatic",
        "created": charge.created, "currency": charge.currency, "customer": charge.customer, "customer_account": null,
        "description": charge.description, "last_payment_error": null, "latest_charge": charge.id, "livemode": false,
        "metadata": charge.metadata, "next_action": null, "on_behalf_of": null, "payment_method": charge.card.id,
        "payment_method_configuration_details": null, "payment_method_options": null, "payment_method_types": ["card"],
        "processing": null, "receipt_email": null, "review": null, "setup_future_usage": null, "shipping": null,
        "statement_descriptor": null, "statement_descriptor_suffix": null, "status": "succeeded", "transfer_data": null,
        "transfer_group": null,
    })
}

pub(crate) fn get(world: &World, id: &str, params: Params) -> Result<Value, ApiError> {
    params.finish()?;
    world.charges.iter().find(|c| c.intent == id).map(render).ok_or_else(|| ApiError::missing("payment_intent", id))
}

/// `POST /v1/payment_intents` with `confirm=true`: the card is charged at once.
pub(crate) fn create(world: &mut World, mut params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    let amount = params.int("amount")?.ok_or_else(|| ApiError::missing_parameter("amount"))?;
    let currency = params.id("currency")?.ok_or_else(|| ApiError::missing_parameter("currency"))?.to_lowercase();
    if amount < MIN_CHARGE {
        return Err(ApiError::amount_too_small());
    }
    if amount > MAX_CHARGE {
        return Err(ApiError::amount_too_large());
    }
    if params.flag("confirm")? != Some(true) {
        return Err(ApiError::invalid("confirm", "The emulator makes and confirms a payment at once: pass confirm=true.".to_owned()));
    }
    payment::take_types(&mut params)?;
    let customer = params.id("customer")?;
    if let Some(id) = &customer {
        live(world, id, "customer")?;
    }
    let name = params.id("payment_method")?.ok_or_else(|| ApiError::missing_parameter("payment_method"))?;
    let card = payment::of_customer(world, customer.as_deref().unwrap_or_default(), &name, "payment_method", context.now)?;
    let description = params.id("description")?;
    params.one_of("setup_future_usage", &["off_session", "on_session"])?;
    params.flag("off_session")?;
    let mut metadata = BTreeMap::new();
    params.metadata(&mut metadata)?;
    payment::take_shipping(&mut params)?;
    params.finish()?;
    payment::refused(payment::outcome(Some(&card), amount))?;
    let id = charges::make(world, context, NewCharge { customer, amount, currency, description, metadata, card });
    get(world, &id, Params::of(&[])?)
}
