//! Background work that was done. Dead jobs stay until an operator has seen to them.

use super::Plan;
use domain::retention::{JOBS, STEP_ROWS};

kernel::sql! {
    Bookkeep Global("retention goes through every organization")
    REMOVE(2) -> [] = "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE state = 'done' AND updated_at <= ?1 ORDER BY updated_at LIMIT ?2)";
    Read Global("retention goes through every organization")
    DUE(1) -> ["due"] = "SELECT count(*) AS due FROM (SELECT 1 FROM jobs WHERE state = 'done' AND updated_at <= ?1 LIMIT 100000)";
}

pub(super) const PLAN: Plan = Plan {
    rule: JOBS,
    rows: STEP_ROWS,
    audited: false,
    step: |run| Box::pin(run.step(REMOVE.bind([run.before().into(), run.rows.into()]))),
    count: |before| DUE.bind([before.into()]),
};
