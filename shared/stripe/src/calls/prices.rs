//! Prices: what plans cost at Stripe.

use super::{Call, Nothing, PAGE, get, under};
use crate::{error::StripeError, objects::List, subscription::Price};
use serde::Serialize;

/// How many lookup keys one call takes.
pub const MAX_LOOKUP_KEYS: usize = 10;

/// Lists the recurring prices with these lookup keys: what is paid for once is no plan, whatever its key. A key is on one price at
/// most; one that is on none is not in the answer.
///
/// # Errors
/// No key, or more than [`MAX_LOOKUP_KEYS`].
pub fn prices_by_lookup_keys(keys: &[&str], active: Option<bool>) -> Result<Call<List<Price>>, StripeError> {
    #[derive(Serialize)]
    struct Query<'a> {
        lookup_keys: &'a [&'a str],
        #[serde(skip_serializing_if = "Option::is_none")]
        active: Option<bool>,
        #[serde(rename = "type")]
        kind: &'static str,
        limit: u8,
    }
    // Without a key Stripe would list every price there is.
    if !(1..=MAX_LOOKUP_KEYS).contains(&keys.len()) {
        return Err(StripeError::invalid(format!("{} lookup keys; one to {MAX_LOOKUP_KEYS} can be asked for", keys.len())));
    }
    get("/v1/prices".into(), &Query { lookup_keys: keys, active, kind: "recurring", limit: PAGE })
}

/// Reads a price.
///
/// # Errors
/// An id that is none.
pub fn price(id: &str) -> Result<Call<Price>, StripeError> {
    get(under("prices", id)?, &Nothing {})
}
