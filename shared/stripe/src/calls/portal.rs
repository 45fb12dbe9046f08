//! The portal: Stripe's pages for cards, invoices, receipts and tax ids.

use super::{Call, PAGE, get, post};
use crate::{
    error::StripeError,
    objects::List,
    portal::{PortalConfiguration, PortalSession},
};
use serde::Serialize;

/// A visit to the portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct NewPortal<'a> {
    /// Whose.
    pub customer: &'a str,
    /// Where its way back leads.
    pub return_url: &'a str,
    /// What may be done there, `bpc_…`; the account's default when not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuration: Option<&'a str>,
}

/// Opens the portal for a customer, once for each idempotency key. The URL holds for minutes and for whoever has it.
///
/// # Errors
/// Parameters that can't be written; a key that is none.
pub fn create_portal_session(new: &NewPortal<'_>, idempotency_key: &str) -> Result<Call<PortalSession>, StripeError> {
    post("/v1/billing_portal/sessions".into(), new, idempotency_key)
}

/// Lists the portal's configurations that are in use.
///
/// # Errors
/// Parameters that can't be written.
pub fn portal_configurations() -> Result<Call<List<PortalConfiguration>>, StripeError> {
    #[derive(Serialize)]
    struct Query {
        active: bool,
        limit: u8,
    }
    get("/v1/billing_portal/configurations".into(), &Query { active: true, limit: PAGE })
}
