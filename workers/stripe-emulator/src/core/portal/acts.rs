//! What a customer does on the portal's page. Each is the call of the API that does the same, so that it has the same effects and
//! events.

use super::super::{
    Context, Settings,
    error::ApiError,
    form::Form,
    params::Params,
    payment, payment_methods, subscriptions,
    world::{CardBehavior, PortalConfiguration, PortalSession, World},
};

/// Something that is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Another price, another quantity, or both.
    Change {
        /// `sub_…`.
        subscription: String,
        /// `price_…`.
        price: String,
        /// How many.
        quantity: String,
    },
    /// To end with the period, or at once where the portal is set to that.
    Cancel {
        /// `sub_…`.
        subscription: String,
        /// At once.
        now: bool,
    },
    /// Not to end after all.
    Undo {
        /// `sub_…`.
        subscription: String,
    },
    /// Another card.
    Card(CardBehavior),
}

/// Does it. Nothing changes when it fails.
///
/// # Errors
/// What the portal is not set to allow; what the API refuses, such as a card that is declined.
pub fn act(
    world: &mut World,
    settings: &Settings<'_>,
    (session, configuration): &(PortalSession, PortalConfiguration),
    act: &Act,
    now: i64,
) -> Result<(), ApiError> {
    let mut next = world.clone();
    let context = Context::unasked(settings, now);
    let features = &configuration.features;
    let off = || ApiError::refused("The portal's configuration doesn't allow this.");
    let done = match act {
        Act::Card(_) if !features.payment_method_update => Err(off()),
        Act::Card(behavior) => {
            let card = payment::card(&mut next, payment::token(*behavior), now).ok_or_else(off)?;
            payment::attachable(&card).map(|()| payment_methods::give(&mut next, &context, &session.customer, card))
        }
        Act::Change { subscription, price, quantity } => {
            let allowed = features.subscription_update.as_ref().ok_or_else(off)?;
            let held = own(&next, session, subscription)?;
            let item = held.items.first().ok_or_else(|| ApiError::refused("This subscription has no items."))?;
            let sold = features.products.iter().any(|(product, prices)| {
                prices.contains(price) || (prices.is_empty() && next.prices.iter().any(|p| p.id == *price && p.product == *product))
            });
            let may = |what: &str| allowed.iter().any(|word| word == what);
            if (*price != item.price && !(may("price") && sold)) || (*quantity != item.quantity.to_string() && !may("quantity")) {
                return Err(off());
            }
            if quantity.parse().is_ok_and(|n: i64| n < 1) {
                return Err(ApiError::invalid("quantity", "Choose at least one.".to_owned()));
            }
            let mut form = Form::default();
            form.add("items[0][id]", &item.id).add("items[0][price]", price).add("items[0][quantity]", quantity);
            form.add("proration_behavior", &features.update_proration).add("payment_behavior", "error_if_incomplete");
            subscriptions::update(&mut next, subscription, Params::of(&[form.as_str()])?, &context).map(drop)
        }
        Act::Cancel { .. } if !features.subscription_cancel => Err(off()),
        Act::Cancel { subscription, now: at_once } => {
            own(&next, session, subscription)?;
            if *at_once || features.cancel_immediately {
                let mut form = Form::default();
                form.add("prorate", if features.cancel_proration == "none" { "false" } else { "true" });
                form.add("invoice_now", if features.cancel_proration == "always_invoice" { "true" } else { "false" });
                subscriptions::cancel(&mut next, subscription, Params::of(&[form.as_str()])?, &context).map(drop)
            } else {
                subscriptions::update(&mut next, subscription, Params::of(&["cancel_at_period_end=true"])?, &context).map(drop)
            }
        }
        Act::Undo { subscription } => {
            own(&next, session, subscription)?;
            subscriptions::update(&mut next, subscription, Params::of(&["cancel_at_period_end=false"])?, &context).map(drop)
        }
    };
    if done.is_ok() {
        *world = next;
    }
    done
}

/// A subscription of the one who visits, which is not over.
fn own<'w>(world: &'w World, session: &PortalSession, id: &str) -> Result<&'w super::super::world::Subscription, ApiError> {
    let held = world.subscriptions.iter().find(|s| s.id == id && s.customer == session.customer && s.ended_at.is_none());
    held.ok_or_else(|| ApiError::no_such("subscription", id, "subscription"))
}
