//! Customers: the organizations that pay.

use super::{Call, Nothing, get, post, under};
use crate::{error::StripeError, subscription::Customer};
use serde::Serialize;
use std::collections::BTreeMap;

/// Reads a customer. A deleted one answers too, with `deleted` set.
///
/// # Errors
/// An id that is none.
pub fn customer(id: &str) -> Result<Call<Customer>, StripeError> {
    get(under("customers", id)?, &Nothing {})
}

/// A new customer.
#[derive(Debug, Clone, Default, Serialize)]
pub struct NewCustomer<'a> {
    /// Where receipts go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<&'a str>,
    /// Name on invoices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    /// Ours: `org_id` says whose customer this is.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<&'a str, &'a str>,
}

/// Makes a customer, once for each idempotency key.
///
/// # Errors
/// Parameters that can't be written; a key that is none.
pub fn create_customer(new: &NewCustomer<'_>, idempotency_key: &str) -> Result<Call<Customer>, StripeError> {
    post("/v1/customers".into(), new, idempotency_key)
}

/// What changes of a customer. What is not set stays as it is; an empty text clears.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CustomerChange<'a> {
    /// Where receipts go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<&'a str>,
    /// Name on invoices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    /// Ours, key by key: other keys stay.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<&'a str, &'a str>,
}

/// Changes a customer, once for each idempotency key.
///
/// # Errors
/// An id that is none; parameters that can't be written; a key that is none.
pub fn update_customer(id: &str, change: &CustomerChange<'_>, idempotency_key: &str) -> Result<Call<Customer>, StripeError> {
    post(under("customers", id)?, change, idempotency_key)
}
