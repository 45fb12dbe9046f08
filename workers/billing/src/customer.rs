//! The organization's record at Stripe: its customer.

use crate::here::Here;
use domain::{actions, jobs::STRIPE_SYNC};
use kernel::{Guard, OrgId, Reply, Result, Write, error::Error, sql::Stmt};
use provider::Provider;
use serde_json::json;
use std::collections::BTreeMap;
use stripe::{StripeError, calls};

kernel::sql! {
    /// The first to be linked stays.
    Write Org LINK(3) -> [] =
        "INSERT INTO billing_customers(org_id, stripe_customer_id, created_at) VALUES(?1, ?2, ?3) ON CONFLICT(org_id) DO NOTHING";
    /// In the place of one that is gone.
    Write Org REPLACE(4) -> [] =
        "UPDATE billing_customers SET stripe_customer_id = ?2, created_at = ?3 WHERE org_id = ?1 AND stripe_customer_id = ?4";
    /// What the customer before paid for is gone with it.
    Write Org FORGET(1) -> [] = "DELETE FROM subscriptions WHERE org_id = ?1";
    /// With the record that is there now, the one before is not missing: whoever comes next makes no other.
    Write Org FOUND(1) -> [] = "DELETE FROM billing_findings WHERE org_id = ?1 AND kind = 'customer_missing'";
    Read Org LINKED(1) -> ["stripe_customer_id"] = "SELECT stripe_customer_id FROM billing_customers WHERE org_id = ?1";
}

/// Why there is no customer.
#[derive(Debug)]
pub enum Unmade {
    /// Stripe refused, or did not answer.
    Stripe(StripeError),
    /// On our side.
    Ours(Error),
}
impl From<Error> for Unmade {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

/// Makes a customer at Stripe. The idempotency key follows from the organization, its name and the customer before: two at once, and a
/// crash before it was linked, make one.
async fn make(provider: &Provider<'_>, here: &Here) -> Result<String, StripeError> {
    let org = here.held.org.to_string();
    let about = format!("{}\n{}", here.held.customer.as_deref().unwrap_or_default(), here.name);
    let hash = crypto::hash::sha256_hex(about.as_bytes());
    let key = format!("customer-{org}-{}", hash.get(..16).unwrap_or(&hash));
    let new = calls::NewCustomer { email: None, name: Some(&here.name), metadata: BTreeMap::from([("org_id", org.as_str())]) };
    provider.send(&calls::create_customer(&new, &key)?).await.map(|c| c.id)
}

/// Takes the subscription out of its slot: Stripe doesn't have it.
pub fn forget(org: &OrgId) -> Stmt {
    FORGET.bind([org.into()])
}

async fn link(cx: &Write<'_>, here: &Here, made: &str, stmt: Stmt, instead: bool) -> Result<()> {
    let detail = json!({"customer": made, "before": here.held.customer});
    let change = cx.mutation_as(actions::BILLING_CUSTOMER_LINKED, made)?.detail(detail.to_string());
    let change = if instead {
        change.then_guarded(Guard::State, stmt).then(forget(&here.held.org)).then(FOUND.bind([(&here.held.org).into()]))
    } else {
        change.then(stmt)
    };
    change.job(STRIPE_SYNC, made, Some(&here.held.org)).commit(Reply::no_content()).await.map(|_| ())
}

/// The customer, made and linked if there is none yet.
///
/// # Errors
/// See [`Unmade`].
pub async fn ensure(cx: &Write<'_>, provider: &Provider<'_>, here: &Here) -> Result<String, Unmade> {
    if let Some(customer) = &here.held.customer {
        return Ok(customer.clone());
    }
    let made = make(provider, here).await.map_err(Unmade::Stripe)?;
    let org = &here.held.org;
    link(cx, here, &made, LINK.bind([org.into(), made.as_str().into(), cx.now().into()]), false).await?;
    // Another one may have been first.
    match cx.first(LINKED.bind([org.into()])).await? {
        Some(row) => Ok(row.text(0)?.to_owned()),
        None => Err(Unmade::Ours(Error::incident("the customer that was just linked", made))),
    }
}

/// A new customer in the place of the one that is gone.
///
/// # Errors
/// See [`Unmade`].
pub async fn replace(cx: &Write<'_>, provider: &Provider<'_>, here: &Here) -> Result<String, Unmade> {
    let old = here.customer()?.to_owned();
    let made = make(provider, here).await.map_err(Unmade::Stripe)?;
    let stmt = REPLACE.bind([(&here.held.org).into(), made.as_str().into(), cx.now().into(), old.as_str().into()]);
    link(cx, here, &made, stmt, true).await?;
    Ok(made)
}
