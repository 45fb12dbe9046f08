//! Checkout sessions, by the fields that are read.

use crate::{
    objects::{Reference, null_is_default},
    units::{Cents, Money, UnixSeconds},
};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Where a purchase stands.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum CheckoutStatus {
    /// The page can be used.
    Open,
    /// Something was bought.
    Complete,
    /// Nothing was bought, and nothing can be any more.
    Expired,
    /// One that Stripe added since.
    Unknown(String),
}
impl From<String> for CheckoutStatus {
    fn from(text: String) -> Self {
        match text.as_str() {
            "open" => Self::Open,
            "complete" => Self::Complete,
            "expired" => Self::Expired,
            _ => Self::Unknown(text),
        }
    }
}

/// A purchase on Stripe's page.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CheckoutSession {
    /// `cs_…`.
    pub id: String,
    /// Where it stands.
    pub status: Option<CheckoutStatus>,
    /// The page, while it is open.
    pub url: Option<String>,
    /// Who pays.
    #[serde(default)]
    pub customer: Reference,
    /// What was bought, once it was.
    #[serde(default)]
    pub subscription: Reference,
    /// Ours: the organization.
    pub client_reference_id: Option<String>,
    /// `paid`, `unpaid` or `no_payment_required`.
    pub payment_status: Option<String>,
    /// When the page closes.
    pub expires_at: Option<UnixSeconds>,
    /// Real money, or a test.
    #[serde(default)]
    pub livemode: bool,
    /// Ours.
    #[serde(default, deserialize_with = "null_is_default")]
    pub metadata: BTreeMap<String, String>,
    amount_total: Option<Cents>,
    currency: Option<String>,
}
impl CheckoutSession {
    /// What it costs in all.
    pub fn total(&self) -> Option<Money> {
        Some(Money { cents: self.amount_total?, currency: self.currency.clone()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_session_in_each_state() {
        let open: CheckoutSession = serde_json::from_str(
            r#"{"id":"cs_1","object":"checkout.session","status":"open","url":"https://x/","customer":"cus_1","subscription":null,
                "client_reference_id":"org_1","payment_status":"unpaid","expires_at":9,"metadata":{"checkout_id":"c"},
                "amount_total":2700,"currency":"usd","new":[]}"#,
        )
        .unwrap();
        assert_eq!(
            (&open.status, open.subscription.0.as_deref(), open.expires_at),
            (&Some(CheckoutStatus::Open), None, Some(UnixSeconds(9)))
        );
        assert_eq!(open.total(), Some(Money { cents: Cents(2_700), currency: "usd".into() }));
        for (text, status) in [
            ("complete", CheckoutStatus::Complete),
            ("expired", CheckoutStatus::Expired),
            ("melted", CheckoutStatus::Unknown("melted".into())),
        ] {
            let session: CheckoutSession = serde_json::from_str(&format!(r#"{{"id":"cs_1","status":"{text}","url":null}}"#)).unwrap();
            assert_eq!((session.status, session.url.as_deref()), (Some(status), None));
        }
    }
}
