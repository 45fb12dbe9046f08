//! A price at Stripe, found by its lookup key.

use crate::order::Order;
use domain::billing::Reading;
use provider::Provider;
use stripe::{StripeError, calls};

/// The id of the price that sells an order. `None` when Stripe has none with that lookup key: `npm run stripe:setup` makes it.
///
/// # Errors
/// What Stripe refused.
pub async fn of(provider: &Provider<'_>, order: &Order) -> Result<Option<String>, StripeError> {
    let key = order.price.lookup_key;
    let found = provider.send(&calls::prices_by_lookup_keys(&[key], Some(true))?).await?;
    Ok(found.data.into_iter().next().map(|price| price.id))
}

/// The price for a change: the one that the subscription has where only its seats change, so that whoever bought at an older price keeps it.
///
/// # Errors
/// As [`of`].
pub async fn for_change(provider: &Provider<'_>, order: &Order, now: &Reading) -> Result<Option<String>, StripeError> {
    if now.plan == Some(order.price.plan) && now.interval == Some(order.price.interval) {
        return Ok(now.price.clone());
    }
    of(provider, order).await
}
