//! Whether Stripe's customer portal can be opened at all: that is a setting of the account, and everybody's trouble while it is missing.

use kernel::{Result, task::Task};
use provider::Provider;
use serde_json::{Value, json};
use stripe::calls::portal_configurations;

kernel::sql! {
    Bookkeep Global("a setting of the account at Stripe concerns every organization that has a customer there")
    MISSING(1) -> [] =
        "INSERT INTO billing_findings(org_id, kind, detail, since, seen_at) SELECT org_id, 'portal_not_configured', '{}', ?1, ?1 FROM billing_customers \
         WHERE true ON CONFLICT(org_id, kind) DO NOTHING";
    Bookkeep Global("a setting of the account at Stripe concerns every organization that has a customer there")
    THERE(0) -> [] = "DELETE FROM billing_findings WHERE kind = 'portal_not_configured'";
}

/// Looks, and notes what is found.
///
/// # Errors
/// What Stripe or the database refused.
pub async fn look(task: &Task<'_>) -> Result<Value> {
    let provider = Provider::of(&task.app.config, &*task.ports.http)?;
    let wrong = |e| provider::incident("reading the portal's configuration at Stripe", &e);
    let found = provider.send(&portal_configurations().map_err(wrong)?).await.map_err(wrong)?;
    let there = stripe::portal::choose(&found.data).is_some();
    task.bookkeep(vec![if there { THERE.bind([]) } else { MISSING.bind([task.now().into()]) }]).await?;
    Ok(json!({"configured": there}))
}
