//! What the button on the checkout page does: a customer if there is none, a card, a subscription with its paid invoice, and
//! `checkout.session.completed`; or nothing of all that.

use super::{
    super::{
        Context, Settings,
        customers::{self, check_email},
        error::ApiError,
        form::Form,
        params::Params,
        payment, payment_methods, subscriptions,
        world::{CardBehavior, CheckoutSession, CheckoutStatus, World},
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
    let mut session = find(world, id)?.clone();
    match session.status {
        CheckoutStatus::Complete => return Ok(()),
        CheckoutStatus::Expired => return Err(ApiError::refused("This checkout session has expired.")),
        CheckoutStatus::Open => {}
    }
    if let (Some(quantity), Some(item)) = (purchase.quantity, session.items.first_mut()) {
        let (least, most) = item.adjustable.unwrap_or((item.quantity, item.quantity));
        if !(least.max(1)..=most).contains(&quantity) {
            return Err(ApiError::invalid("quantity", format!("Choose a quantity from {} to {most}.", least.max(1))));
        }
        item.quantity = quantity;
    }
    let mut next = world.clone();
    session.amount = amount(&next, &session, &context)?;
    if session.customer.is_none() {
        session.customer = Some(new_customer(&mut next, &session, purchase.email, &context)?);
    }
    let customer = session.customer.clone().unwrap_or_default();
    customers::live(&next, &customer, "customer")?;
    match purchase.card {
        Some(behavior) => {
            let card = payment::card(&mut next, payment::token(behavior), now);
            let card = card.ok_or_else(|| ApiError::refused("There is no such test card."))?;
            payment_methods::give(&mut next, &context, &customer, card);
        }
        None if session.amount == 0 && session.payment_method_collection == "if_required" => {}
        None => return Err(ApiError::refused("Choose a card.")),
    }
    let mut form = form_of(&session);
    form.add("customer", &customer).add("payment_behavior", "error_if_incomplete");
    let made = subscriptions::create(&mut next, Params::of(&[form.as_str()])?, &context)?;
    let text = |field: &str| made.get(field).and_then(|v| v.as_str()).map(str::to_owned);
    (session.subscription, session.invoice) = (text("id"), text("latest_invoice"));
    session.status = CheckoutStatus::Complete;
    if let Some(held) = next.checkouts.iter_mut().find(|s| s.id == id) {
        *held = session.clone();
    }
    let shown = render(&next, &session);
    super::super::events::record(&mut next, &context, "checkout.session.completed", shown, None);
    *world = next;
    Ok(())
}

fn new_customer(world: &mut World, session: &CheckoutSession, email: Option<&str>, context: &Context<'_>) -> Result<String, ApiError> {
    let email = session.customer_email.as_deref().or(email).filter(|text| !text.is_empty());
    let email = email.ok_or_else(|| ApiError::invalid("email", "Give an email address.".to_owned()))?;
    check_email(Some(email))?;
    let mut form = Form::default();
    form.add("email", email);
    let made = customers::create(world, Params::of(&[form.as_str()])?, context)?;
    Ok(made.get("id").and_then(|id| id.as_str()).unwrap_or_default().to_owned())
}
