//! The files of exports. The record of the export stays, and says that it expired.
//!
//! The file goes first, then the row: after a crash in between the next run finds the row again, and removing what is not there
//! is nothing. Nobody is shown such a file: its row's own end refuses every download.

use super::{Plan, Run};
use domain::retention::{EXPORTS, STEP_EXPORTS};
use kernel::{Result, error::Error};
use serde_json::json;

kernel::sql! {
    Read Global("retention goes through every organization")
    FIND(2) -> ["org_id", "id", "object_key"] =
        "SELECT org_id, id, object_key FROM exports WHERE state = 'ready' AND expires_at <= ?1 ORDER BY expires_at LIMIT ?2";
    Write Global("retention goes through every organization")
    EXPIRE(2) -> [] =
        "UPDATE exports SET state = 'expired' WHERE (org_id, id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1)) AND state = 'ready' AND expires_at <= ?2";
    Read Global("retention goes through every organization")
    DUE(1) -> ["due"] = "SELECT count(*) AS due FROM (SELECT 1 FROM exports WHERE state = 'ready' AND expires_at <= ?1 LIMIT 100000)";
}

pub(super) const PLAN: Plan =
    Plan { rule: EXPORTS, rows: STEP_EXPORTS, audited: true, step: |run| Box::pin(step(run)), count: |before| DUE.bind([before.into()]) };

async fn step(run: &Run<'_>) -> Result<i64> {
    let found = run.task.rows(FIND.bind([run.before().into(), run.rows.into()])).await?;
    let (mut gone, mut refused) = (Vec::new(), None);
    for row in &found {
        match remove_file(run, row.text(2)?).await {
            Ok(()) => gone.push((row.text(0)?, row.text(1)?)),
            // The others go all the same; this one is tried again by the next run.
            Err(e) => refused = Some(e),
        }
    }
    if !gone.is_empty() {
        let expire = EXPIRE.bind([json!(gone).to_string().into(), run.before().into()]);
        run.task.commit(run.mutation(gone.len()).then(expire).then(run.count())).await?;
    }
    refused.map_or_else(|| Ok(i64::try_from(gone.len()).unwrap_or(i64::MAX)), Err)
}

pub(super) async fn remove_file(run: &Run<'_>, object: &str) -> Result<(), Error> {
    run.task.ports.blobs.delete(object).await?;
    Ok(queue_exports::remove_tails(run.task, object).await?)
}
