//! Invitations whose time was over a while ago, whatever became of them.

use super::Plan;
use domain::retention::{INVITATIONS, STEP_ROWS};

kernel::sql! {
    Read Global("retention goes through every organization")
    FIND(2) -> ["org_id", "id"] = "SELECT org_id, id FROM invitations WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2";
    Write Global("retention goes through every organization")
    REMOVE(2) -> [] =
        "DELETE FROM invitations WHERE (org_id, id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1)) AND expires_at <= ?2";
    Read Global("retention goes through every organization")
    DUE(1) -> ["due"] = "SELECT count(*) AS due FROM (SELECT 1 FROM invitations WHERE expires_at <= ?1 LIMIT 100000)";
}

pub(super) const PLAN: Plan = Plan {
    rule: INVITATIONS,
    rows: STEP_ROWS,
    audited: true,
    step: |run| Box::pin(run.remove_pairs(FIND, REMOVE)),
    count: |before| DUE.bind([before.into()]),
};
