//! Telling an organization that a limit of its plan is nearly or wholly used up, once each time that happens.

use domain::{
    actions, events,
    quotas::{Level, Standing},
};
use kernel::{Guard, OrgId, Result, error::Code, sql::Stmt, task::Task};
use serde_json::json;
use store::usage::Usage;

kernel::sql! {
    Read Org NOTICED(1) -> ["name", "percent"] = "SELECT name, percent FROM limit_notices WHERE org_id = ?1";
    /// Whoever comes second tells nobody.
    Bookkeep Org NOTICE(4) -> [] =
        "INSERT INTO limit_notices(org_id, name, percent, at) VALUES(?1, ?2, ?3, ?4) ON CONFLICT(org_id, name, percent) DO NOTHING";
    /// There is room again: the next time it is told again.
    Bookkeep Org CLEAR(3) -> [] = "DELETE FROM limit_notices WHERE org_id = ?1 AND name = ?2 AND percent = ?3";
}

/// After these something may be used that a plan limits, or no longer.
const CONCERNED: &[&str] = &[
    "member.joined",
    "member.removed",
    "invitation.created",
    "invitation.canceled",
    "customer.created",
    "customer.deleted",
    "export.ready",
    "webhook_endpoint.created",
    "domain.updated",
    "subscription.updated",
];

/// Whether an event changes how much of a limit is used, or the limit.
pub fn concerns(event: &str) -> bool {
    CONCERNED.contains(&event)
}

/// Tells what is to be told.
///
/// # Errors
/// What the database refused; then nothing was told.
pub async fn tell(task: &Task<'_>, org: &OrgId) -> Result<()> {
    let now = task.now();
    let [usage, noticed] =
        <[_; 2]>::try_from(task.read(vec![Usage::stmt(org, now), NOTICED.bind([org.into()])]).await?).unwrap_or_default();
    // Gone meanwhile.
    if usage.is_empty() {
        return Ok(());
    }
    let mut known = Vec::with_capacity(noticed.len());
    for row in &noticed {
        known.push((row.text(0)?, row.int(1)?));
    }
    let mut cleared: Vec<Stmt> = Vec::new();
    for standing in Usage::of(&usage)?.standings() {
        let name = standing.quota.as_str();
        // Nobody is told of what their plan doesn't have.
        let level = if standing.allowed == Some(0) { Level::Fine } else { standing.level() };
        for (percent, reached) in [(80, level >= Level::Near), (100, level == Level::Full)] {
            match (reached, known.contains(&(name, percent))) {
                (true, false) => notice(task, org, standing, percent, level).await?,
                (false, true) => cleared.push(CLEAR.bind([org.into(), name.into(), percent.into()])),
                _ => {}
            }
        }
    }
    if !cleared.is_empty() {
        task.bookkeep(cleared).await?;
    }
    Ok(())
}

/// One notice. At the limit itself only that is told, and no warning beside it.
async fn notice(task: &Task<'_>, org: &OrgId, standing: &Standing, percent: i64, level: Level) -> Result<()> {
    let name = standing.quota.as_str();
    let row = NOTICE.bind([org.into(), name.into(), percent.into(), task.now().into()]);
    let facts = json!({"limit": name, "used": standing.used, "allowed": standing.allowed, "plan": standing.plan.as_str(),
        "plan_that_lifts_it": standing.lifted_by().map(domain::plans::Plan::as_str)})
    .to_string();
    if percent == 80 && level == Level::Full {
        task.bookkeep(vec![row]).await?;
        return Ok(());
    }
    let event = if percent == 100 { events::LIMIT_EXCEEDED } else { events::LIMIT_WARNING };
    let mutation = task.mutation(org, actions::LIMIT_NOTICED, name).then_guarded(Guard::State, row).detail(facts.clone());
    match task.commit(mutation.event(org, event.name, facts)).await {
        Err(e) if e.code() == Code::WrongState => Ok(()),
        done => done,
    }
}
