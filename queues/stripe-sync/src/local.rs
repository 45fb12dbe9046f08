//! What we hold of a customer of Stripe's: its organization, the plan, the subscription as it was last read.

use domain::{billing::Reading, plans::Plan};
use kernel::{Millis, OrgId, Result, task::Task};

kernel::sql! {
    Read Global("the customer at Stripe names the organization")
    HELD(1) -> ["org_id", "plan", "stripe_subscription_id", "status", "price_lookup_key", "quantity", "current_period_end", "cancel_at_period_end"] =
        "SELECT b.org_id, o.plan, s.stripe_subscription_id, s.status, s.price_lookup_key, s.quantity, s.current_period_end, s.cancel_at_period_end \
         FROM billing_customers b JOIN orgs o ON o.id = b.org_id LEFT JOIN subscriptions s ON s.org_id = b.org_id WHERE b.stripe_customer_id = ?1";
}

/// What we hold.
pub struct Held {
    /// Whose customer it is.
    pub org: OrgId,
    /// Its plan.
    pub plan: Plan,
    /// Its subscription.
    pub subscription: Option<Reading>,
}

/// Reads it. `None` when the customer is none of ours.
///
/// # Errors
/// What the database refused.
pub async fn read(task: &Task<'_>, customer: &str) -> Result<Option<Held>> {
    let Some(row) = task.first(HELD.bind([customer.into()])).await? else { return Ok(None) };
    let subscription = match row.opt_text(2)? {
        None => None,
        Some(id) => Some(Reading {
            id: id.to_owned(),
            status: row.text(3)?.to_owned(),
            lookup_key: row.opt_text(4)?.map(str::to_owned),
            quantity: row.opt_int(5)?,
            current_period_end: row.opt_int(6)?.map(|ms| Millis::new(ms).seconds()),
            cancel_at_period_end: row.int(7)? == 1,
        }),
    };
    Ok(Some(Held { org: OrgId::stored(row.text(0)?)?, plan: Plan::parse(row.text(1)?), subscription }))
}
