//! What Stripe is to hold for this product, as JSON: what `npm run stripe:setup` makes.

use crate::deploy::Deploy;
use domain::plans::PRICES;
use serde_json::{Value, json};
use stripe::{event, portal, subscription};

/// Prices as the plans have them, the events we want to be told of, the API version in which, and by what our things are known again.
/// Amounts are in the currency's minor unit.
///
/// # Errors
/// A deploy.toml without the pinned version.
pub fn json(deploy: &Deploy) -> Result<String, String> {
    const VERSION: &str = "STRIPE_API_VERSION";
    let version =
        deploy.production.vars.get(VERSION).ok_or_else(|| format!("{}: [production.vars] has no {VERSION}", crate::deploy::FILE))?;
    let prices: Vec<Value> = PRICES
        .iter()
        .map(|price| {
            json!({
                "plan": price.plan.as_str(),
                "name": price.plan.name(),
                "lookup_key": price.lookup_key,
                "unit_amount": price.seat.cents(),
                "currency": price.seat.currency().as_str(),
                "interval": price.interval.as_str(),
            })
        })
        .collect();
    let document = json!({
        "api_version": version,
        "events": event::SUBSCRIBED,
        "known_by": {
            "product": subscription::PLAN_KEY,
            "price": subscription::LOOKUP_KEY,
            "portal": [portal::CONFIGURATION_KEY, portal::CONFIGURATION_VALUE],
        },
        "prices": prices,
    });
    Ok(format!("{document:#}\n"))
}
