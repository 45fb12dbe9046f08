//! Tier C: exact sliding windows in D1, one statement inside the write's own batch.

use kernel::{
    Guard, Millis,
    limit::Exact,
    sql::{Stmt, Value},
};

kernel::sql! {
    /// Adds one unless the window is full: this cell and what of the cell before still counts. A refusal changes nothing.
    Bookkeep Global("subjects name their organization or address") TAKE(6) -> [] =
        "INSERT INTO rate_windows(subject, cell, used, expires_at) SELECT ?1, ?2, 1, ?5 \
         WHERE 1 + COALESCE((SELECT used FROM rate_windows WHERE subject = ?1 AND cell = ?2), 0) \
           + COALESCE((SELECT used FROM rate_windows WHERE subject = ?1 AND cell = ?3), 0) * (1.0 - ?4) <= ?6 \
         ON CONFLICT(subject, cell) DO UPDATE SET used = used + 1";
    Bookkeep Global("subjects name their organization or address") GIVE_BACK(2) -> [] =
        "UPDATE rate_windows SET used = used - 1 WHERE subject = ?1 AND cell = ?2 AND used > 0";
    Bookkeep Global("subjects name their organization or address") FORGET(1) -> [] = "DELETE FROM rate_windows WHERE subject = ?1";
}

fn name(policy: Exact, subject: &str) -> String {
    format!("{}:{subject}", policy.name)
}
fn cell(policy: Exact, now: Millis) -> (i64, i64) {
    let window = i64::from(policy.window_seconds).max(1) * 1_000;
    (now.get().div_euclid(window), window)
}

/// The two statements that take one from the window or abort the batch.
pub fn take(policy: Exact, subject: &str, now: Millis) -> [Stmt; 2] {
    let (cell, window) = cell(policy, now);
    let elapsed = now.get().rem_euclid(window) as f64 / window as f64;
    let take = TAKE.bind([
        name(policy, subject).into(),
        cell.into(),
        (cell - 1).into(),
        Value::Real(elapsed),
        Value::Int((cell + 2) * window),
        policy.limit.into(),
    ]);
    [take, Guard::Limit.changed_one()]
}

/// Gives back what was taken at `taken`: the attempt turned out to be one that is not to be counted.
pub fn give_back(policy: Exact, subject: &str, taken: Millis) -> Stmt {
    GIVE_BACK.bind([name(policy, subject).into(), cell(policy, taken).0.into()])
}

/// Forgets everything counted for the subject.
pub fn forget(policy: Exact, subject: &str) -> Stmt {
    FORGET.bind([name(policy, subject).into()])
}
