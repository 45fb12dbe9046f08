//! The crons. The platform may start one twice, or a second while the first runs: a row for each is taken by compare-and-swap.
//! A run that broke off gives its row up when its lease ends.

use crate::{domains, hostnames, reconcile, retention, sweeps};
use kernel::{Fut, Millis, Result, error::Error, task::Task, time::Span, worker::Cron};
use serde_json::{Map, Value, json};

kernel::sql! {
    Bookkeep Global("crons are the machine's")
    BEGIN(3) -> ["started_at"] =
        "INSERT INTO cron_runs(cron, lease_until, started_at) VALUES(?1, ?3, ?2) \
         ON CONFLICT(cron) DO UPDATE SET lease_until = excluded.lease_until, started_at = excluded.started_at, finished_at = NULL, report = NULL \
         WHERE cron_runs.lease_until <= ?2 RETURNING started_at";
    Bookkeep Global("crons are the machine's")
    END(4) -> [] = "UPDATE cron_runs SET lease_until = 0, finished_at = ?3, report = ?4 WHERE cron = ?1 AND started_at = ?2 AND finished_at IS NULL";
}

/// Its name, and how long a run of it holds its row.
const fn about(cron: Cron) -> (&'static str, Span) {
    match cron {
        Cron::Minute => ("minute", Span::minutes(3)),
        Cron::Quarter => ("quarter", Span::minutes(10)),
        Cron::Hourly => ("hourly", Span::minutes(15)),
        Cron::Daily => ("daily", Span::minutes(15)),
    }
}

/// What a run did, part by part. One that failed stops no other.
pub(crate) struct Report {
    parts: Map<String, Value>,
    failed: Option<Error>,
}
impl Report {
    fn new() -> Self {
        Self { parts: Map::new(), failed: None }
    }
    /// Takes the result of a part.
    pub fn add(&mut self, part: &str, done: Result<Value>) {
        let shown = match done {
            Ok(value) => value,
            Err(e) => {
                let why: String = e.to_string().chars().take(500).collect();
                self.failed.get_or_insert(e);
                json!({"error": why})
            }
        };
        self.parts.insert(part.to_owned(), shown);
    }
}

/// Runs a cron, unless a run of it is under way.
pub(crate) fn tick<'a>(task: &'a Task<'a>, cron: Cron) -> Fut<'a, Result<()>> {
    Box::pin(async move {
        let Some(started) = begin(task, cron).await? else { return Ok(()) };
        let mut report = Report::new();
        match cron {
            Cron::Minute => {
                sweeps::run(task, &mut report).await;
                hostnames::run(task, &mut report).await;
            }
            Cron::Quarter => reconcile::run(task, &mut report).await,
            Cron::Hourly => {
                domains::run(task, &mut report).await;
                retention::go_on(task, &mut report).await;
            }
            Cron::Daily => {
                reconcile::start(task, &mut report).await;
                retention::apply_all(task, &mut report).await;
            }
        }
        end(task, cron, started, report).await
    })
}

async fn begin(task: &Task<'_>, cron: Cron) -> Result<Option<Millis>> {
    let ((name, lease), now) = (about(cron), task.now());
    let outcomes = task.bookkeep(vec![BEGIN.bind([name.into(), now.into(), now.plus(lease).into()])]).await?;
    outcomes.first().and_then(|o| o.rows.first()).map(|row| row.int(0).map(Millis::new)).transpose()
}

async fn end(task: &Task<'_>, cron: Cron, started: Millis, report: Report) -> Result<()> {
    let ((name, _), now) = (about(cron), task.now());
    let parts = Value::Object(report.parts);
    task.bookkeep(vec![END.bind([name.into(), started.into(), now.into(), parts.to_string().into()])]).await?;
    kernel::log::work(&*task.ports.log, now, name, parts, report.failed.as_ref());
    report.failed.map_or(Ok(()), Err)
}
