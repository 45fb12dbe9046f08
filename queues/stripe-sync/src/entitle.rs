//! Judges again what an organization is granted, without reading Stripe: when an override or a grace period ends, and when people are to
//! be told that a grace period will.

use domain::{
    actions::ENTITLEMENT_JUDGED,
    billing::{GRACE_WARNED_BEFORE, Status, grace},
    events::GRACE_ENDING,
    jobs::BILLING_ENTITLE,
};
use kernel::{Guard, Millis, OrgId, Result, error::Code, task::Task, time::Span};
use serde_json::json;
use store::{
    billing::{Change, Held},
    jobs::Claim,
};

kernel::sql! {
    /// Organizations of which time alone changes what is granted.
    Read Global("the sweep looks for organizations of which something ended")
    ENDED(2) -> ["id"] = "SELECT id FROM orgs WHERE entitled_until <= ?1 ORDER BY entitled_until LIMIT ?2";
    /// Organizations that are to be told that their grace period ends.
    Read Global("the sweep looks for organizations whose payments are overdue")
    UNWARNED(2) -> ["org_id"] =
        "SELECT org_id FROM subscriptions WHERE overdue_since <= ?1 AND overdue_since IS NOT NULL AND grace_warned_at IS NULL ORDER BY overdue_since LIMIT ?2";
    Read Org WARNED_AT(1) -> ["grace_warned_at"] = "SELECT grace_warned_at FROM subscriptions WHERE org_id = ?1";
    Write Org WARNED(3) -> [] =
        "UPDATE subscriptions SET grace_warned_at = ?2 WHERE org_id = ?1 AND overdue_since = ?3 AND grace_warned_at IS NULL";
}

/// Judges the organization that the claim is about.
///
/// # Errors
/// What the database refused.
pub async fn judge(task: &Task<'_>, claim: &Claim) -> Result<()> {
    let (now, grace) = (task.now(), grace(&task.app.config)?);
    let org = OrgId::stored(&claim.subject)?;
    let mut stmts: Vec<_> = Held::stmts(&org, now).into();
    stmts.push(WARNED_AT.bind([(&org).into()]));
    let sets = task.read(stmts).await?;
    let held = match Held::of(&org, &sets) {
        Ok(held) => held,
        // Deleted meanwhile.
        Err(e) if e.code() == Code::NotFound => return claim.finish(task).await,
        Err(e) => return Err(e),
    };
    let warned = match sets.get(2).and_then(|rows| rows.first()) {
        Some(row) => row.opt_int(0)?.is_some(),
        None => true,
    };
    let change = Change::again(&held, grace, now);
    let ending = if warned { None } else { warning(&held, grace, now) };
    let [done, still_ours] = claim.finished(now);
    if !change.is_change() && ending.is_none() {
        task.bookkeep(vec![done, still_ours]).await?;
        return Ok(());
    }
    let mut mutation = task.mutation(&org, ENTITLEMENT_JUDGED, &org.to_string()).then(done).then(still_ours);
    mutation = mutation.detail(change.audit().to_string());
    if let Some((since, ends)) = ending {
        let plan = held.subscription.as_ref().and_then(|s| s.plan).map(domain::plans::Plan::as_str);
        let data = json!({"plan": plan, "since": since, "grace_ends_at": ends}).to_string();
        mutation = mutation.then_guarded(Guard::Version, WARNED.bind([(&org).into(), now.into(), since.into()]));
        mutation = mutation.event(&org, GRACE_ENDING.name, data);
    }
    mutation = if change.is_change() { change.write(mutation) } else { mutation.then(held.unchanged()) };
    task.commit(mutation).await
}

/// Since when a payment is overdue and when the grace period ends, if it is time to say so.
fn warning(held: &Held, grace: Span, now: Millis) -> Option<(Millis, Millis)> {
    let overdue = held.subscription.as_ref().filter(|s| s.status == Status::PastDue).and(held.overdue_since)?;
    let ends = overdue.plus(grace);
    let from = ends.minus(GRACE_WARNED_BEFORE);
    // The word of the failed payment is warning enough where it came later than this one would.
    (overdue < from && from <= now && now < ends).then_some((overdue, ends))
}

/// Asks for the judgement of organizations of which time changes something; for cron. Returns how many.
///
/// # Errors
/// What the database or the queue refused.
pub async fn sweep(task: &Task<'_>, most: i64) -> Result<usize> {
    let (now, grace) = (task.now(), grace(&task.app.config)?);
    let warned_after = grace.as_seconds_up() - GRACE_WARNED_BEFORE.as_seconds_up();
    let mut stmts = vec![ENDED.bind([now.into(), most.into()])];
    if warned_after > 0 {
        stmts.push(UNWARNED.bind([now.minus(Span::seconds(warned_after)).into(), most.into()]));
    }
    let mut orgs = Vec::new();
    for row in task.read(stmts).await?.iter().flatten() {
        orgs.push(row.text(0)?.to_owned());
    }
    orgs.sort();
    orgs.dedup();
    task.ask_all(Vec::new(), BILLING_ENTITLE, &orgs).await?;
    Ok(orgs.len())
}
