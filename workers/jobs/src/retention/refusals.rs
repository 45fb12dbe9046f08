//! Counts of what limits refused, a month ago and before.

use super::Plan;
use domain::retention::{REFUSALS, STEP_ROWS};

kernel::sql! {
    Bookkeep Global("retention goes through every organization")
    REMOVE(2) -> [] = "DELETE FROM refusals WHERE (hour, policy, whom) IN (SELECT hour, policy, whom FROM refusals WHERE hour <= ?1 ORDER BY hour LIMIT ?2)";
    Read Global("retention goes through every organization")
    DUE(1) -> ["due"] = "SELECT count(*) AS due FROM (SELECT 1 FROM refusals WHERE hour <= ?1 LIMIT 100000)";
}

pub(super) const PLAN: Plan = Plan {
    rule: REFUSALS,
    rows: STEP_ROWS,
    audited: false,
    step: |run| Box::pin(run.step(REMOVE.bind([run.before().into(), run.rows.into()]))),
    count: |before| DUE.bind([before.into()]),
};
