//! Logos that no page shows any more, and those that never came into use.
//!
//! The object goes first, then the row: after a crash in between the next run finds the row again, and removing what is not there is
//! nothing. A key is never used twice, so what is unused stays unused.

use super::{Plan, Run};
use domain::retention::{LOGOS, STEP_EXPORTS};
use kernel::Result;
use serde_json::json;

kernel::sql! {
    Read Global("retention goes through every organization")
    FIND(2) -> ["org_id", "key"] = "SELECT org_id, key FROM logos WHERE unused_since <= ?1 ORDER BY unused_since LIMIT ?2";
    Bookkeep Global("retention goes through every organization")
    REMOVE(2) -> [] =
        "DELETE FROM logos WHERE (org_id, key) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1)) AND unused_since <= ?2";
    Read Global("retention goes through every organization")
    DUE(1) -> ["due"] = "SELECT count(*) AS due FROM (SELECT 1 FROM logos WHERE unused_since <= ?1 LIMIT 100000)";
}

pub(super) const PLAN: Plan =
    Plan { rule: LOGOS, rows: STEP_EXPORTS, audited: false, step: |run| Box::pin(step(run)), count: |before| DUE.bind([before.into()]) };

async fn step(run: &Run<'_>) -> Result<i64> {
    let found = run.task.rows(FIND.bind([run.before().into(), run.rows.into()])).await?;
    let mut gone = Vec::with_capacity(found.len());
    for row in &found {
        let key = row.text(1)?;
        run.task.ports.assets.delete(key).await?;
        gone.push((row.text(0)?, key));
    }
    if gone.is_empty() {
        return Ok(0);
    }
    run.step(REMOVE.bind([json!(gone).to_string().into(), run.before().into()])).await
}
