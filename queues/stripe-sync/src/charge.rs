//! Whose a charge is: a dispute names nothing else. What waits under the charge becomes its customer's, who is then read.

use crate::{facts, failure::Stopped};
use domain::jobs::STRIPE_SYNC;
use kernel::task::Task;
use provider::Provider;
use serde_json::json;
use store::jobs::Claim;
use stripe::{Cause, calls, objects::is_id};

/// Looks it up. A charge that Stripe doesn't have, and one of a guest, concern nobody here.
///
/// # Errors
/// Stripe could not be read; what the database refused.
pub async fn look_up(task: &Task<'_>, claim: &Claim) -> Result<(), Stopped> {
    if provider::is_off(&task.app.config) {
        // Nobody can be asked. What waits is asked for again by the sweep.
        return Ok(claim.finish(task).await?);
    }
    let provider = Provider::of(&task.app.config, &*task.ports.http)?;
    let unread = |error| Stopped::from(provider::incident("reading a charge at Stripe", &error));
    let customer = match provider.send(&calls::charge(&claim.subject).map_err(unread)?).await {
        Ok(charge) => charge.customer.0.filter(|id| is_id(id)),
        Err(error) if error.cause() == Cause::Missing => None,
        Err(error) => return Err(unread(error)),
    };
    let now = task.now();
    let [done, still_ours] = claim.finished(now);
    match &customer {
        Some(customer) => {
            let books = vec![done, still_ours, facts::attributed(&claim.subject, customer)];
            task.ask_all(books, STRIPE_SYNC, std::slice::from_ref(customer)).await?;
        }
        None => drop(task.bookkeep(vec![done, still_ours, facts::ignored(&claim.subject, now)]).await?),
    }
    let fields = json!({"charge": claim.subject, "customer": customer});
    kernel::log::work(&*task.ports.log, now, "stripe.charge", fields, None);
    Ok(())
}
