//! Puts a reading into effect: one batch under the job's claim, with its audit event and its domain event, or only bookkeeping
//! where nothing differs.

use crate::{facts, local::Local};
use domain::actions;
use kernel::{Id, Millis, Result, task::Task};
use serde_json::json;
use store::{billing::Change, jobs::Claim};

kernel::sql! {
    /// True while the customer is still this organization's; as a statement of the batch that it guards.
    Bookkeep Org LINKED(2) -> [] =
        "INSERT INTO guard(name, ok) SELECT 'state', EXISTS (SELECT 1 FROM billing_customers WHERE org_id = ?1 AND stripe_customer_id = ?2)";
}

/// Commits what a reading that began at `read_at` changes.
///
/// # Errors
/// What the database refused; then nothing was changed.
pub async fn apply(task: &Task<'_>, claim: &Claim, local: &Local, change: &Change<'_>, read_at: Millis) -> Result<()> {
    let (now, held) = (task.now(), &local.held);
    let covered = local.told.stmts(&held.org, &claim.subject, read_at, now);
    let linked = LINKED.bind([(&held.org).into(), claim.subject.as_str().into()]);
    let [done, still_ours] = claim.finished(now);
    if !change.is_change() {
        let mut books = vec![done, still_ours, linked, held.unchanged()];
        books.extend(covered);
        books.extend(change.books());
        task.bookkeep(books).await?;
        return Ok(());
    }
    let mutation = task
        .mutation(&held.org, actions::SUBSCRIPTION_SYNCED, &claim.subject)
        .then(done)
        .then(still_ours)
        .then(linked)
        .detail(change.audit().to_string());
    let mutation = covered.into_iter().fold(mutation, kernel::Mutation::then);
    task.commit(change.write(mutation)).await?;
    let (plan, was) = (change.granted().plan.as_str(), held.plan.as_str());
    let fields = json!({"customer": claim.subject, "org": held.org, "plan": plan, "was": was});
    kernel::log::work(&*task.ports.log, task.now(), "stripe.sync", fields, None);
    Ok(())
}

/// Ends the job of a customer that is none of ours: somebody else's at the same Stripe account, or not linked yet. Linking asks
/// for a sync of its own.
///
/// # Errors
/// What the database refused.
pub async fn ignore(task: &Task<'_>, claim: &Claim) -> Result<()> {
    let now = task.now();
    let [done, still_ours] = claim.finished(now);
    task.bookkeep(vec![done, still_ours, facts::ignored(&claim.subject, now)]).await?;
    let fields = json!({"customer": claim.subject, "job": claim.id.as_str(), "outcome": "no organization has this customer"});
    kernel::log::work(&*task.ports.log, task.now(), "stripe.sync", fields, None);
    Ok(())
}
