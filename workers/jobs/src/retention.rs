//! Retention: every rule of `domain::retention`, one file each, in bounded steps.
//!
//! What is left is what is still to do, so a run that broke off is gone on with by the next one, whichever that is: the daily
//! cron runs every rule, the hourly one those that were not finished. Each step counts itself in the run's report row within its
//! own batch, so the report is right after any crash.
//!
//! A rule on the machine's own tables leaves one audit event for its run; one on business tables leaves one with each step,
//! because no such change can be without.

pub mod devices;
pub mod domains;
pub mod exports;
pub mod idempotency;
pub mod inbox;
pub mod invitations;
pub mod jobs;
pub mod links;
pub mod logos;
pub mod mails;
pub mod orgs;
pub mod outbox;
pub mod rate_windows;
pub mod refusals;
pub mod reports;
pub mod sessions;
pub mod webhook_messages;

use crate::cron::Report;
use domain::{
    actions::RETENTION_APPLIED,
    retention::{ALL, RATE_WINDOWS, Rule, STEPS_A_RUN},
};
use kernel::{Fut, Millis, Mutation, Result, RunId, Sql, audit::AuditLog, error::Error, sql::Stmt, task::Task, time::Span};
use serde_json::{Value, json};
use std::cell::Cell;

kernel::sql! {
    Bookkeep Global("reports are the machine's")
    BEGIN(3) -> [] = "INSERT INTO retention_runs(id, rule, started_at, took_ms, examined, removed, steps, finished) VALUES(?1, ?2, ?3, 0, 0, 0, 0, 0)";
    /// Right after the statement that removes from the rule's main table: counts what that did.
    Bookkeep Global("reports are the machine's")
    COUNT(2) -> ["examined"] =
        "UPDATE retention_runs SET steps = steps + (changes() > 0), examined = examined + changes(), removed = removed + changes(), took_ms = ?2 - started_at \
         WHERE id = ?1 RETURNING examined";
    /// Right after a statement that removes what belonged to those.
    Bookkeep Global("reports are the machine's")
    COUNT_MORE(1) -> [] = "UPDATE retention_runs SET removed = removed + changes() WHERE id = ?1";
    Bookkeep Global("reports are the machine's")
    END(3) -> [] = "UPDATE retention_runs SET finished = ?2, took_ms = ?3 - started_at WHERE id = ?1";
    Read Global("reports are the machine's")
    TOTALS(1) -> ["examined", "removed", "steps"] = "SELECT examined, removed, steps FROM retention_runs WHERE id = ?1";
    Read Global("reports are the machine's")
    UNFINISHED(1) -> ["rule"] =
        "SELECT rule FROM (SELECT rule, finished, row_number() OVER (PARTITION BY rule ORDER BY started_at DESC, id DESC) AS n FROM retention_runs WHERE started_at > ?1) \
         WHERE n = 1 AND finished = 0";
}

/// How a rule is carried out.
struct Plan {
    rule: Rule,
    /// Rows of its main table in one step.
    rows: i64,
    /// Whether each step leaves its own audit event.
    audited: bool,
    /// One step. Returns how many rows of the main table it dealt with: fewer than asked for means that none is left.
    step: for<'a> fn(&'a Run<'a>) -> Fut<'a, Result<i64>>,
    /// Counts, up to a bound, what is past its time: the preview.
    count: fn(Millis) -> Stmt,
}

/// The plan of a rule. A rule without one is a mistake that the test of all rules finds.
fn plan(rule: Rule) -> Result<Plan> {
    [
        idempotency::PLAN,
        webhook_messages::PLAN,
        exports::PLAN,
        outbox::PLAN,
        sessions::PLAN,
        rate_windows::PLAN,
        refusals::PLAN,
        jobs::PLAN,
        mails::PLAN,
        inbox::PLAN,
        invitations::PLAN,
        links::PLAN,
        devices::PLAN,
        logos::PLAN,
        domains::PLAN,
        orgs::PLAN,
        reports::PLAN,
    ]
    .into_iter()
    .find(|plan| plan.rule == rule)
    .ok_or_else(|| Error::incident("a retention rule without a plan", rule.name))
}

/// A run of a rule.
struct Run<'a> {
    task: &'a Task<'a>,
    id: RunId,
    /// What was due before here is past its time. Stays the same for all steps.
    now: Millis,
    /// Rows in one step.
    rows: i64,
    rule: Rule,
    /// How many rows of the main table were dealt with before this step.
    examined: Cell<i64>,
}

impl Run<'_> {
    /// What this rule removes was over by then.
    fn before(&self) -> Millis {
        self.now.minus(self.rule.kept)
    }
    /// Counts what the statement before removed from the main table.
    fn count(&self) -> Stmt {
        COUNT.bind([(&self.id).into(), self.task.now().into()])
    }
    /// Counts what the statement before removed from another table.
    fn count_more(&self) -> Stmt {
        COUNT_MORE.bind([(&self.id).into()])
    }
    /// One step of a rule whose rows have keys of two columns: `find` lists the next by time (before, how many), `remove` takes
    /// them away as JSON pairs (pairs, before), in case one is no longer over.
    async fn remove_pairs(&self, find: Sql, remove: Sql) -> Result<i64> {
        let found = self.task.rows(find.bind([self.before().into(), self.rows.into()])).await?;
        let pairs = found.iter().map(|row| Ok((row.text(0)?, row.text(1)?))).collect::<Result<Vec<_>>>()?;
        if !pairs.is_empty() {
            let remove = remove.bind([json!(pairs).to_string().into(), self.before().into()]);
            self.task.commit(self.mutation(pairs.len()).then(remove).then(self.count())).await?;
        }
        Ok(i64::try_from(pairs.len()).unwrap_or(i64::MAX))
    }
    async fn totals(&self) -> Result<[i64; 3]> {
        let row = self.task.first(TOTALS.bind([(&self.id).into()])).await?;
        let row = row.ok_or_else(|| Error::incident("a retention run's report", self.id.to_string()))?;
        Ok([row.int(0)?, row.int(1)?, row.int(2)?])
    }
    /// A step that removes bookkeeping rows by one statement.
    async fn step(&self, stmt: Stmt) -> Result<i64> {
        let outcomes = self.task.bookkeep(vec![stmt, self.count()]).await?;
        let row = outcomes.last().and_then(|o| o.rows.first());
        let examined = row.ok_or_else(|| Error::incident("a retention run's report", self.id.to_string()))?.int(0)?;
        Ok(examined - self.examined.replace(examined))
    }
    /// The change of a step on business tables, with its audit event.
    fn mutation(&self, found: usize) -> Mutation {
        let detail = json!({"run": self.id, "found": found, "before": self.before()}).to_string();
        self.task.mutation_in(AuditLog::Platform, RETENTION_APPLIED, self.rule.name).detail(detail)
    }
}

/// What a run came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    /// Rows of the rule's main table that were looked at.
    pub examined: i64,
    /// Rows removed, with what belonged to them.
    pub removed: i64,
    /// Steps that removed something.
    pub steps: i64,
    /// Whether nothing is left that was past its time when the run began.
    pub finished: bool,
}

/// Applies one rule, in at most [`STEPS_A_RUN`] steps.
///
/// # Errors
/// What the database or the object store refused; what was removed until then stays removed, and is in the report.
pub async fn apply(task: &Task<'_>, rule: Rule) -> Result<Applied> {
    let named = Task { app: task.app, ports: task.ports, name: "retention" };
    let plan = plan(rule)?;
    let run = Run { task: &named, id: named.id(), now: named.now(), rows: plan.rows, rule, examined: Cell::new(0) };
    named.bookkeep(vec![BEGIN.bind([(&run.id).into(), rule.name.into(), run.now.into()])]).await?;
    let mut finished = false;
    for _ in 0..STEPS_A_RUN {
        finished = (plan.step)(&run).await? < plan.rows;
        if finished {
            break;
        }
    }
    let [examined, removed, steps] = run.totals().await?;
    let end = END.bind([(&run.id).into(), finished.into(), named.now().into()]);
    if removed > 0 && !plan.audited {
        let detail = json!({"run": run.id, "examined": examined, "removed": removed, "steps": steps, "finished": finished});
        let event = named.mutation_in(AuditLog::Platform, RETENTION_APPLIED, rule.name).then(end).detail(detail.to_string());
        named.commit(event).await?;
    } else {
        named.bookkeep(vec![end]).await?;
    }
    Ok(Applied { examined, removed, steps, finished })
}

async fn report(task: &Task<'_>, rule: Rule, report: &mut Report) {
    let shown = |a: Applied| json!({"examined": a.examined, "removed": a.removed, "steps": a.steps, "finished": a.finished});
    report.add(rule.name, apply(task, rule).await.map(shown));
}

/// Applies every rule.
pub(crate) async fn apply_all(task: &Task<'_>, to: &mut Report) {
    for rule in ALL {
        report(task, *rule, to).await;
    }
}

/// Goes on with the rules whose last run was not finished, and keeps the counters of rate limits few.
pub(crate) async fn go_on(task: &Task<'_>, to: &mut Report) {
    let unfinished = match unfinished(task).await {
        Ok(names) => names,
        Err(e) => return to.add("unfinished", Err::<Value, Error>(e)),
    };
    for rule in ALL.iter().filter(|rule| **rule == RATE_WINDOWS || unfinished.iter().any(|name| name == rule.name)) {
        report(task, *rule, to).await;
    }
}

async fn unfinished(task: &Task<'_>) -> Result<Vec<String>> {
    let rows = task.rows(UNFINISHED.bind([task.now().minus(Span::hours(25)).into()])).await?;
    rows.iter().map(|row| row.text(0).map(str::to_owned)).collect()
}

/// What a run now would deal with: for each rule how many rows of its main table are past their time, up to 100,000. Changes
/// nothing; one round trip.
///
/// # Errors
/// What the database refused.
pub async fn preview(task: &Task<'_>) -> Result<Vec<(Rule, i64)>> {
    let stmts = ALL.iter().map(|rule| Ok((plan(*rule)?.count)(task.now().minus(rule.kept)))).collect::<Result<Vec<_>>>()?;
    let counts = task.read(stmts).await?;
    let one = |rows: &kernel::Rows| rows.first().map_or(Ok(0), |row| row.int(0));
    ALL.iter().zip(&counts).map(|(rule, rows)| Ok((*rule, one(rows)?))).collect()
}
