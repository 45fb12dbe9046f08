//! Cards and what becomes of a charge. Stripe's own test tokens stand for cards: `pm_card_visa` pays.

use super::world::{Card, CardBehavior, World};

/// Stripe's test tokens, with what they stand for here.
const TOKENS: &[(&str, &str, &str, CardBehavior)] = &[
    ("pm_card_visa", "visa", "4242", CardBehavior::Pays),
    ("pm_card_mastercard", "mastercard", "4444", CardBehavior::Pays),
    ("pm_card_amex", "amex", "8431", CardBehavior::Pays),
    ("pm_card_chargeDeclined", "visa", "0002", CardBehavior::Declines),
    ("pm_card_visa_chargeDeclined", "visa", "0002", CardBehavior::Declines),
    ("pm_card_chargeCustomerFail", "visa", "0341", CardBehavior::DeclinesLater),
];

/// A new card for one of Stripe's test tokens. `None` for another token.
pub fn card(world: &mut World, token: &str, now: i64) -> Option<Card> {
    let (_, brand, last4, behavior) = TOKENS.iter().find(|(name, ..)| *name == token)?;
    Some(Card { id: world.new_id("pm"), created: now, brand: (*brand).to_owned(), last4: (*last4).to_owned(), behavior: *behavior })
}

/// The test token of a behavior.
pub fn token(behavior: CardBehavior) -> &'static str {
    match behavior {
        CardBehavior::Pays => "pm_card_visa",
        CardBehavior::Declines => "pm_card_chargeDeclined",
        CardBehavior::DeclinesLater => "pm_card_chargeCustomerFail",
    }
}
