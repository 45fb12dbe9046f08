//! What the minute's cron looks after: rows that are due and that no message speaks of any more. Each sweep is bounded; what is
//! left over is the next minute's.

use crate::cron::Report;
use kernel::{task::Task, time::Span};
use serde_json::json;

/// At most that many rows of each kind in one minute.
const MOST: i64 = 500;
/// What is younger has a message under way.
const YOUNG: Span = Span::seconds(30);

/// Wakes everything that is due.
pub(crate) async fn run(task: &Task<'_>, report: &mut Report) {
    let woken = |n: usize| json!({"woken": n});
    report.add("events", queue_events::sweep(task, YOUNG, MOST).await.map(woken));
    report.add("deliveries", queue_deliveries::sweep(task, MOST).await.map(woken));
    report.add("stripe", queue_stripe_sync::sweep(task, YOUNG, MOST).await.map(woken));
    report.add("mail", queue_mail::sweep(task, YOUNG, MOST).await.map(woken));
    report.add("jobs", store::jobs::sweep(task, MOST).await.map(woken));
}
