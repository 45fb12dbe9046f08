//! Tier C: exact sliding windows in D1, one statement inside the write's own batch.

use kernel::{
    Guard, Millis,
    limit::Exact,
    sql::{Stmt, Value},
    time::Span,
};

kernel::sql! {
    /// Adds one unless the window is full: this cell and what of the cell before still counts. A refusal changes nothing.
    Bookkeep Global("subjects name their organization or address") TAKE(6) -> [] =
        "INSERT INTO rate_windows(subject, cell, used, expires_at) SELECT ?1, ?2, 1, ?5 \
         WHERE 1 + COALESCE((SELECT used FROM rate_windows WHERE subject = ?1 AND cell = ?2), 0) \
           + COALESCE((SELECT used FROM rate_windows WHERE subject = ?1 AND cell = ?3), 0) * (1.0 - ?4) <= ?6 \
         ON CONFLICT(subject, cell) DO UPDATE SET used = used + 1";
    Read Global("subjects name their organization or address") USED(3) -> ["used", "before"] =
        "SELECT COALESCE((SELECT used FROM rate_windows WHERE subject = ?1 AND cell = ?2), 0) AS used, COALESCE((SELECT used FROM rate_windows WHERE subject = ?1 AND cell = ?3), 0) AS before";
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

/// How much of the window is used: two columns, for [`wait`].
pub fn used(policy: Exact, subject: &str, now: Millis) -> Stmt {
    let (cell, _) = cell(policy, now);
    USED.bind([name(policy, subject).into(), cell.into(), (cell - 1).into()])
}
/// How long until the window has room for one, if nothing more is taken.
pub fn wait(policy: Exact, used: i64, before: i64, now: Millis) -> Span {
    let (_, window) = cell(policy, now);
    let (elapsed, room) = (now.get().rem_euclid(window), i64::from(policy.limit) - 1);
    // `before · (1 − e)` must shrink to the room that this cell leaves; where it leaves none, this cell must pass and shrink itself.
    let share = |count: i64, room: i64| if count <= room { 0 } else { window - window * room.max(0) / count.max(1) };
    let this = share(before, room - used);
    Span::millis(if used <= room { (this - elapsed).max(0) } else { window - elapsed + share(used, room) })
}

/// Gives back what was taken at `taken`: the attempt turned out to be one that is not to be counted.
pub fn give_back(policy: Exact, subject: &str, taken: Millis) -> Stmt {
    GIVE_BACK.bind([name(policy, subject).into(), cell(policy, taken).0.into()])
}

/// Forgets everything counted for the subject.
pub fn forget(policy: Exact, subject: &str) -> Stmt {
    FORGET.bind([name(policy, subject).into()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_ends_when_the_window_has_room() {
        let policy = Exact { name: "p", limit: 10, window_seconds: 3_600 };
        let hour = 3_600_000;
        for (used, before, elapsed) in [(10, 0, 0), (10, 0, hour / 2), (3, 9, 0), (9, 1, 1_000), (0, 10, 0), (10, 10, 5), (1, 0, 0)] {
            let now = Millis::new(7 * hour + elapsed);
            let wait = wait(policy, used, before, now).as_millis();
            let counts = |at: i64| {
                let (used, before, e) = if elapsed + at < hour { (used, before, elapsed + at) } else { (0, used, elapsed + at - hour) };
                1.0 + used as f64 + before as f64 * (1.0 - e as f64 / hour as f64)
            };
            assert!(counts(wait) <= 10.001, "{used} {before} {elapsed}: {wait}");
            assert!(wait == 0 || counts(wait - 2_000) > 10.0, "{used} {before} {elapsed}: not longer than needed, {wait}");
        }
    }
}
