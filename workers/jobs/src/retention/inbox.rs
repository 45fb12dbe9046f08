//! Inbox entries that were read.

use super::Plan;
use domain::retention::{INBOX, STEP_ROWS};

kernel::sql! {
    Bookkeep Global("retention goes through every organization")
    REMOVE(2) -> [] = "DELETE FROM inbox WHERE (org_id, id) IN (SELECT org_id, id FROM inbox WHERE read_at IS NOT NULL AND read_at <= ?1 ORDER BY read_at LIMIT ?2)";
    Read Global("retention goes through every organization")
    DUE(1) -> ["due"] = "SELECT count(*) AS due FROM (SELECT 1 FROM inbox WHERE read_at IS NOT NULL AND read_at <= ?1 LIMIT 100000)";
}

pub(super) const PLAN: Plan = Plan {
    rule: INBOX,
    rows: STEP_ROWS,
    audited: false,
    step: |run| Box::pin(run.step(REMOVE.bind([run.before().into(), run.rows.into()]))),
    count: |before| DUE.bind([before.into()]),
};
