//! Invoices taken back and written off, and drafts made final by hand.

use super::{
    super::{
        Context, customers,
        error::ApiError,
        params::Params,
        subscriptions::watched,
        world::{InvoiceStatus, World},
    },
    alter,
    collect::settled,
    draw, find, render,
};
use serde_json::Value;

/// Takes an invoice back. What it took of the customer's balance is given back.
pub(crate) fn void_now(world: &mut World, context: &Context<'_>, id: &str) {
    let Ok(invoice) = find(world, id) else { return };
    let (customer, back) =
        (invoice.customer.clone(), invoice.starting_balance - invoice.ending_balance.unwrap_or(invoice.starting_balance));
    alter(world, context, id, &["invoice.voided"], |held| {
        held.status = InvoiceStatus::Void;
        held.voided_at = Some(context.now);
        held.next_payment_attempt = None;
    });
    customers::alter(world, context, &customer, |held| held.balance += back);
}

fn still_owed(world: &World, id: &str, what: &str) -> Result<String, ApiError> {
    let invoice = find(world, id)?;
    match invoice.status {
        InvoiceStatus::Open => Ok(invoice.subscription.clone()),
        InvoiceStatus::Uncollectible if what == "void" => Ok(invoice.subscription.clone()),
        _ => Err(ApiError::refused(&format!("You can only {what} an open invoice; this one is {}.", super::status_name(invoice.status)))),
    }
}

/// `POST /v1/invoices/{id}/void`. With its first invoice an incomplete subscription is over.
pub(crate) fn void(world: &mut World, id: &str, params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    params.finish()?;
    let subscription = still_owed(world, id, "void")?;
    watched(world, context, &subscription, |world| {
        void_now(world, context, id);
        match world.subscriptions.iter_mut().find(|s| s.latest_invoice.as_deref() == Some(id)) {
            Some(held) if held.status == "incomplete" => {
                "incomplete_expired".clone_into(&mut held.status);
                held.ended_at = Some(context.now);
            }
            Some(held) if held.status == "paused" => {}
            _ => settled(world, context, id),
        }
    });
    find(world, id).map(|held| render(world, held))
}

/// `POST /v1/invoices/{id}/mark_uncollectible`.
pub(crate) fn mark_uncollectible(world: &mut World, id: &str, params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    params.finish()?;
    let subscription = still_owed(world, id, "write off")?;
    watched(world, context, &subscription, |world| {
        alter(world, context, id, &["invoice.marked_uncollectible"], |held| {
            held.status = InvoiceStatus::Uncollectible;
            held.uncollectible_at = Some(context.now);
            held.next_payment_attempt = None;
        });
        settled(world, context, id);
    });
    find(world, id).map(|held| render(world, held))
}

/// `POST /v1/invoices/{id}/finalize`.
pub(crate) fn finalize(world: &mut World, id: &str, mut params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    params.flag("auto_advance")?;
    params.finish()?;
    let invoice = find(world, id)?;
    if invoice.status != InvoiceStatus::Draft {
        return Err(ApiError::refused("This invoice is already finalized."));
    }
    let subscription = invoice.subscription.clone();
    watched(world, context, &subscription, |world| draw::finalize(world, context, id));
    find(world, id).map(|held| render(world, held))
}
