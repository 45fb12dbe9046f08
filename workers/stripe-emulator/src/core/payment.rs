//! Cards and what becomes of a charge. Stripe's own test tokens stand for cards: `pm_card_visa` pays.

use super::{
    error::ApiError,
    invoices::{MAX_CHARGE, Outcome},
    params::Params,
    world::{Card, CardBehavior, Owner, World},
};
use serde_json::{Value, json};

/// Stripe's test tokens, with what they stand for here.
const TOKENS: &[(&str, &str, &str, CardBehavior)] = &[
    ("pm_card_visa", "visa", "4242", CardBehavior::Pays),
    ("pm_card_mastercard", "mastercard", "4444", CardBehavior::Pays),
    ("pm_card_amex", "amex", "8431", CardBehavior::Pays),
    ("pm_card_chargeDeclined", "visa", "0002", CardBehavior::Declines),
    ("pm_card_visa_chargeDeclined", "visa", "0002", CardBehavior::Declines),
    ("pm_card_chargeCustomerFail", "visa", "0341", CardBehavior::DeclinesWhenCharged),
    ("pm_card_createDispute", "visa", "0259", CardBehavior::Disputed),
    ("pm_card_createDisputeInquiry", "visa", "1976", CardBehavior::Inquired),
];

/// A new card for one of Stripe's test tokens. `None` for another token.
pub fn card(world: &mut World, token: &str, now: i64) -> Option<Card> {
    let (_, brand, last4, behavior) = TOKENS.iter().find(|(name, ..)| *name == token)?;
    let id = world.new_id("pm");
    Some(Card { id, created: now, brand: (*brand).to_owned(), last4: (*last4).to_owned(), owner: Owner::default(), behavior: *behavior })
}

/// The test token of a behavior.
pub fn token(behavior: CardBehavior) -> &'static str {
    match behavior {
        CardBehavior::Pays => "pm_card_visa",
        CardBehavior::Declines => "pm_card_chargeDeclined",
        CardBehavior::DeclinesWhenCharged => "pm_card_chargeCustomerFail",
        CardBehavior::Disputed => "pm_card_createDispute",
        CardBehavior::Inquired => "pm_card_createDisputeInquiry",
    }
}

/// Whose a card is, as the API shows it.
pub(crate) fn billing_details(card: &Card) -> Value {
    json!({ "address": null, "email": card.owner.email, "name": card.owner.name, "phone": card.owner.phone, "tax_id": null })
}

/// A card as the API shows it: a payment method.
pub fn render(card: &Card, customer: Option<&str>) -> Value {
    json!({
        "id": card.id, "object": "payment_method", "allow_redisplay": "always",
        "billing_details": billing_details(card),
        "card": {
            "brand": card.brand, "checks": { "address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass" },
            "country": "US", "display_brand": card.brand, "exp_month": 12, "exp_year": 2034, "fingerprint": null, "funding": "credit",
            "generated_from": null, "last4": card.last4, "networks": null, "regulated_status": "unregulated", "three_d_secure_usage": null,
            "wallet": null,
        },
        "created": card.created, "customer": customer, "livemode": false, "metadata": {}, "type": "card",
    })
}

/// The card that a parameter names: the customer's own, one that is nobody's, or a test token's. Of another customer's card nothing is
/// known.
///
/// # Errors
/// There is no such card.
pub(crate) fn of_customer(world: &mut World, customer: &str, name: &str, param: &str, now: i64) -> Result<Card, ApiError> {
    let own = world.customers.iter().find(|c| c.id == customer).and_then(|c| c.payment_method.clone()).filter(|card| card.id == name);
    let loose = || world.loose_cards.iter().find(|card| card.id == name).cloned();
    own.or_else(loose).or_else(|| card(world, name, now)).ok_or_else(|| ApiError::no_such("PaymentMethod", name, param))
}

/// The card that a customer is given: `payment_method`, `invoice_settings[default_payment_method]`. A customer has one card, so either
/// makes it the one that is charged.
pub(crate) fn take_card(world: &mut World, customer: Option<&str>, params: &mut Params, now: i64) -> Result<Option<Card>, ApiError> {
    let attached = params.id("payment_method")?;
    let (mut default, mut name) = (None, String::new());
    if let Some(mut settings) = params.map("invoice_settings")? {
        name = settings.name("default_payment_method");
        default = settings.id("default_payment_method")?;
        settings.finish()?;
    }
    let (id, param) = match (default, attached) {
        (Some(id), _) => (id, name.as_str()),
        (None, Some(id)) => (id, "payment_method"),
        (None, None) => return Ok(None),
    };
    let card = of_customer(world, customer.unwrap_or_default(), &id, param, now)?;
    attachable(&card)?;
    world.loose_cards.retain(|loose| loose.id != card.id);
    Ok(Some(card))
}

/// Refuses a card that its bank declines already when it is saved.
///
/// # Errors
/// As for a charge that is declined.
pub(crate) fn attachable(card: &Card) -> Result<(), ApiError> {
    if card.behavior == CardBehavior::Declines { Err(ApiError::declined()) } else { Ok(()) }
}

/// What becomes of a charge to a card. `amount` is in the currency's minor unit.
pub(crate) fn outcome(card: Option<&Card>, amount: i64) -> Outcome {
    match card.map(|card| card.behavior) {
        None => Outcome::NoCard,
        Some(_) if amount > MAX_CHARGE => Outcome::TooLarge,
        Some(CardBehavior::Declines | CardBehavior::DeclinesWhenCharged) => Outcome::Declined,
        Some(CardBehavior::Pays | CardBehavior::Disputed | CardBehavior::Inquired) => Outcome::Paid,
    }
}

/// `payment_method_types`: cards are all there is.
///
/// # Errors
/// Another way of paying.
pub(crate) fn take_types(params: &mut Params) -> Result<(), ApiError> {
    match params.texts("payment_method_types")?.iter().find(|kind| *kind != "card") {
        Some(other) => Err(ApiError::invalid("payment_method_types[0]", format!("The emulator takes cards only, not {other}."))),
        None => Ok(()),
    }
}

/// `shipping`: read and not kept, for nothing is sent anywhere.
///
/// # Errors
/// What is no address.
pub(crate) fn take_shipping(params: &mut Params) -> Result<(), ApiError> {
    let Some(mut shipping) = params.map("shipping")? else { return Ok(()) };
    for field in ["carrier", "name", "phone", "tracking_number"] {
        shipping.text(field)?;
    }
    take_address(&mut shipping)?;
    shipping.finish()
}

/// `address`: read and not kept.
///
/// # Errors
/// What is no address.
pub(crate) fn take_address(params: &mut Params) -> Result<(), ApiError> {
    let Some(mut address) = params.map("address")? else { return Ok(()) };
    for field in ["city", "country", "line1", "line2", "postal_code", "state"] {
        address.text(field)?;
    }
    address.finish()
}

/// The error of a payment that was not made.
///
/// # Errors
/// Everything but paid.
pub(crate) fn refused(outcome: Outcome) -> Result<(), ApiError> {
    match outcome {
        Outcome::Paid => Ok(()),
        Outcome::NoCard => Err(ApiError::no_card()),
        Outcome::Declined => Err(ApiError::declined()),
        Outcome::TooLarge => Err(ApiError::amount_too_large()),
    }
}
