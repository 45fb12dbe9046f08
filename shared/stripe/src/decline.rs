//! Why a payment was declined, for the person who pays: in our words, with what helps.
//!
//! Codes: Stripe's list of decline codes and of card errors. What Stripe advises not to reveal (a card reported lost or stolen, a
//! suspicion of fraud) reads as the general refusal.

/// The bank wants its customer to confirm.
pub const CONFIRM: &str = "The bank wants you to confirm this payment. Open the invoice in Stripe's portal and confirm it there.";
const GENERAL: &str = "The bank declined the payment without a reason. Use another card, or ask the bank.";

/// What to say of a decline code, or of an error code where there is no decline code.
pub fn say(code: Option<&str>) -> &'static str {
    match code.unwrap_or_default() {
        "insufficient_funds" | "withdrawal_count_limit_exceeded" | "card_velocity_exceeded" => {
            "The card doesn't have the funds for this payment, or its limit is reached. Use another card, or try again later."
        }
        "expired_card" | "invalid_expiry_month" | "invalid_expiry_year" => "The card has expired. Use another card.",
        "incorrect_cvc" | "invalid_cvc" => "The card's security code is wrong. Enter it again.",
        "incorrect_number" | "invalid_number" => "The card's number is wrong. Enter it again.",
        "incorrect_zip" | "incorrect_address" | "incorrect_postal_code" => {
            "The billing address doesn't match the card. Correct it, or use another card."
        }
        "card_not_supported" | "transaction_not_allowed" | "service_not_allowed" | "restricted_card" | "not_permitted" => {
            "The card doesn't allow payments like this one. Use another card, or ask the bank."
        }
        "currency_not_supported" => "The card doesn't support the currency. Use another card.",
        "authentication_required"
        | "authentication_not_handled"
        | "mobile_device_authentication_required"
        | "subscription_payment_intent_requires_action" => CONFIRM,
        "processing_error" | "issuer_not_available" | "try_again_later" | "reenter_transaction" | "approve_with_id" => {
            "The payment couldn't be processed. Try again; if it fails again, use another card."
        }
        "duplicate_transaction" => "A payment of the same amount was made just before. Check the invoices before you try again.",
        "testmode_decline" | "live_mode_test_card" => "That is a card for tests. Use a real one.",
        _ => GENERAL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_should_not_be_revealed_is_not() {
        for code in
            ["lost_card", "stolen_card", "fraudulent", "pickup_card", "merchant_blacklist", "generic_decline", "card_declined", "new_code"]
        {
            assert_eq!(say(Some(code)), GENERAL, "{code}");
        }
        assert_eq!(say(None), GENERAL);
        assert_ne!(say(Some("insufficient_funds")), GENERAL);
    }
}
