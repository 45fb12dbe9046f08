//! An attempt that failed: recorded, and tried again when its pause is over. Where Stripe could not be read the organization's books say
//! so, and after some failures in a row its members and the operators see it.

use domain::jobs::backoff;
use kernel::{
    OrgId, Result,
    error::{Code, Error, OrLog},
    ports::Queue,
    sql::Stmt,
    task::Task,
};
use serde_json::json;
use store::jobs::{Claim, Failed};
use stripe::StripeError;

/// So many failures in a row are an outage.
const OUTAGE: i64 = 3;

kernel::sql! {
    Bookkeep Org UNREAD(3) -> [] =
        "INSERT INTO billing_reads(org_id, failing_since, failures, last_error) VALUES(?1, ?2, 1, ?3) \
         ON CONFLICT(org_id) DO UPDATE SET failing_since = coalesce(billing_reads.failing_since, excluded.failing_since), \
         failures = billing_reads.failures + 1, last_error = excluded.last_error";
    Bookkeep Org OUT(3) -> [] =
        "INSERT INTO billing_findings(org_id, kind, detail, since, seen_at) \
         SELECT ?1, 'provider_outage', json_object('reason', r.last_error, 'failures', r.failures), r.failing_since, ?2 \
         FROM billing_reads r WHERE r.org_id = ?1 AND r.failures >= ?3 \
         ON CONFLICT(org_id, kind) DO UPDATE SET detail = excluded.detail, seen_at = excluded.seen_at";
}

/// Why an attempt ended.
#[derive(Debug)]
pub enum Stopped {
    /// Stripe could not be read.
    Unread {
        /// Whose customer.
        org: OrgId,
        /// Why, for people.
        reason: &'static str,
        /// Why, for operators.
        error: Error,
    },
    /// Something else.
    Failed(Error),
}
impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}
impl Stopped {
    /// Stripe could not be read.
    pub fn unread(org: &OrgId, error: &StripeError) -> Self {
        Self::Unread { org: org.clone(), reason: provider::reason(error), error: provider::incident("reading a customer at Stripe", error) }
    }
    const fn error(&self) -> &Error {
        match self {
            Self::Unread { error, .. } | Self::Failed(error) => error,
        }
    }
    fn books(&self, task: &Task<'_>) -> Vec<Stmt> {
        let (Self::Unread { org, reason, .. }, now) = (self, task.now()) else { return Vec::new() };
        vec![UNREAD.bind([org.into(), now.into(), (*reason).into()]), OUT.bind([org.into(), now.into(), OUTAGE.into()])]
    }
}

/// Records a failed attempt, and has it tried again when its pause is over.
///
/// # Errors
/// What the database refused.
pub async fn give_back(task: &Task<'_>, claim: &Claim, stopped: &Stopped) -> Result<()> {
    let (result, queued) = match record(task, claim, stopped).await? {
        Failed::Queued => ("queued again", true),
        Failed::Dead => ("dead", false),
        // Another consumer has it, or the batch did commit and only its answer was lost: nothing is left to do.
        Failed::Lost => ("not ours any more", false),
    };
    let fields = json!({"subject": claim.subject, "job": claim.id.to_string(), "attempt": claim.attempts + 1, "outcome": result});
    kernel::log::work(&*task.ports.log, task.now(), "stripe.sync", fields, Some(stopped.error()));
    if queued {
        // Cron looks once a minute; the first pauses are shorter.
        let pause = u32::try_from(backoff(claim.attempts + 1).as_seconds_up()).unwrap_or(u32::MAX);
        let sent = task.hint(Queue::Stripe, std::slice::from_ref(&claim.subject), pause).await;
        sent.or_log(&*task.ports.log, task.now(), "sending a delayed hint");
    }
    Ok(())
}

async fn record(task: &Task<'_>, claim: &Claim, stopped: &Stopped) -> Result<Failed> {
    let mut batch: Vec<Stmt> = claim.failure(task.now(), stopped.error()).into();
    batch.extend(stopped.books(task));
    match task.bookkeep(batch).await {
        Ok(outcomes) => claim.became(&outcomes),
        Err(e) if e.code() == Code::WrongState => Ok(Failed::Lost),
        Err(e) => Err(e),
    }
}
