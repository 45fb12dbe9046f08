//! Billing's repair: what Stripe did not tell is asked for, each part by itself, so that one that fails stops no other.

use crate::cron::Report;
use kernel::task::Task;
use queue_stripe_sync::reconcile as stripe;

/// At most that many purchases in one run: each is a call to Stripe.
const CHECKOUTS: i64 = 50;
/// So many customers are read again in one minute of the full compare.
pub(crate) const CUSTOMERS_A_MINUTE: usize = 50;

/// Every quarter of an hour.
pub(crate) async fn run(task: &Task<'_>, report: &mut Report) {
    if provider::is_off(&task.app.config) {
        return report.add("payments", Ok("off".into()));
    }
    let task = Task { app: task.app, ports: task.ports, name: "stripe" };
    report.add("events", stripe::catch_up(&task).await);
    report.add("checkouts", stripe::close_checkouts(&task, CHECKOUTS).await);
    report.add("portal", stripe::look_at_portal(&task).await);
}

/// Every night: has every customer compared, in the minutes that follow.
pub(crate) async fn start(task: &Task<'_>, report: &mut Report) {
    if provider::is_off(&task.app.config) {
        return;
    }
    report.add("compare", stripe::start_comparing(&Task { app: task.app, ports: task.ports, name: "stripe" }).await);
}
