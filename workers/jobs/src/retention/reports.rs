//! The reports of retention itself.

use super::Plan;
use domain::retention::{REPORTS, STEP_ROWS};

kernel::sql! {
    Bookkeep Global("retention goes through every organization")
    REMOVE(2) -> [] = "DELETE FROM retention_runs WHERE id IN (SELECT id FROM retention_runs WHERE started_at <= ?1 ORDER BY started_at LIMIT ?2)";
    Read Global("retention goes through every organization")
    DUE(1) -> ["due"] = "SELECT count(*) AS due FROM (SELECT 1 FROM retention_runs WHERE started_at <= ?1 LIMIT 100000)";
}

pub(super) const PLAN: Plan = Plan {
    rule: REPORTS,
    rows: STEP_ROWS,
    audited: false,
    step: |run| Box::pin(run.step(REMOVE.bind([run.before().into(), run.rows.into()]))),
    count: |before| DUE.bind([before.into()]),
};
