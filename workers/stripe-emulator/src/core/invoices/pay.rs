//! `POST /v1/invoices/{id}/pay`: a payment tried by hand.

use super::{
    super::{
        Context, Settings,
        error::ApiError,
        form::Form,
        params::Params,
        payment, payment_methods,
        subscriptions::watched,
        world::{CardBehavior, InvoiceStatus, World},
    },
    alter, collect,
    collect::{paid, plan_retry},
    draw::finalize,
    find, render,
};
use serde_json::Value;

pub(crate) fn pay(world: &mut World, id: &str, mut params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    let method = params.id("payment_method")?;
    let by_other_means = params.flag("paid_out_of_band")?.unwrap_or(false);
    params.flag("off_session")?;
    params.finish()?;
    let invoice = find(world, id)?.clone();
    match invoice.status {
        InvoiceStatus::Paid => return Err(ApiError::refused("Invoice is already paid.")),
        InvoiceStatus::Void => return Err(ApiError::refused("This invoice was voided and can't be paid.")),
        InvoiceStatus::Draft | InvoiceStatus::Open | InvoiceStatus::Uncollectible => {}
    }
    let card = method.map(|name| payment::of_customer(world, &invoice.customer, &name, "payment_method", context.now)).transpose()?;
    let outcome = watched(world, context, &invoice.subscription, |world| {
        finalize(world, context, id);
        alter(world, context, id, &[], |held| {
            if held.status == InvoiceStatus::Uncollectible {
                held.status = InvoiceStatus::Open;
            }
        });
        if by_other_means && find(world, id).is_ok_and(|held| held.status == InvoiceStatus::Open) {
            paid(world, context, id);
        }
        let outcome = collect(world, context, id, card);
        if outcome != super::Outcome::Paid && invoice.next_payment_attempt.is_some() {
            plan_retry(world, context, id);
        }
        outcome
    });
    // At Stripe a payment that failed is on the books all the same.
    payment::refused(outcome).map_err(ApiError::with_effects)?;
    find(world, id).map(|held| render(world, held))
}

/// What the button on the invoice's page does: a new card is charged, and is the customer's when it paid.
///
/// # Errors
/// As for [`pay`]. That a card was declined stays on the books.
pub(crate) fn pay_by_hand(world: &mut World, settings: &Settings<'_>, id: &str, behavior: CardBehavior, now: i64) -> Result<(), ApiError> {
    let context = Context::unasked(settings, now);
    let mut next = world.clone();
    let customer = find(&next, id)?.customer.clone();
    let card = payment::card(&mut next, payment::token(behavior), now).ok_or_else(|| ApiError::refused("There is no such test card."))?;
    let mut form = Form::default();
    form.add("payment_method", &card.id);
    next.loose_cards.push(card.clone());
    let done = pay(&mut next, id, Params::of(&[form.as_str()])?, &context).map(drop);
    next.loose_cards.retain(|loose| loose.id != card.id);
    if done.is_ok() {
        payment_methods::give(&mut next, &context, &customer, card);
    }
    if done.as_ref().map_or_else(ApiError::effects_stay, |()| true) {
        *world = next;
    }
    done
}
