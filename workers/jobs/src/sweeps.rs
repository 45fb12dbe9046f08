//! What the minute's cron looks after: rows that are due and that no message speaks of any more. Each sweep is bounded; what is
//! left over is the next minute's.

use crate::{cron::Report, reconcile::CUSTOMERS_A_MINUTE};
use kernel::{task::Task, time::Span};
use serde_json::json;

/// At most that many rows of each kind in one minute.
const MOST: i64 = 500;
/// At most that many of what takes a statement each.
const MOST_REQUESTS: i64 = 100;
/// What is younger has a message under way.
const YOUNG: Span = Span::seconds(30);

/// Wakes everything that is due.
pub(crate) async fn run(task: &Task<'_>, report: &mut Report) {
    let woken = |n: usize| json!({"woken": n});
    report.add("events", queue_events::sweep(task, YOUNG, MOST).await.map(woken));
    report.add("deliveries", queue_deliveries::sweep(task, MOST).await.map(woken));
    report.add("stripe", queue_stripe_sync::sweep(task, YOUNG, MOST).await.map(woken));
    report.add("entitlements", queue_stripe_sync::sweep_entitlements(task, MOST).await.map(woken));
    report
        .add("billing_requests", queue_stripe_sync::reconcile::settle_requests(task, MOST_REQUESTS).await.map(|n| json!({"given_up": n})));
    report.add("compare", queue_stripe_sync::reconcile::go_on_comparing(task, CUSTOMERS_A_MINUTE).await);
    report.add("mail", queue_mail::sweep(task, YOUNG, MOST).await.map(woken));
    report.add("jobs", store::jobs::sweep(task, MOST).await.map(woken));
}
