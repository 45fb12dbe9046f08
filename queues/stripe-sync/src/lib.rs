//! The Stripe queue: reads a customer's subscriptions again and puts its organization on the plan.
//!
//! What an event says is never applied: it only made somebody ask for this. All subscriptions of the customer are read, so
//! neither order nor number of the events matters, and a burst of them comes down to one reading. Work on one customer is
//! serialized by its job's claim, and what was read is committed only under that claim: a consumer that was taken for dead
//! can't overwrite what its successor read. An event that comes during the reading makes the job dirty: it is read once more.
//!
//! When the new plan is seen: `GET /v1/me` and every limit that is judged inside a batch see it at once. Other calls go by the
//! key's leased record (`store::lease`): the new hourly and burst limits hold within a minute at the latest, and at once in an
//! isolate that answered `GET /v1/me`.

mod apply;
mod local;

use domain::{
    billing::DEFAULT_GRACE,
    jobs::{STRIPE_SYNC, backoff},
};
use kernel::{
    Result,
    error::{Error, OrLog},
    ports::Queue,
    task::Task,
    time::Span,
};
use provider::Provider;
use serde_json::json;
use store::{
    billing::{Change, mapped, unknown_prices},
    jobs::{Claim, Failed, claim},
};

pub use provider::{SECRETS, VARS};

/// How often one message reads a customer whose events keep coming; then the next message goes on.
const ROUNDS: usize = 3;

kernel::sql! {
    /// Customers with events that nobody is going to work on: none of their jobs is open or dead.
    Read Global("the sweep looks for events of any customer")
    STRANDED(2) -> ["customer_id"] =
        "SELECT DISTINCT e.customer_id FROM stripe_events e WHERE e.state = 'received' AND e.received_at <= ?1 AND e.customer_id IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.kind = 'stripe.sync' AND j.subject = e.customer_id AND j.state IN ('queued', 'running', 'dead')) \
         LIMIT ?2";
}

/// Its statements, for the catalogue test.
pub const CATALOGUES: &[&[kernel::Sql]] = &[CATALOGUE, apply::CATALOGUE, local::CATALOGUE];

/// Syncs a Stripe customer, if its job is due and nobody else is at it.
///
/// # Errors
/// What the database refused while claiming or while recording a failure; the sweep brings the job back.
pub async fn consume(task: &Task<'_>, customer: &str) -> Result<()> {
    for _ in 0..ROUNDS {
        let Some(claim) = claim(task, STRIPE_SYNC, customer).await? else { return Ok(()) };
        if let Err(e) = sync(task, &claim).await {
            return give_back(task, &claim, &e).await;
        }
    }
    task.hint_later(Queue::Stripe, vec![customer.to_owned()]);
    Ok(())
}

async fn sync(task: &Task<'_>, claim: &Claim) -> Result<()> {
    let Some(held) = local::read(task, &claim.subject).await? else {
        return apply::ignore(task, claim).await;
    };
    let read_at = task.now();
    let provider = Provider::of(&task.app.config, &*task.ports.http)?;
    let mut remote = provider.look(&claim.subject).await.map_err(|e| provider::incident("reading a customer at Stripe", &e))?;
    if let Some(stmt) = unknown_prices(&remote.subscriptions) {
        mapped(&mut remote.subscriptions, &task.rows(stmt).await?)?;
    }
    let change = Change::read(&held, &remote, DEFAULT_GRACE, read_at);
    apply::apply(task, claim, &held, &change, read_at).await
}

/// Records a failed attempt, and has it tried again when its pause is over.
async fn give_back(task: &Task<'_>, claim: &Claim, error: &Error) -> Result<()> {
    let failed = claim.failed(task, error).await?;
    let (result, queued) = match failed {
        Failed::Queued => ("queued again", true),
        Failed::Dead => ("dead", false),
        // Another consumer has it, or the batch did commit and only its answer was lost: nothing is left to do.
        Failed::Lost => ("not ours any more", false),
    };
    let fields = json!({"customer": claim.subject, "job": claim.id.to_string(), "attempt": claim.attempts + 1, "outcome": result});
    kernel::log::work(&*task.ports.log, task.now(), "stripe.sync", fields, Some(error));
    if queued {
        // Cron looks once a minute; the first pauses are shorter.
        let pause = u32::try_from(backoff(claim.attempts + 1).as_seconds_up()).unwrap_or(u32::MAX);
        let sent = task.hint(Queue::Stripe, std::slice::from_ref(&claim.subject), pause).await;
        sent.or_log(&*task.ports.log, task.now(), "sending a delayed hint");
    }
    Ok(())
}

/// Asks for the sync of customers whose events stayed behind, such as one whose time of receipt, by another clock, lay after the
/// reading that covered it; for cron. Returns how many.
///
/// # Errors
/// What the database or the queue refused.
pub async fn sweep(task: &Task<'_>, older_than: Span, most: i64) -> Result<usize> {
    let stranded = task.rows(STRANDED.bind([task.now().minus(older_than).into(), most.into()])).await?;
    for row in &stranded {
        task.ask(STRIPE_SYNC, row.text(0)?, None).await?;
    }
    Ok(stranded.len())
}
