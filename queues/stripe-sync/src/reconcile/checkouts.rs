//! Purchases whose time is over: Stripe is asked what became of them, so that one that was completed is not lost.

use domain::jobs::STRIPE_SYNC;
use kernel::{OrgId, Result, task::Task};
use provider::Provider;
use serde_json::{Value, json};
use stripe::{calls::checkout_session, checkout::CheckoutStatus};

kernel::sql! {
    Read Global("the sweep looks for purchases of any organization")
    OVER(2) -> ["org_id", "id", "session_id", "stripe_customer_id"] =
        "SELECT c.org_id, c.id, c.session_id, b.stripe_customer_id FROM checkouts c LEFT JOIN billing_customers b ON b.org_id = c.org_id \
         WHERE c.state IN ('starting', 'open') AND c.expires_at <= ?1 LIMIT ?2";
    /// If it is still this one. A purchase keeps its place until a reading that began after its time was over has put what was bought into
    /// effect: before that nobody may begin another.
    Bookkeep Org CLOSE(3) -> [] =
        "UPDATE checkouts SET state = ?3 WHERE org_id = ?1 AND id = ?2 AND state IN ('starting', 'open') AND (?3 <> 'completed' \
         OR EXISTS (SELECT 1 FROM billing_reads r WHERE r.org_id = ?1 AND r.synced_at >= checkouts.expires_at))";
}

/// Closes them. Says how many were completed, and how many were not.
///
/// # Errors
/// What Stripe or the database refused; those before stay closed.
pub async fn close(task: &Task<'_>, most: i64) -> Result<Value> {
    let over = task.rows(OVER.bind([task.now().into(), most.into()])).await?;
    if over.is_empty() {
        return Ok(json!({"completed": 0, "expired": 0}));
    }
    let provider = Provider::of(&task.app.config, &*task.ports.http)?;
    let (mut completed, mut expired) = (0, 0);
    for row in &over {
        let org = OrgId::stored(row.text(0)?)?;
        // Nobody was ever led to one without a session.
        let state = match row.opt_text(2)? {
            None => "expired",
            Some(session) => match status(&provider, session).await? {
                Some(state) => state,
                None => continue,
            },
        };
        if state == "completed" {
            completed += 1;
        } else {
            expired += 1;
        }
        let customer: Vec<String> = row.opt_text(3)?.map(str::to_owned).into_iter().collect();
        task.ask_all(vec![CLOSE.bind([(&org).into(), row.text(1)?.into(), state.into()])], STRIPE_SYNC, &customer).await?;
    }
    Ok(json!({"completed": completed, "expired": expired}))
}

/// What became of a session. `None` while it is open by Stripe's clock.
async fn status(provider: &Provider<'_>, session: &str) -> Result<Option<&'static str>> {
    let wrong = |e| provider::incident("reading a checkout at Stripe", &e);
    match provider.send(&checkout_session(session).map_err(wrong)?).await {
        Ok(found) => Ok(match found.status {
            Some(CheckoutStatus::Complete) => Some("completed"),
            Some(CheckoutStatus::Expired) => Some("expired"),
            _ => None,
        }),
        Err(e) if e.is_missing() => Ok(Some("expired")),
        Err(e) => Err(wrong(e)),
    }
}
