//! Links out of mails whose time was over a while ago, used or not: they hold addresses.

use super::{Plan, Run};
use domain::retention::{LINKS, STEP_ROWS};
use kernel::Result;
use serde_json::json;

kernel::sql! {
    Read Global("retention goes through every account")
    FIND(2) -> ["hash"] = "SELECT hash FROM tokens WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2";
    Write Global("retention goes through every account")
    REMOVE(2) -> [] = "DELETE FROM tokens WHERE hash IN (SELECT value FROM json_each(?1)) AND expires_at <= ?2";
    Read Global("retention goes through every account")
    DUE(1) -> ["due"] = "SELECT count(*) AS due FROM (SELECT 1 FROM tokens WHERE expires_at <= ?1 LIMIT 100000)";
}

pub(super) const PLAN: Plan =
    Plan { rule: LINKS, rows: STEP_ROWS, audited: true, step: |run| Box::pin(step(run)), count: |before| DUE.bind([before.into()]) };

async fn step(run: &Run<'_>) -> Result<i64> {
    let found = run.task.rows(FIND.bind([run.before().into(), run.rows.into()])).await?;
    let hashes = found.iter().map(|row| row.text(0)).collect::<Result<Vec<_>>>()?;
    if !hashes.is_empty() {
        let remove = REMOVE.bind([json!(hashes).to_string().into(), run.before().into()]);
        run.task.commit(run.mutation(hashes.len()).then(remove).then(run.count())).await?;
    }
    Ok(i64::try_from(hashes.len()).unwrap_or(i64::MAX))
}
