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
}

/// The two statements that take one from the window or abort the batch.
pub fn take(policy: Exact, subject: &str, now: Millis) -> [Stmt; 2] {
    let window = i64::from(policy.window_seconds).max(1) * 1_000;
    let cell = now.get().div_euclid(window);
    let elapsed = now.get().rem_euclid(window) as f64 / window as f64;
    let subject = format!("{}:{subject}", policy.name);
    let take = TAKE.bind([
        subject.into(),
        cell.into(),
        (cell - 1).into(),
        Value::Real(elapsed),
        Value::Int((cell + 2) * window),
        policy.limit.into(),
    ]);
    [take, Guard::Limit.changed_one()]
}
