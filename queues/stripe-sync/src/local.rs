//! What we hold of a customer of Stripe's.

use kernel::{OrgId, Result, task::Task};
use store::billing::Held;

kernel::sql! {
    Read Global("the customer at Stripe names the organization")
    WHOSE(1) -> ["org_id"] = "SELECT org_id FROM billing_customers WHERE stripe_customer_id = ?1";
}

/// Reads it. `None` when the customer is none of ours.
///
/// # Errors
/// What the database refused.
pub async fn read(task: &Task<'_>, customer: &str) -> Result<Option<Held>> {
    let Some(row) = task.first(WHOSE.bind([customer.into()])).await? else { return Ok(None) };
    let org = OrgId::stored(row.text(0)?)?;
    let sets = task.read(Held::stmts(&org, task.now()).into()).await?;
    Held::of(&org, &sets).map(Some)
}
