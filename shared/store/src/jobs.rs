//! Background work: a row is the truth, a queue message or the sweep wakes a consumer, a claim is a compare-and-swap.
//!
//! Only one consumer has a live lease on a job. What it commits carries [`Claim::guard`], so that a consumer that was taken
//! for dead, and was not, can't commit after its successor began.

use domain::jobs::{LEASE, backoff};
use kernel::{Guard, JobId, Millis, OrgId, Result, Row, db::Outcome, error::Error, mutation::JobKind, sql::Stmt, task::Task};

kernel::sql! {
    Bookkeep Global("jobs are the machine's; each is worked on under its own organization")
    CLAIM(4) -> ["id", "org_id", "claim", "attempts", "max_attempts", "dirty", "progress"] =
        "UPDATE jobs SET state = 'running', claim = claim + 1, lease_until = ?4, updated_at = ?3 \
         WHERE kind = ?1 AND subject = ?2 AND state IN ('queued', 'running') AND next_at <= ?3 AND lease_until <= ?3 \
         RETURNING id, org_id, claim, attempts, max_attempts, dirty, progress";
    /// Done, unless it was asked for again in the meantime: then it is queued once more, at once.
    Bookkeep Global("jobs are the machine's; each is worked on under its own organization")
    FINISH(4) -> [] =
        "UPDATE jobs SET state = CASE WHEN dirty > ?3 THEN 'queued' ELSE 'done' END, dirty = max(dirty - ?3, 0), attempts = 0, lease_until = 0, \
         next_at = ?4, progress = NULL, last_error = NULL, updated_at = ?4 WHERE id = ?1 AND claim = ?2 AND state = 'running'";
    /// Saves the place; the next consumer goes on from there.
    Bookkeep Global("jobs are the machine's; each is worked on under its own organization")
    YIELD(4) -> [] =
        "UPDATE jobs SET state = 'queued', attempts = 0, lease_until = 0, next_at = ?4, progress = ?3, updated_at = ?4 WHERE id = ?1 AND claim = ?2 AND state = 'running'";
    /// What was asked for again during the attempt has its own attempts: it is not the last one's end.
    Bookkeep Global("jobs are the machine's; each is worked on under its own organization")
    FAIL(7) -> ["state"] =
        "UPDATE jobs SET state = CASE WHEN attempts + 1 >= max_attempts AND dirty <= ?6 THEN 'dead' ELSE 'queued' END, \
         attempts = CASE WHEN dirty > ?6 THEN 1 ELSE attempts + 1 END, dirty = CASE WHEN dirty > ?6 THEN dirty - ?6 ELSE dirty END, lease_until = 0, \
         next_at = CASE WHEN dirty > ?6 THEN ?7 ELSE ?3 END, last_error = ?4, updated_at = ?5 WHERE id = ?1 AND claim = ?2 AND state = 'running' RETURNING state";
    /// True while the claim holds; as a statement of the same batch as the work it guards.
    Bookkeep Global("names no tenant table")
    HOLDS(3) -> [] =
        "INSERT INTO guard(name, ok) SELECT 'lease', EXISTS (SELECT 1 FROM jobs WHERE id = ?1 AND claim = ?2 AND state = 'running' AND lease_until > ?3)";
    Read Global("the sweep wakes what is due, of any organization")
    DUE(2) -> ["kind", "subject"] =
        "SELECT kind, subject FROM jobs WHERE state IN ('queued', 'running') AND next_at <= ?1 AND lease_until <= ?1 ORDER BY next_at LIMIT ?2";
    Read Global("operators see every organization's dead jobs")
    DEAD(1) -> ["id", "kind", "subject", "org_id", "attempts", "last_error", "updated_at"] =
        "SELECT id, kind, subject, org_id, attempts, last_error, updated_at FROM jobs WHERE state = 'dead' ORDER BY updated_at DESC LIMIT ?1";
    Bookkeep Global("an operator puts a dead job back")
    REVIVE(2) -> [] = "UPDATE jobs SET state = 'queued', attempts = 0, next_at = ?2, updated_at = ?2 WHERE id = ?1 AND state = 'dead'";
}

/// A job that is ours to work on until its lease ends.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The job.
    pub id: JobId,
    /// What it is about.
    pub subject: String,
    /// Whose it is.
    pub org: Option<OrgId>,
    /// Failed attempts before this one.
    pub attempts: u32,
    /// Where the last consumer left off.
    pub progress: Option<String>,
    max_attempts: u32,
    claim: i64,
    dirty: i64,
}

/// What became of a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failed {
    /// It will be tried again.
    Queued,
    /// It was the last attempt: an operator sees it.
    Dead,
    /// Another consumer has it.
    Lost,
}

/// Claims the job on `subject`, if it is due and nobody has it.
///
/// # Errors
/// What the database refused.
pub async fn claim(task: &Task<'_>, kind: JobKind, subject: &str) -> Result<Option<Claim>> {
    let now = task.now();
    let stmt = CLAIM.bind([kind.name.into(), subject.into(), now.into(), now.plus(LEASE).into()]);
    let outcomes = task.bookkeep(vec![stmt]).await?;
    let Some(row) = outcomes.into_iter().next().and_then(|o| o.rows.into_iter().next()) else { return Ok(None) };
    Ok(Some(Claim {
        id: JobId::stored(row.text(0)?)?,
        subject: subject.to_owned(),
        org: row.opt_text(1)?.map(OrgId::stored).transpose()?,
        claim: row.int(2)?,
        attempts: u32::try_from(row.int(3)?).unwrap_or(u32::MAX),
        max_attempts: u32::try_from(row.int(4)?).unwrap_or(u32::MAX),
        dirty: row.int(5)?,
        progress: row.opt_text(6)?.map(str::to_owned),
    }))
}

impl Claim {
    /// For the batch of the work itself: aborts it when the lease is no longer ours.
    pub fn guard(&self, now: Millis) -> Stmt {
        HOLDS.bind([(&self.id).into(), self.claim.into(), now.into()])
    }
    /// For the batch of the work itself: the job is done with it.
    pub fn finished(&self, now: Millis) -> [Stmt; 2] {
        [FINISH.bind([(&self.id).into(), self.claim.into(), self.dirty.into(), now.into()]), Guard::Lease.changed_one()]
    }
    /// Saves the place for the next consumer.
    pub fn saved(&self, now: Millis, progress: &str) -> [Stmt; 2] {
        [YIELD.bind([(&self.id).into(), self.claim.into(), progress.into(), now.into()]), Guard::Lease.changed_one()]
    }
    /// Whether there is no attempt after this one: then what fails with the job belongs in the batch of [`Claim::failure`].
    pub fn is_last(&self) -> bool {
        self.attempts.saturating_add(1) >= self.max_attempts
    }
    fn fail(&self, now: Millis, error: &Error) -> Stmt {
        let next = now.plus(backoff(self.attempts + 1));
        let text: String = error.to_string().chars().take(500).collect();
        FAIL.bind([
            (&self.id).into(),
            self.claim.into(),
            next.into(),
            text.into(),
            now.into(),
            self.dirty.into(),
            now.plus(backoff(1)).into(),
        ])
    }
    /// For a batch of one's own: records a failed attempt. The error text never holds a secret.
    pub fn failure(&self, now: Millis, error: &Error) -> [Stmt; 2] {
        [self.fail(now, error), Guard::Lease.changed_one()]
    }
    /// Records a failed attempt. The error text never holds a secret.
    ///
    /// # Errors
    /// What the database refused.
    pub async fn failed(&self, task: &Task<'_>, error: &Error) -> Result<Failed> {
        let outcomes = task.bookkeep(vec![self.fail(task.now(), error)]).await?;
        self.became(&outcomes)
    }
    /// What became of the attempt, by what the batch that began with [`Claim::failure`] did.
    ///
    /// # Errors
    /// An incident when a row can't be read.
    pub fn became(&self, outcomes: &[Outcome]) -> Result<Failed> {
        let state = outcomes.first().and_then(|o| o.rows.first()).map(|row: &Row| row.text(0).map(str::to_owned)).transpose()?;
        Ok(match state.as_deref() {
            Some("dead") => Failed::Dead,
            Some(_) => Failed::Queued,
            None => Failed::Lost,
        })
    }
    /// Ends the job without any work.
    ///
    /// # Errors
    /// What the database refused.
    pub async fn finish(&self, task: &Task<'_>) -> Result<()> {
        task.bookkeep(self.finished(task.now()).into()).await.map(|_| ())
    }
}

/// Wakes the consumers of everything that is due; for cron. Returns how many.
///
/// # Errors
/// What the database or the queue refused.
pub async fn sweep(task: &Task<'_>, most: i64) -> Result<usize> {
    let due = task.rows(DUE.bind([task.now().into(), most.into()])).await?;
    let mut woken = 0;
    for kind in domain::jobs::ALL {
        let mut subjects = Vec::new();
        for row in &due {
            if row.text(0)? == kind.name {
                subjects.push(row.text(1)?.to_owned());
            }
        }
        task.hint(kind.queue, &subjects, 0).await?;
        woken += subjects.len();
    }
    Ok(woken)
}
