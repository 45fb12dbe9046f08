//! A draft that a request made is made final and paid, as its `payment_behavior` says.

use super::{
    super::{
        Context,
        error::ApiError,
        invoices::{self, MAX_CHARGE, Outcome},
        payment,
        world::{InvoiceStatus, World},
    },
    behavior::Payment,
    find_mut,
};

/// Charges for a draft. A new subscription is `incomplete` already and stays so when it is not paid; another becomes `past_due`.
///
/// # Errors
/// Nobody to charge, too much, or declined where that refuses the request. Then nothing of it must stay.
pub(super) fn charge(world: &mut World, id: &str, draft: &str, behavior: Payment, context: &Context<'_>) -> Result<(), ApiError> {
    let invoice = invoices::find(world, draft)?;
    let (due, customer) = (invoice.amount_due, invoice.customer.clone());
    if due > MAX_CHARGE {
        return Err(ApiError::amount_too_large());
    }
    let card = world.customers.iter().any(|c| c.id == customer && c.payment_method.is_some());
    if due > 0 && !card && behavior != Payment::Later {
        return Err(ApiError::no_card());
    }
    invoices::finalize(world, context, draft);
    if invoices::find(world, draft)?.status == InvoiceStatus::Paid {
        return Ok(());
    }
    if behavior != Payment::Later {
        let outcome = invoices::collect(world, context, draft, None);
        match behavior {
            _ if outcome == Outcome::Paid => return Ok(()),
            Payment::Refuse => return payment::refused(outcome),
            Payment::Hold => {
                return Err(ApiError::invalid(
                    "payment_behavior",
                    "The payment failed, and the emulator keeps no pending updates: use error_if_incomplete or allow_incomplete."
                        .to_owned(),
                ));
            }
            Payment::Allow | Payment::Later => {}
        }
    }
    let held = find_mut(world, id)?;
    if held.status != "incomplete" && held.status != "paused" {
        "past_due".clone_into(&mut held.status);
        if behavior == Payment::Allow {
            invoices::plan_retry(world, context, draft);
        }
    }
    Ok(())
}
