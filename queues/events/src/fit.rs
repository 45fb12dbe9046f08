//! After the plan changed: what it allows fewer of is paused, the newest first, and what it allows again wakes, the oldest first. Nothing
//! is ever removed. What the owner chose to keep stays, as far as the number goes.

use domain::{actions, events, quotas::Quota};
use kernel::{OrgId, Result, task::Task};
use serde_json::json;

kernel::sql! {
    /// How many are active and how many paused, of keys and of endpoints, and how many of each the plan allows.
    Read Org STANDING(4) -> ["keys", "paused_keys", "most_keys", "endpoints", "paused_endpoints", "most_endpoints"] = concat!(
        "SELECT (SELECT count(*) FROM api_keys WHERE ", store::living_key!(), " AND over_plan_at IS NULL) AS keys, \
           (SELECT count(*) FROM api_keys WHERE ", store::living_key!(), " AND over_plan_at IS NOT NULL) AS paused_keys, ?3 ->> o.plan AS most_keys, \
           (SELECT count(*) FROM webhook_endpoints WHERE org_id = ?1 AND status = 'enabled') AS endpoints, \
           (SELECT count(*) FROM webhook_endpoints WHERE org_id = ?1 AND over_plan_at IS NOT NULL) AS paused_endpoints, ?4 ->> o.plan AS most_endpoints \
         FROM orgs o WHERE o.id = ?1");
    /// The oldest stay. Another generation: a write under the key as it was is refused.
    Write Org PAUSE_KEYS(3) -> [] = concat!(
        "UPDATE api_keys SET over_plan_at = ?2, generation = generation + 1 WHERE org_id = ?1 AND id IN \
           (SELECT id FROM api_keys WHERE ", store::living_key!(), " AND over_plan_at IS NULL ORDER BY created_at, id \
            LIMIT -1 OFFSET (SELECT ?3 ->> plan FROM orgs WHERE id = ?1))");
    Write Org WAKE_KEYS(3) -> [] = concat!(
        "UPDATE api_keys SET over_plan_at = NULL, generation = generation + 1 WHERE org_id = ?1 AND id IN \
           (SELECT id FROM api_keys WHERE ", store::living_key!(), " AND over_plan_at IS NOT NULL ORDER BY created_at, id \
            LIMIT max(0, (SELECT ?3 ->> plan FROM orgs WHERE id = ?1) - (SELECT count(*) FROM api_keys WHERE ", store::living_key!(), " AND over_plan_at IS NULL)))");
    /// As an owner would pause them: what happens is held for them.
    Write Org PAUSE_ENDPOINTS(3) -> [] =
        "UPDATE webhook_endpoints SET status = 'paused', over_plan_at = ?2, disabled_reason = 'The plan allows fewer endpoints.' WHERE org_id = ?1 AND id IN \
           (SELECT id FROM webhook_endpoints WHERE org_id = ?1 AND status = 'enabled' ORDER BY created_at, id \
            LIMIT -1 OFFSET (SELECT ?3 ->> plan FROM orgs WHERE id = ?1))";
    Write Org WAKE_ENDPOINTS(2) -> [] =
        "UPDATE webhook_endpoints SET status = 'enabled', over_plan_at = NULL, disabled_reason = NULL WHERE org_id = ?1 AND id IN \
           (SELECT id FROM webhook_endpoints WHERE org_id = ?1 AND over_plan_at IS NOT NULL ORDER BY created_at, id \
            LIMIT max(0, (SELECT ?2 ->> plan FROM orgs WHERE id = ?1) - (SELECT count(*) FROM webhook_endpoints WHERE org_id = ?1 AND status = 'enabled')))";
    /// What waits for an endpoint that was paused is held; what is under way ends by itself.
    Bookkeep Org HOLD(1) -> [] =
        "UPDATE webhook_deliveries SET status = 'held' WHERE org_id = ?1 AND status IN ('pending', 'sending') AND status = 'pending' \
         AND endpoint_id IN (SELECT id FROM webhook_endpoints WHERE org_id = ?1 AND over_plan_at IS NOT NULL)";
    /// What was held for an endpoint that woke goes out.
    Bookkeep Org RELEASE(2) -> [] =
        "UPDATE webhook_deliveries SET status = 'pending', next_at = ?2 WHERE org_id = ?1 AND status = 'held' \
         AND endpoint_id IN (SELECT id FROM webhook_endpoints WHERE org_id = ?1 AND status = 'enabled')";
}

/// Fits keys and endpoints to the plan that holds now. Done again, it changes nothing.
///
/// # Errors
/// What the database refused; then nothing was changed.
pub async fn fit(task: &Task<'_>, org: &OrgId) -> Result<()> {
    let (now, keys, endpoints) = (task.now(), Quota::ApiKeys.by_plan(), Quota::WebhookEndpoints.by_plan());
    let standing = STANDING.bind([org.into(), now.into(), keys.as_str().into(), endpoints.as_str().into()]);
    let Some(row) = task.first(standing).await? else { return Ok(()) };
    let over = |active: i64, most: i64| active.saturating_sub(most).max(0);
    let woken = |active: i64, paused: i64, most: i64| most.saturating_sub(active).clamp(0, paused);
    let (paused_keys, woken_keys) = (over(row.int(0)?, row.int(2)?), woken(row.int(0)?, row.int(1)?, row.int(2)?));
    let (paused_endpoints, woken_endpoints) = (over(row.int(3)?, row.int(5)?), woken(row.int(3)?, row.int(4)?, row.int(5)?));
    if [paused_keys, woken_keys, paused_endpoints, woken_endpoints].iter().all(|n| *n == 0) {
        return Ok(());
    }
    let detail = json!({"paused": {"api_keys": paused_keys, "webhook_endpoints": paused_endpoints},
        "woken": {"api_keys": woken_keys, "webhook_endpoints": woken_endpoints}});
    let mutation = task
        .mutation(org, actions::PLAN_FITTED, "plan")
        .then(PAUSE_KEYS.bind([org.into(), now.into(), keys.as_str().into()]))
        .then(WAKE_KEYS.bind([org.into(), now.into(), keys.as_str().into()]))
        .then(PAUSE_ENDPOINTS.bind([org.into(), now.into(), endpoints.as_str().into()]))
        .then(WAKE_ENDPOINTS.bind([org.into(), endpoints.as_str().into()]))
        .then(HOLD.bind([org.into()]))
        .then(RELEASE.bind([org.into(), now.into()]))
        .detail(detail.to_string());
    let told = paused_keys > 0 || paused_endpoints > 0;
    let mutation = if told { mutation.event(org, events::LIMIT_PAUSED.name, detail.to_string()) } else { mutation };
    task.commit(mutation).await
}
