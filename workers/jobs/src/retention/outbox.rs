//! Domain events that were passed on.

use super::Plan;
use domain::retention::{OUTBOX, STEP_ROWS};

kernel::sql! {
    Bookkeep Global("retention goes through every organization")
    REMOVE(2) -> [] = "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE dispatched_at IS NOT NULL AND dispatched_at <= ?1 ORDER BY dispatched_at LIMIT ?2)";
    Read Global("retention goes through every organization")
    DUE(1) -> ["due"] = "SELECT count(*) AS due FROM (SELECT 1 FROM outbox WHERE dispatched_at IS NOT NULL AND dispatched_at <= ?1 LIMIT 100000)";
}

pub(super) const PLAN: Plan = Plan {
    rule: OUTBOX,
    rows: STEP_ROWS,
    audited: false,
    step: |run| Box::pin(run.step(REMOVE.bind([run.before().into(), run.rows.into()]))),
    count: |before| DUE.bind([before.into()]),
};
