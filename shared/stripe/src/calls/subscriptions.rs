//! Subscriptions: read, changed, ended.

use super::{Call, Nothing, PAGE, delete, get, post, under};
use crate::{error::StripeError, objects::List, subscription::Subscription, units::UnixSeconds};
use serde::Serialize;

/// Reads a subscription.
///
/// # Errors
/// An id that is none.
pub fn subscription(id: &str) -> Result<Call<Subscription>, StripeError> {
    get(under("subscriptions", id)?, &Nothing {})
}

/// Lists a customer's subscriptions of every status, newest first; `after` is the last id of the page before.
/// Prices are inlined in their items, so nothing is expanded.
///
/// # Errors
/// Parameters that can't be written.
pub fn subscriptions_of(customer: &str, after: Option<&str>) -> Result<Call<List<Subscription>>, StripeError> {
    #[derive(Serialize)]
    struct Query<'a> {
        customer: &'a str,
        status: &'static str,
        limit: u8,
        #[serde(skip_serializing_if = "Option::is_none")]
        starting_after: Option<&'a str>,
    }
    get("/v1/subscriptions".into(), &Query { customer, status: "all", limit: PAGE, starting_after: after })
}

/// What a subscription's item becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItemChange<'a> {
    /// The item, `si_…`. Without it Stripe would add another one.
    pub item: &'a str,
    /// The price, `price_…`; the one it has, when only the quantity changes.
    pub price: &'a str,
    /// How many: seats.
    pub quantity: u32,
    /// The moment at which the old price ends and the new one begins: that of the preview, so that the invoice is the one
    /// that was shown. Stripe's now when not set.
    pub at: Option<UnixSeconds>,
}

/// One item as Stripe's parameters name it; also what a preview asks about.
#[derive(Serialize)]
pub(super) struct ItemParam<'a> {
    id: &'a str,
    price: &'a str,
    quantity: u32,
}
impl<'a> From<&ItemChange<'a>> for ItemParam<'a> {
    fn from(change: &ItemChange<'a>) -> Self {
        Self { id: change.item, price: change.price, quantity: change.quantity }
    }
}

/// How a change between two prices is charged: at once, on an invoice of its own.
pub(super) const ALWAYS_INVOICE: &str = "always_invoice";

/// Changes plan or seats now: the difference is invoiced and paid at once. When the payment fails the call fails (402) and
/// nothing has changed.
///
/// # Errors
/// An id that is none; a key that is none.
pub fn change_subscription(id: &str, change: &ItemChange<'_>, idempotency_key: &str) -> Result<Call<Subscription>, StripeError> {
    #[derive(Serialize)]
    struct Params<'a> {
        items: [ItemParam<'a>; 1],
        proration_behavior: &'static str,
        payment_behavior: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        proration_date: Option<UnixSeconds>,
    }
    let params = Params {
        items: [change.into()],
        proration_behavior: ALWAYS_INVOICE,
        payment_behavior: "error_if_incomplete",
        proration_date: change.at,
    };
    post(under("subscriptions", id)?, &params, idempotency_key)
}

/// Lets a subscription end with the period that is paid for, or takes that back.
///
/// # Errors
/// An id that is none; a key that is none.
pub fn set_cancel_at_period_end(id: &str, ends: bool, idempotency_key: &str) -> Result<Call<Subscription>, StripeError> {
    #[derive(Serialize)]
    struct Params {
        cancel_at_period_end: bool,
    }
    post(under("subscriptions", id)?, &Params { cancel_at_period_end: ends }, idempotency_key)
}

/// What happens to the money when a subscription ends at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Ending {
    /// Credits the time that was paid for and not used.
    pub prorate: bool,
    /// Invoices what is pending, among it that credit; otherwise it is dropped.
    pub invoice_now: bool,
}

/// Ends a subscription at once. One that is over already answers [`Cause::Missing`](crate::error::Cause::Missing).
///
/// # Errors
/// An id that is none.
pub fn cancel_subscription(id: &str, ending: Ending) -> Result<Call<Subscription>, StripeError> {
    delete(under("subscriptions", id)?, &ending)
}
