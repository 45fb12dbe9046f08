//! Counters of exact rate limits whose window no longer counts.

use super::Plan;
use domain::retention::{RATE_WINDOWS, STEP_ROWS};

kernel::sql! {
    Bookkeep Global("retention goes through every organization")
    REMOVE(2) -> [] = "DELETE FROM rate_windows WHERE (subject, cell) IN (SELECT subject, cell FROM rate_windows WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)";
    Read Global("retention goes through every organization")
    DUE(1) -> ["due"] = "SELECT count(*) AS due FROM (SELECT 1 FROM rate_windows WHERE expires_at <= ?1 LIMIT 100000)";
}

pub(super) const PLAN: Plan = Plan {
    rule: RATE_WINDOWS,
    rows: STEP_ROWS,
    audited: false,
    step: |run| Box::pin(run.step(REMOVE.bind([run.before().into(), run.rows.into()]))),
    count: |before| DUE.bind([before.into()]),
};
