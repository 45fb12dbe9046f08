//! Invoices: those that were, and the one that a change would make.

use super::{
    Call, PAGE, ask, get,
    subscriptions::{ALWAYS_INVOICE, ItemChange, ItemParam},
};
use crate::{
    error::StripeError,
    invoice::{Invoice, Preview},
    objects::List,
    units::UnixSeconds,
};
use serde::Serialize;

/// Lists a customer's invoices, newest first; `after` is the last id of the page before.
///
/// # Errors
/// Parameters that can't be written.
pub fn invoices_of(customer: &str, after: Option<&str>) -> Result<Call<List<Invoice>>, StripeError> {
    #[derive(Serialize)]
    struct Query<'a> {
        customer: &'a str,
        limit: u8,
        #[serde(skip_serializing_if = "Option::is_none")]
        starting_after: Option<&'a str>,
    }
    get("/v1/invoices".into(), &Query { customer, limit: PAGE, starting_after: after })
}

/// Asks what [`change_subscription`](super::change_subscription) would invoice. Makes nothing, so it takes no idempotency key.
///
/// # Errors
/// Parameters that can't be written.
pub fn preview_change(customer: &str, subscription: &str, change: &ItemChange<'_>) -> Result<Call<Preview>, StripeError> {
    #[derive(Serialize)]
    struct Params<'a> {
        customer: &'a str,
        subscription: &'a str,
        subscription_details: Details<'a>,
    }
    #[derive(Serialize)]
    struct Details<'a> {
        items: [ItemParam<'a>; 1],
        proration_behavior: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        proration_date: Option<UnixSeconds>,
    }
    let details = Details { items: [change.into()], proration_behavior: ALWAYS_INVOICE, proration_date: change.at };
    ask("/v1/invoices/create_preview".into(), &Params { customer, subscription, subscription_details: details })
}
