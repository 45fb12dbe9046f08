//! Checkout: Stripe's page on which a subscription is bought.

use super::{Call, Nothing, get, post, under};
use crate::{checkout::CheckoutSession, error::StripeError, units::UnixSeconds};
use serde::Serialize;

/// A purchase that is about to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewCheckout<'a> {
    /// Who pays.
    pub customer: &'a str,
    /// The organization. Stands on the session and on the subscription, so that either says whose it is.
    pub org_id: &'a str,
    /// Our own id of this purchase.
    pub checkout_id: &'a str,
    /// The price, `price_…`.
    pub price: &'a str,
    /// How many: seats.
    pub quantity: u32,
    /// Where the buyer comes back to. `{CHECKOUT_SESSION_ID}` in it becomes the session's id.
    pub success_url: &'a str,
    /// Where a buyer who turns back comes to.
    pub cancel_url: &'a str,
    /// When the page closes: 30 minutes to 24 hours from now.
    pub expires_at: UnixSeconds,
    /// Whether the page has a field for promotion codes.
    pub allow_promotion_codes: bool,
}

/// Makes a session, once for each idempotency key.
///
/// # Errors
/// Parameters that can't be written; a key that is none.
pub fn create_checkout_session(new: &NewCheckout<'_>, idempotency_key: &str) -> Result<Call<CheckoutSession>, StripeError> {
    #[derive(Serialize)]
    struct Params<'a> {
        mode: &'static str,
        customer: &'a str,
        client_reference_id: &'a str,
        line_items: [LineItem<'a>; 1],
        success_url: &'a str,
        cancel_url: &'a str,
        expires_at: UnixSeconds,
        #[serde(skip_serializing_if = "Option::is_none")]
        allow_promotion_codes: Option<bool>,
        metadata: SessionMetadata<'a>,
        subscription_data: SubscriptionData<'a>,
    }
    #[derive(Serialize)]
    struct LineItem<'a> {
        price: &'a str,
        quantity: u32,
    }
    #[derive(Serialize)]
    struct SessionMetadata<'a> {
        org_id: &'a str,
        checkout_id: &'a str,
    }
    #[derive(Serialize)]
    struct SubscriptionData<'a> {
        metadata: SubscriptionMetadata<'a>,
    }
    #[derive(Serialize)]
    struct SubscriptionMetadata<'a> {
        org_id: &'a str,
    }
    let params = Params {
        mode: "subscription",
        customer: new.customer,
        client_reference_id: new.org_id,
        line_items: [LineItem { price: new.price, quantity: new.quantity }],
        success_url: new.success_url,
        cancel_url: new.cancel_url,
        expires_at: new.expires_at,
        allow_promotion_codes: new.allow_promotion_codes.then_some(true),
        metadata: SessionMetadata { org_id: new.org_id, checkout_id: new.checkout_id },
        subscription_data: SubscriptionData { metadata: SubscriptionMetadata { org_id: new.org_id } },
    };
    post("/v1/checkout/sessions".into(), &params, idempotency_key)
}

/// Reads a session.
///
/// # Errors
/// An id that is none.
pub fn checkout_session(id: &str) -> Result<Call<CheckoutSession>, StripeError> {
    get(under("checkout/sessions", id)?, &Nothing {})
}

/// Closes an open session, so that nothing can be bought on it any more. One that is not open is refused as invalid.
///
/// # Errors
/// An id that is none; a key that is none.
pub fn expire_checkout_session(id: &str, idempotency_key: &str) -> Result<Call<CheckoutSession>, StripeError> {
    let path = under("checkout/sessions", id)?;
    post(format!("{path}/expire"), &Nothing {}, idempotency_key)
}
