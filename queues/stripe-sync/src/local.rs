//! What we hold of a customer of Stripe's.

use crate::facts::{self, Told};
use kernel::{Millis, OrgId, Result, task::Task};
use store::billing::Held;

kernel::sql! {
    Read Global("the customer at Stripe names the organization")
    WHOSE(1) -> ["org_id"] = "SELECT org_id FROM billing_customers WHERE stripe_customer_id = ?1";
}

/// What is held of an organization, and which facts its customer's events tell that are not in its ledger yet.
pub struct Local {
    /// The organization's billing.
    pub held: Held,
    /// The facts.
    pub told: Told,
}

/// Reads it. `None` when the customer is none of ours.
///
/// # Errors
/// What the database refused.
pub async fn read(task: &Task<'_>, customer: &str, now: Millis) -> Result<Option<Local>> {
    let Some(row) = task.first(WHOSE.bind([customer.into()])).await? else { return Ok(None) };
    let org = OrgId::stored(row.text(0)?)?;
    let mut stmts: Vec<_> = Held::stmts(&org, now).into();
    stmts.push(facts::waiting(customer, now));
    let sets = task.read(stmts).await?;
    let held = Held::of(&org, &sets)?;
    let told = Told::of(sets.get(2).map(Vec::as_slice).unwrap_or_default())?;
    Ok(Some(Local { held, told }))
}
