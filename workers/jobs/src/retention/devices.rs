//! Browsers that an account was last signed in on longer ago than a browser keeps the cookie.

use super::Plan;
use domain::retention::{DEVICES, STEP_ROWS};

kernel::sql! {
    Read Global("retention goes through every account")
    FIND(2) -> ["subject", "hash"] = "SELECT subject, hash FROM devices WHERE seen_at <= ?1 ORDER BY seen_at LIMIT ?2";
    Write Global("retention goes through every account")
    REMOVE(2) -> [] =
        "DELETE FROM devices WHERE (subject, hash) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1)) AND seen_at <= ?2";
    Read Global("retention goes through every account")
    DUE(1) -> ["due"] = "SELECT count(*) AS due FROM (SELECT 1 FROM devices WHERE seen_at <= ?1 LIMIT 100000)";
}

pub(super) const PLAN: Plan = Plan {
    rule: DEVICES,
    rows: STEP_ROWS,
    audited: true,
    step: |run| Box::pin(run.remove_pairs(FIND, REMOVE)),
    count: |before| DUE.bind([before.into()]),
};
