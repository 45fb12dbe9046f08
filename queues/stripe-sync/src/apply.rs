//! Puts a reading into effect: one batch under the job's claim, with its audit event and its domain event, or only bookkeeping
//! where nothing differs.

use crate::local::Held;
use domain::{
    actions,
    billing::{Reading, granted},
    events,
    plans::Plan,
};
use kernel::{Guard, Id, Millis, Result, sql::Stmt, task::Task};
use serde_json::{Value, json};
use store::jobs::Claim;

kernel::sql! {
    /// True while the customer is still this organization's; as a statement of the batch that it guards.
    Bookkeep Org LINKED(2) -> [] =
        "INSERT INTO guard(name, ok) SELECT 'state', EXISTS (SELECT 1 FROM billing_customers WHERE org_id = ?1 AND stripe_customer_id = ?2)";
    /// An older reading changes nothing, which its guard makes a failed attempt: the next reading is newer.
    Write Org PUT(8) -> [] =
        "INSERT INTO subscriptions(org_id, stripe_subscription_id, status, price_lookup_key, quantity, current_period_end, cancel_at_period_end, read_at) \
         VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) \
         ON CONFLICT(org_id) DO UPDATE SET stripe_subscription_id = excluded.stripe_subscription_id, status = excluded.status, \
         price_lookup_key = excluded.price_lookup_key, quantity = excluded.quantity, current_period_end = excluded.current_period_end, \
         cancel_at_period_end = excluded.cancel_at_period_end, read_at = excluded.read_at WHERE excluded.read_at >= subscriptions.read_at";
    Write Org DROP(2) -> [] = "DELETE FROM subscriptions WHERE org_id = ?1 AND read_at <= ?2";
    Write Org PLAN(3) -> [] = "UPDATE orgs SET plan = ?2 WHERE id = ?1 AND plan = ?3";
    /// What came before the reading is covered by it.
    Bookkeep Global("an event names a customer at Stripe, whose organization was looked up before")
    COVERED(4) -> [] =
        "UPDATE stripe_events SET state = ?2, processed_at = ?3 WHERE customer_id = ?1 AND state = 'received' AND received_at <= ?4";
}

/// Commits what was read at `read_at`, when the reading began.
///
/// # Errors
/// What the database refused; then nothing was changed.
pub async fn apply(task: &Task<'_>, claim: &Claim, held: &Held, found: Option<&Reading>, read_at: Millis) -> Result<()> {
    let (now, plan) = (task.now(), granted(found));
    let covered = COVERED.bind([claim.subject.as_str().into(), "processed".into(), now.into(), read_at.into()]);
    let [done, still_ours] = claim.finished(now);
    if held.plan == plan && held.subscription.as_ref() == found {
        task.bookkeep(vec![done, still_ours, covered]).await?;
        return Ok(());
    }
    let (before, after) = (shown(held.plan, held.subscription.as_ref()), shown(plan, found));
    let mut mutation = task
        .mutation(&held.org, actions::SUBSCRIPTION_SYNCED, &claim.subject)
        .then(done)
        .then(still_ours)
        .then(LINKED.bind([(&held.org).into(), claim.subject.as_str().into()]))
        .then(covered);
    if let Some(change) = change(held, found, read_at) {
        mutation = mutation.then_guarded(Guard::State, change);
    }
    if held.plan != plan {
        let change = PLAN.bind([(&held.org).into(), plan.as_str().into(), held.plan.as_str().into()]);
        mutation = mutation.then_guarded(Guard::State, change);
    }
    let audit = json!({"before": before, "after": after}).to_string();
    task.commit(mutation.detail(audit).event(&held.org, events::SUBSCRIPTION_UPDATED.name, told(held.plan, plan, found).to_string()))
        .await?;
    let fields = json!({"customer": claim.subject, "org": held.org, "plan": plan.as_str(), "was": held.plan.as_str()});
    kernel::log::work(&*task.ports.log, task.now(), "stripe.sync", fields, None);
    Ok(())
}

/// What changes the subscription that we hold into the one that was found. `None` when it is the same.
fn change(held: &Held, found: Option<&Reading>, read_at: Millis) -> Option<Stmt> {
    match (found, &held.subscription) {
        (None, None) => None,
        (Some(found), Some(held)) if found == held => None,
        (None, Some(_)) => Some(DROP.bind([(&held.org).into(), read_at.into()])),
        (Some(found), _) => Some(PUT.bind([
            (&held.org).into(),
            found.id.as_str().into(),
            found.status.as_str().into(),
            found.lookup_key.clone().into(),
            found.quantity.into(),
            period_end(found).into(),
            found.cancel_at_period_end.into(),
            read_at.into(),
        ])),
    }
}

fn period_end(reading: &Reading) -> Option<Millis> {
    reading.current_period_end.map(|seconds| Millis::new(seconds.saturating_mul(1_000)))
}

/// For the audit log.
fn shown(plan: Plan, subscription: Option<&Reading>) -> Value {
    json!({"plan": plan.as_str(), "subscription": subscription.map(|s| json!({
        "id": s.id, "status": s.status, "price": s.lookup_key, "quantity": s.quantity, "current_period_end": period_end(s),
        "cancel_at_period_end": s.cancel_at_period_end,
    }))})
}

/// For the organization's webhooks: what it can act on, without the provider's ids.
fn told(before: Plan, after: Plan, subscription: Option<&Reading>) -> Value {
    json!({"plan": after.as_str(), "previous_plan": before.as_str(), "subscription": subscription.map(|s| json!({
        "status": s.status, "quantity": s.quantity, "current_period_end": period_end(s), "cancel_at_period_end": s.cancel_at_period_end,
    }))})
}

/// Ends the job of a customer that is none of ours: somebody else's at the same Stripe account, or not linked yet. Linking asks
/// for a sync of its own.
///
/// # Errors
/// What the database refused.
pub async fn ignore(task: &Task<'_>, claim: &Claim) -> Result<()> {
    let now = task.now();
    let [done, still_ours] = claim.finished(now);
    let ignored = COVERED.bind([claim.subject.as_str().into(), "ignored".into(), now.into(), now.into()]);
    task.bookkeep(vec![done, still_ours, ignored]).await?;
    let fields = json!({"customer": claim.subject, "job": claim.id.as_str(), "outcome": "no organization has this customer"});
    kernel::log::work(&*task.ports.log, task.now(), "stripe.sync", fields, None);
    Ok(())
}
