//! What stands behind Stripe's own pages: checkout sessions, visits to the portal and what it is set to.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where a checkout session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckoutStatus {
    /// Its page can be used.
    Open,
    /// Something was bought.
    Complete,
    /// Nothing was bought, and nothing can be any more.
    Expired,
}
impl CheckoutStatus {
    /// As Stripe writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Complete => "complete",
            Self::Expired => "expired",
        }
    }
}

/// What a checkout page sells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckoutMode {
    /// Something that is paid for once.
    Payment,
    /// A subscription.
    Subscription,
}
impl CheckoutMode {
    /// As Stripe writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::Subscription => "subscription",
        }
    }
}

/// One thing on a checkout page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckoutItem {
    /// `li_…`.
    pub id: String,
    /// `price_…`.
    pub price: String,
    /// How many.
    pub quantity: i64,
    /// Between what the buyer may choose another quantity.
    pub adjustable: Option<(i64, i64)>,
}

/// A purchase on the checkout page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckoutSession {
    /// `cs_test_…`.
    pub id: String,
    /// Unix seconds.
    pub created: i64,
    /// When the page closes, Unix seconds.
    pub expires_at: i64,
    /// What it sells.
    pub mode: CheckoutMode,
    /// Where it stands.
    pub status: CheckoutStatus,
    /// Who pays, `cus_…`; made by the purchase of a subscription where it is not given. A guest who pays once stays nobody's.
    pub customer: Option<String>,
    /// The address that the page is filled with.
    pub customer_email: Option<String>,
    /// The caller's.
    pub client_reference_id: Option<String>,
    /// Where a buyer goes.
    pub success_url: String,
    /// Where one who turns back goes.
    pub cancel_url: Option<String>,
    /// What is bought.
    pub items: Vec<CheckoutItem>,
    /// The caller's.
    pub metadata: BTreeMap<String, String>,
    /// What the payment is described with, and its metadata.
    pub payment_data: (Option<String>, BTreeMap<String, String>),
    /// What the subscription will be created with, beside customer and items: parameters of `POST /v1/subscriptions`, as a form.
    pub subscription_data: String,
    /// What is due at once, in cents.
    pub amount: i64,
    /// Whether the page asks for a card when nothing is due: `always` or `if_required`.
    pub payment_method_collection: String,
    /// Shown as it was given.
    pub allow_promotion_codes: Option<bool>,
    /// Shown as it was given.
    pub billing_address_collection: Option<String>,
    /// Shown as it was given.
    pub locale: Option<String>,
    /// Shown as it was given.
    pub submit_type: Option<String>,
    /// Shown as it was given.
    pub tax_id_collection: bool,
    /// Shown as it was given.
    pub phone_number_collection: bool,
    /// What was bought, `sub_…`.
    pub subscription: Option<String>,
    /// Its first invoice, `in_…`.
    pub invoice: Option<String>,
    /// What paid, where it was once: `pi_…`.
    pub payment_intent: Option<String>,
    /// The address that a guest gave.
    pub guest_email: Option<String>,
}

/// What customers may do in the portal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortalFeatures {
    /// `customer_update`: which fields, none when it is off.
    pub customer_update: Option<Vec<String>>,
    /// `invoice_history`.
    pub invoice_history: bool,
    /// `payment_method_update`.
    pub payment_method_update: bool,
    /// `subscription_cancel`.
    pub subscription_cancel: bool,
    /// Whether a cancellation takes effect at once instead of with the period.
    pub cancel_immediately: bool,
    /// What a cancellation does with the rest of the period.
    pub cancel_proration: String,
    /// `subscription_update`: `price`, `quantity`; none when it is off.
    pub subscription_update: Option<Vec<String>>,
    /// What a change does with the rest of the period.
    pub update_proration: String,
    /// The products and prices that can be changed to; every active price of an active product when none is named.
    pub products: Vec<(String, Vec<String>)>,
}

/// A configuration of the portal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortalConfiguration {
    /// `bpc_…`.
    pub id: String,
    /// Unix seconds.
    pub created: i64,
    /// Unix seconds.
    pub updated: i64,
    /// Whether sessions can use it.
    pub active: bool,
    /// Whether sessions that name none use it.
    pub is_default: bool,
    /// The caller's name for it.
    pub name: Option<String>,
    /// Where the way back leads when a session doesn't say.
    pub default_return_url: Option<String>,
    /// Headline, privacy policy, terms of service.
    pub business_profile: [Option<String>; 3],
    /// What customers may do.
    pub features: PortalFeatures,
    /// The caller's.
    pub metadata: BTreeMap<String, String>,
}

/// A visit to the portal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortalSession {
    /// `bps_…`.
    pub id: String,
    /// What the page's address ends with. Whoever has it is let in.
    pub secret: String,
    /// Unix seconds.
    pub created: i64,
    /// When the page was last used, Unix seconds.
    pub used: Option<i64>,
    /// Whose.
    pub customer: String,
    /// Where the way back leads.
    pub return_url: Option<String>,
    /// `bpc_…`.
    pub configuration: String,
    /// A page to begin with: its kind, and the subscription it is about.
    pub flow: Option<(String, Option<String>)>,
}

/// Somewhere that events go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookEndpoint {
    /// `we_…`.
    pub id: String,
    /// Unix seconds.
    pub created: i64,
    /// Where they go.
    pub url: String,
    /// Which: types, or `*` for every one.
    pub events: Vec<String>,
    /// The version that it asked for.
    pub api_version: Option<String>,
    /// The caller's.
    pub description: Option<String>,
    /// Whether they go there.
    pub enabled: bool,
    /// What they are signed with, `whsec_…`.
    pub secret: String,
    /// The caller's.
    pub metadata: BTreeMap<String, String>,
}
