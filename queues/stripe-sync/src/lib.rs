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
mod charge;
mod entitle;
mod facts;
mod failure;
mod local;
pub mod reconcile;

use domain::{
    billing::grace,
    jobs::{BILLING_ENTITLE, STRIPE_SYNC},
};
use failure::Stopped;
use kernel::{OrgId, Result, error::Code, ports::Queue, task::Task, time::Span};
use provider::Provider;
use store::{
    billing::{Change, mapped, unknown_prices},
    jobs::{Claim, claim},
};

use stripe::charge::is_charge;

pub use entitle::sweep as sweep_entitlements;
pub use provider::{SECRETS, VARS};

/// How often one message reads a customer whose events keep coming; then the next message goes on.
const ROUNDS: usize = 3;
/// A dead job is an operator's for so long. Then it is tried again: nothing else asks whose a charge is.
const GIVEN_UP: Span = Span::days(1);
/// How often one attempt begins anew because somebody changed what it judged by.
const TRIES: usize = 5;

kernel::sql! {
    /// Customers (and charges) with events that nobody is going to work on: none of their jobs is open, or dead since lately.
    Read Global("the sweep looks for events of any customer")
    STRANDED(3) -> ["customer_id"] =
        "SELECT DISTINCT e.customer_id FROM stripe_events e WHERE e.state = 'received' AND e.received_at <= ?1 AND e.customer_id IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.kind = 'stripe.sync' AND j.subject = e.customer_id \
           AND (j.state IN ('queued', 'running') OR (j.state = 'dead' AND j.updated_at > ?3))) \
         LIMIT ?2";
}

/// Its statements, for the catalogue test.
pub const CATALOGUES: &[&[kernel::Sql]] = &[
    CATALOGUE,
    apply::CATALOGUE,
    entitle::CATALOGUE,
    facts::CATALOGUE,
    failure::CATALOGUE,
    local::CATALOGUE,
    reconcile::CATALOGUE,
    reconcile::catch_up::CATALOGUE,
    reconcile::checkouts::CATALOGUE,
    reconcile::compare::CATALOGUE,
    reconcile::portal::CATALOGUE,
    reconcile::requests::CATALOGUE,
];

/// Works on what a message names, if its job is due and nobody else is at it: a customer at Stripe is read again, whose a charge is is
/// looked up, an organization is judged again without.
///
/// # Errors
/// What the database refused while claiming or while recording a failure; the sweep brings the job back.
pub async fn consume(task: &Task<'_>, subject: &str) -> Result<()> {
    let kind = if OrgId::stored(subject).is_ok() { BILLING_ENTITLE } else { STRIPE_SYNC };
    for _ in 0..ROUNDS {
        let Some(claim) = claim(task, kind, subject).await? else { return Ok(()) };
        if let Err(stopped) = attempt(task, &claim, kind == BILLING_ENTITLE).await {
            return failure::give_back(task, &claim, &stopped).await;
        }
    }
    task.hint_later(Queue::Stripe, vec![subject.to_owned()]);
    Ok(())
}

/// One attempt. Where somebody changed what it judged by it begins anew at once: that is nobody's failure.
async fn attempt(task: &Task<'_>, claim: &Claim, entitles: bool) -> Result<(), Stopped> {
    for _ in 1..TRIES {
        match once(task, claim, entitles).await {
            Err(Stopped::Failed(e)) if e.code() == Code::VersionConflict => {}
            done => return done,
        }
    }
    once(task, claim, entitles).await
}

async fn once(task: &Task<'_>, claim: &Claim, entitles: bool) -> Result<(), Stopped> {
    if entitles {
        Ok(entitle::judge(task, claim).await?)
    } else if is_charge(&claim.subject) {
        charge::look_up(task, claim).await
    } else {
        sync(task, claim).await
    }
}

async fn sync(task: &Task<'_>, claim: &Claim) -> Result<(), Stopped> {
    if provider::is_off(&task.app.config) {
        // Nobody can be asked. What is granted is judged by what is held; with payments on again, the full compare reads everybody.
        return Ok(claim.finish(task).await?);
    }
    let read_at = task.now();
    let Some(local) = local::read(task, &claim.subject, read_at).await? else {
        return Ok(apply::ignore(task, claim).await?);
    };
    let held = &local.held;
    let (grace, provider) = (grace(&task.app.config)?, Provider::of(&task.app.config, &*task.ports.http)?);
    let mut remote = provider.look(&claim.subject).await.map_err(|e| Stopped::unread(&held.org, &e))?;
    if let Some(stmt) = unknown_prices(&remote.subscriptions) {
        mapped(&mut remote.subscriptions, &task.rows(stmt).await?)?;
    }
    let change = Change::read(held, &remote, grace, read_at);
    apply::apply(task, claim, &local, &change, read_at).await?;
    if local.told.is_full() {
        task.ask(STRIPE_SYNC, &claim.subject, None).await?;
    }
    Ok(())
}

/// Asks for the sync of customers whose events stayed behind, such as one whose time of receipt, by another clock, lay after the
/// reading that covered it; for cron. Returns how many.
///
/// # Errors
/// What the database or the queue refused.
pub async fn sweep(task: &Task<'_>, older_than: Span, most: i64) -> Result<usize> {
    let now = task.now();
    let stranded = task.rows(STRANDED.bind([now.minus(older_than).into(), most.into(), now.minus(GIVEN_UP).into()])).await?;
    for row in &stranded {
        task.ask(STRIPE_SYNC, row.text(0)?, None).await?;
    }
    Ok(stranded.len())
}
