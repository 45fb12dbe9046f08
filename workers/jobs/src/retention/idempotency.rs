//! Answers recorded under an Idempotency-Key: after their time a repeat is a new request.

use super::Plan;
use domain::retention::{IDEMPOTENCY, STEP_ROWS};

kernel::sql! {
    Bookkeep Global("retention goes through every organization")
    REMOVE(2) -> [] = "DELETE FROM idempotency WHERE (org_id, key) IN (SELECT org_id, key FROM idempotency WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)";
    Read Global("retention goes through every organization")
    DUE(1) -> ["due"] = "SELECT count(*) AS due FROM (SELECT 1 FROM idempotency WHERE expires_at <= ?1 LIMIT 100000)";
}

pub(super) const PLAN: Plan = Plan {
    rule: IDEMPOTENCY,
    rows: STEP_ROWS,
    audited: false,
    step: |run| Box::pin(run.step(REMOVE.bind([run.before().into(), run.rows.into()]))),
    count: |before| DUE.bind([before.into()]),
};
