//! `/v1/charges`: payments that succeeded. One that fails leaves no charge here.

use super::{
    Context, disputes,
    error::ApiError,
    events::record,
    list::{Paging, When},
    params::Params,
    payment, payment_intents,
    world::{Card, CardBehavior, Charge, World},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A charge as the API shows it. Its refunds are a list of their own, as at Stripe since 2022.
pub fn render(charge: &Charge) -> Value {
    let refunded = charge.refunded();
    json!({
        "id": charge.id, "object": "charge", "amount": charge.amount, "amount_captured": charge.amount, "amount_refunded": refunded,
        "application": null, "application_fee": null, "application_fee_amount": null, "balance_transaction": null,
        "billing_details": payment::billing_details(&charge.card),
        "calculated_statement_descriptor": null, "captured": true, "created": charge.created, "currency": charge.currency,
        "customer": charge.customer, "description": charge.description, "disputed": charge.dispute.is_some(),
        "failure_balance_transaction": null, "failure_code": null, "failure_message": null, "fraud_details": {}, "livemode": false,
        "metadata": charge.metadata, "on_behalf_of": null, "outcome": null, "paid": true, "payment_intent": charge.intent,
        "payment_method": charge.card.id, "payment_method_details": null, "receipt_email": null, "receipt_number": null,
        "receipt_url": null, "refunded": refunded == charge.amount, "review": null, "shipping": null, "source_transfer": null,
        "statement_descriptor": null, "statement_descriptor_suffix": null, "status": "succeeded", "transfer_data": null,
        "transfer_group": null,
    })
}

/// A charge that is to be made.
pub(crate) struct NewCharge {
    /// Who pays.
    pub customer: Option<String>,
    /// How much, in the currency's minor unit.
    pub amount: i64,
    /// Such as `usd`.
    pub currency: String,
    /// What for.
    pub description: Option<String>,
    /// The caller's.
    pub metadata: BTreeMap<String, String>,
    /// What with: a card that pays.
    pub card: Card,
}

/// Charges a card that pays, and has the payment disputed where the card stands for that. Returns the id of the payment intent.
pub(crate) fn make(world: &mut World, context: &Context<'_>, new: NewCharge) -> String {
    let (id, intent) = (world.new_id("ch"), world.new_id("pi"));
    let behavior = new.card.behavior;
    let charge = Charge {
        id: id.clone(),
        intent: intent.clone(),
        created: context.now,
        customer: new.customer,
        amount: new.amount,
        currency: new.currency,
        description: new.description,
        metadata: new.metadata,
        card: new.card,
        refunds: Vec::new(),
        dispute: None,
    };
    let (shown, done) = (render(&charge), payment_intents::render(&charge));
    world.charges.push(charge);
    record(world, context, "charge.succeeded", shown, None);
    match behavior {
        CardBehavior::Disputed => disputes::open(world, context, &id, disputes::Kind::Chargeback),
        CardBehavior::Inquired => disputes::open(world, context, &id, disputes::Kind::Inquiry),
        CardBehavior::Pays | CardBehavior::Declines | CardBehavior::DeclinesWhenCharged => {}
    }
    record(world, context, "payment_intent.succeeded", done, None);
    intent
}

/// A charge by its id.
///
/// # Errors
/// There is none.
pub(crate) fn find<'w>(world: &'w World, id: &str) -> Result<&'w Charge, ApiError> {
    world.charges.iter().find(|c| c.id == id).ok_or_else(|| ApiError::missing("charge", id))
}

/// Changes a charge, and notes what happened to it with what it was before.
pub(crate) fn alter(world: &mut World, context: &Context<'_>, id: &str, kind: &str, work: impl FnOnce(&mut Charge)) {
    let Some(held) = world.charges.iter_mut().find(|c| c.id == id) else { return };
    let before = render(held);
    work(held);
    let after = render(held);
    record(world, context, kind, after, Some(&before));
}

pub(crate) fn get(world: &World, id: &str, params: Params) -> Result<Value, ApiError> {
    params.finish()?;
    find(world, id).map(render)
}

pub(crate) fn list(world: &World, mut params: Params) -> Result<Value, ApiError> {
    let paging = Paging::take(&mut params)?;
    let (customer, intent) = (params.id("customer")?, params.id("payment_intent")?);
    let created = When::take(&mut params, "created")?;
    params.finish()?;
    let admits = |c: &Charge| {
        customer.as_ref().is_none_or(|id| c.customer.as_ref() == Some(id))
            && intent.as_ref().is_none_or(|id| *id == c.intent)
            && created.admits(c.created)
    };
    let all = world.charges.iter().rev().map(|c| (c.id.clone(), admits(c).then(|| render(c)))).collect();
    paging.page("/v1/charges", "charge", all)
}
