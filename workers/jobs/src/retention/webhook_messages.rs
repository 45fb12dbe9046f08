//! Webhook messages, with their deliveries and attempts, after the time that the organization's plan keeps them. What was held
//! for an endpoint all that time goes with them.

use super::{Plan, Run};
use domain::retention::{STEP_MESSAGES, WEBHOOK_MESSAGES};
use kernel::Result;
use serde_json::json;

kernel::sql! {
    Read Global("retention goes through every organization")
    FIND(2) -> ["org_id", "id"] = "SELECT org_id, id FROM webhook_messages WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2";
    /// `CROSS JOIN`: from the few messages to their deliveries, never the other way.
    Bookkeep Global("retention goes through every organization")
    ATTEMPTS(1) -> [] =
        "DELETE FROM webhook_attempts WHERE (org_id, delivery_id) IN (SELECT d.org_id, d.id FROM json_each(?1) j \
           CROSS JOIN webhook_deliveries d ON d.org_id = j.value ->> 0 AND d.message_id = j.value ->> 1)";
    Bookkeep Global("retention goes through every organization")
    DELIVERIES(1) -> [] = "DELETE FROM webhook_deliveries WHERE (org_id, message_id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1))";
    Bookkeep Global("retention goes through every organization")
    MESSAGES(1) -> [] = "DELETE FROM webhook_messages WHERE (org_id, id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1))";
    Read Global("retention goes through every organization")
    DUE(1) -> ["due"] = "SELECT count(*) AS due FROM (SELECT 1 FROM webhook_messages WHERE expires_at <= ?1 LIMIT 100000)";
}

pub(super) const PLAN: Plan = Plan {
    rule: WEBHOOK_MESSAGES,
    rows: STEP_MESSAGES,
    audited: false,
    step: |run| Box::pin(step(run)),
    count: |before| DUE.bind([before.into()]),
};

async fn step(run: &Run<'_>) -> Result<i64> {
    let found = run.task.rows(FIND.bind([run.before().into(), run.rows.into()])).await?;
    let ids = found.iter().map(|row| Ok((row.text(0)?, row.text(1)?))).collect::<Result<Vec<_>>>()?;
    if !ids.is_empty() {
        let which = json!(ids).to_string();
        let batch = vec![
            ATTEMPTS.bind([which.as_str().into()]),
            run.count_more(),
            DELIVERIES.bind([which.as_str().into()]),
            run.count_more(),
            MESSAGES.bind([which.into()]),
            run.count(),
        ];
        run.task.bookkeep(batch).await?;
    }
    Ok(i64::try_from(ids.len()).unwrap_or(i64::MAX))
}
