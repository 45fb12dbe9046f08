//! What the button on the checkout page does: a customer if there is none, a card, a subscription with its paid invoice or one payment,
//! and `checkout.session.completed`; or nothing of all that.

use super::{
    super::{
        Context, Settings,
        charges::{self, NewCharge},
        customers::{self, check_email},
        error::ApiError,
        events::record,
        form::Form,
        items::currency_of,
        params::Params,
        payment, payment_methods, subscriptions,
        world::{Card, CardBehavior, CheckoutMode, CheckoutSession, CheckoutStatus, World},
    },
    create::{amount, form_of},
    find, render,
};

/// What a buyer gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purchase<'a> {
    /// The card; `None` where none is asked for.
    pub card: Option<CardBehavior>,
    /// An address, where the session has none.
    pub email: Option<&'a str>,
    /// How many of the first thing, where that can be chosen.
    pub quantity: Option<i64>,
}

/// Buys. Twice is once: a session that is complete stays as it is. Nothing changes when it fails. `now` is Unix seconds.
///
/// # Errors
/// There is no such session, or its time is over; no card where one is asked for, or one that is declined; an address or a quantity
/// that won't do.
pub fn buy(world: &mut World, settings: &Settings<'_>, id: &str, purchase: Purchase<'_>, now: i64) -> Result<(), ApiError> {
    let context = Context::unasked(settings, now);
    let mut next = world.clone();
    let card = purchase.card.map(|behavior| {
        payment::card(&mut next, payment::token(behavior), now).ok_or_else(|| ApiError::refused("There is no such test card."))
    });
    complete(&mut next, &context, id, card.transpose()?, (purchase.email, purchase.quantity))?;
    *world = next;
    Ok(())
}

/// Buys with a card. When it fails the world is half changed: it works on a copy.
pub(crate) fn complete(
    world: &mut World,
    context: &Context<'_>,
    id: &str,
    card: Option<Card>,
    (email, quantity): (Option<&str>, Option<i64>),
) -> Result<(), ApiError> {
    let mut session = find(world, id)?.clone();
    match session.status {
        CheckoutStatus::Complete => return Ok(()),
        CheckoutStatus::Expired => return Err(ApiError::refused("This checkout session has expired.")),
        CheckoutStatus::Open => {}
    }
    if let (Some(quantity), Some(item)) = (quantity, session.items.first_mut()) {
        let (least, most) = item.adjustable.unwrap_or((item.quantity, item.quantity));
        if !(least.max(1)..=most).contains(&quantity) {
            return Err(ApiError::invalid("quantity", format!("Choose a quantity from {} to {most}.", least.max(1))));
        }
        item.quantity = quantity;
    }
    session.amount = amount(world, &session, context)?;
    if let Some(customer) = &session.customer {
        customers::live(world, customer, "customer")?;
    }
    match session.mode {
        CheckoutMode::Payment => pay_once(world, context, &mut session, card, email)?,
        CheckoutMode::Subscription => subscribe(world, context, &mut session, card, email)?,
    }
    session.status = CheckoutStatus::Complete;
    if let Some(held) = world.checkouts.iter_mut().find(|s| s.id == id) {
        *held = session.clone();
    }
    let shown = render(world, &session);
    record(world, context, "checkout.session.completed", shown, None);
    Ok(())
}

/// One payment. A guest stays a guest, and nobody's card is kept.
fn pay_once(
    world: &mut World,
    context: &Context<'_>,
    session: &mut CheckoutSession,
    card: Option<Card>,
    email: Option<&str>,
) -> Result<(), ApiError> {
    if session.customer.is_none() && session.customer_email.is_none() {
        session.guest_email = Some(address(session, email)?);
    }
    if session.amount == 0 {
        return Ok(());
    }
    let card = card.ok_or_else(|| ApiError::refused("Choose a card."))?;
    payment::refused(payment::outcome(Some(&card), session.amount))?;
    let currency = session.items.first().map_or("usd", |item| currency_of(world, &item.price)).to_owned();
    let (description, metadata) = session.payment_data.clone();
    let new = NewCharge { customer: session.customer.clone(), amount: session.amount, currency, description, metadata, card };
    session.payment_intent = Some(charges::make(world, context, new));
    Ok(())
}

/// A subscription, of a customer who has the card from now on.
fn subscribe(
    world: &mut World,
    context: &Context<'_>,
    session: &mut CheckoutSession,
    card: Option<Card>,
    email: Option<&str>,
) -> Result<(), ApiError> {
    if session.customer.is_none() {
        let mut form = Form::default();
        form.add("email", &address(session, email)?);
        let made = customers::create(world, Params::of(&[form.as_str()])?, context)?;
        session.customer = made.get("id").and_then(|id| id.as_str()).map(str::to_owned);
    }
    let customer = session.customer.clone().unwrap_or_default();
    match card {
        Some(card) => {
            payment::attachable(&card)?;
            payment_methods::give(world, context, &customer, card);
        }
        None if session.amount == 0 && session.payment_method_collection == "if_required" => {}
        None => return Err(ApiError::refused("Choose a card.")),
    }
    let mut form = form_of(session);
    form.add("customer", &customer).add("payment_behavior", "error_if_incomplete");
    let made = subscriptions::create(world, Params::of(&[form.as_str()])?, context)?;
    let text = |field: &str| made.get(field).and_then(|v| v.as_str()).map(str::to_owned);
    (session.subscription, session.invoice) = (text("id"), text("latest_invoice"));
    Ok(())
}

/// Where a buyer is reached.
fn address(session: &CheckoutSession, email: Option<&str>) -> Result<String, ApiError> {
    let email = session.customer_email.as_deref().or(email).filter(|text| !text.is_empty());
    let email = email.ok_or_else(|| ApiError::invalid("email", "Give an email address.".to_owned()))?;
    check_email(Some(email))?;
    Ok(email.to_owned())
}
