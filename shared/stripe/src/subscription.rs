//! Customers, subscriptions and prices, by the fields that are read.

use crate::{
    objects::{List, Reference, null_is_default},
    units::{Cents, Money, UnixSeconds},
};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Somebody who pays: one of our organizations.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Customer {
    /// `cus_…`.
    pub id: String,
    /// Deleted at Stripe: then nothing but the id is left.
    #[serde(default)]
    pub deleted: bool,
    /// Real money, or a test.
    #[serde(default)]
    pub livemode: bool,
    /// Where receipts go.
    pub email: Option<String>,
    /// Name on invoices.
    pub name: Option<String>,
    /// Whether the latest invoice is overdue.
    pub delinquent: Option<bool>,
    /// Ours: `org_id` says whose customer this is.
    #[serde(default, deserialize_with = "null_is_default")]
    pub metadata: BTreeMap<String, String>,
}

/// A subscription.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Subscription {
    /// `sub_…`.
    pub id: String,
    /// Its status, as Stripe writes it: what follows from it is the caller's.
    pub status: String,
    /// Whose it is.
    pub customer: Reference,
    /// What is subscribed to; ours have one item.
    pub items: List<Item>,
    /// Ends with its period.
    #[serde(default)]
    pub cancel_at_period_end: bool,
    /// When it will end, if that is settled.
    pub cancel_at: Option<UnixSeconds>,
    /// When it was decided that it ends.
    pub canceled_at: Option<UnixSeconds>,
    /// When it ended.
    pub ended_at: Option<UnixSeconds>,
    /// When the trial ends.
    pub trial_end: Option<UnixSeconds>,
    /// When it was made.
    pub created: UnixSeconds,
    /// Real money, or a test.
    #[serde(default)]
    pub livemode: bool,
    /// Three letters, lower case.
    pub currency: Option<String>,
    /// The invoice of the current period.
    #[serde(default)]
    pub latest_invoice: Reference,
    /// Ours.
    #[serde(default, deserialize_with = "null_is_default")]
    pub metadata: BTreeMap<String, String>,
}

impl Subscription {
    /// When what was paid for ends: periods are the items' own since 2025, the earliest counts.
    pub fn current_period_end(&self) -> Option<UnixSeconds> {
        self.items.data.iter().filter_map(|item| item.current_period_end).min()
    }
}

/// One thing that a subscription is to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Item {
    /// `si_…`.
    pub id: String,
    /// At what price; Stripe always inlines it here.
    pub price: Price,
    /// How many: seats. Absent for metered prices.
    pub quantity: Option<i64>,
    /// When the current period began.
    pub current_period_start: Option<UnixSeconds>,
    /// When it ends.
    pub current_period_end: Option<UnixSeconds>,
}

/// The key in a product's metadata that says which plan it is.
pub const PLAN_KEY: &str = "portico_plan";
/// The key in a price's metadata that keeps the lookup key it was made with. When an amount changes, the lookup key goes on to the new
/// price; who bought before stays on the old one and keeps the plan.
pub const LOOKUP_KEY: &str = "portico_lookup_key";

/// A price.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Price {
    /// `price_…`.
    pub id: String,
    /// What we find it by; plans are known by this, never by the id.
    pub lookup_key: Option<String>,
    /// Three letters, lower case.
    pub currency: Option<String>,
    /// For one, in the minor unit; absent for tiered prices.
    pub unit_amount: Option<Cents>,
    /// How often; absent for one-time prices.
    pub recurring: Option<Recurring>,
    /// Whether it can be subscribed to.
    #[serde(default)]
    pub active: bool,
    /// What is sold.
    #[serde(default)]
    pub product: Reference,
    /// Ours.
    #[serde(default, deserialize_with = "null_is_default")]
    pub metadata: BTreeMap<String, String>,
}

impl Price {
    /// The lookup key by which it is sold, or was before another price took over.
    pub fn known_as(&self) -> Option<&str> {
        self.lookup_key.as_deref().or_else(|| self.metadata.get(LOOKUP_KEY).map(String::as_str))
    }
    /// What one costs. `None` for a tiered price.
    pub fn unit(&self) -> Option<Money> {
        Some(Money { cents: self.unit_amount?, currency: self.currency.clone()? })
    }
}

/// How often a price is due.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Recurring {
    /// `day`, `week`, `month` or `year`.
    pub interval: String,
    /// Every how many of them.
    pub interval_count: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_subscription_and_ignores_what_it_does_not_know() {
        let json = r#"{"id":"sub_1","object":"subscription","status":"active","customer":"cus_1","created":1,"cancel_at_period_end":false,"new_field":{"a":[1]},
            "items":{"object":"list","has_more":false,"url":"/v1/subscription_items","data":[
              {"id":"si_1","object":"subscription_item","quantity":3,"current_period_start":10,"current_period_end":20,
               "price":{"id":"price_1","object":"price","lookup_key":"portico_team_monthly","unit_amount":900,"currency":"usd","active":true,
                        "recurring":{"interval":"month","interval_count":1},"product":{"id":"prod_1","object":"product"}}},
              {"id":"si_2","price":{"id":"price_2"},"current_period_end":15}]}}"#;
        let subscription: Subscription = serde_json::from_str(json).unwrap();
        assert_eq!(subscription.current_period_end(), Some(UnixSeconds(15)));
        assert_eq!(subscription.customer.0.as_deref(), Some("cus_1"));
        let item = &subscription.items.data[0];
        assert_eq!(
            (item.quantity, item.price.lookup_key.as_deref(), item.price.product.0.as_deref()),
            (Some(3), Some("portico_team_monthly"), Some("prod_1"))
        );
        assert_eq!(item.price.unit(), Some(Money { cents: Cents(900), currency: "usd".into() }));
        assert_eq!(subscription.items.data[1].price.unit(), None);
    }

    #[test]
    fn a_price_that_was_replaced_is_still_known() {
        let known = |json: &str| serde_json::from_str::<Price>(json).unwrap().known_as().map(str::to_owned);
        let old = r#"{"id":"price_1","lookup_key":null,"metadata":{"portico_lookup_key":"portico_team_monthly"}}"#;
        assert_eq!(known(old).as_deref(), Some("portico_team_monthly"));
        assert_eq!(known(r#"{"id":"price_1","lookup_key":"a","metadata":{"portico_lookup_key":"b"}}"#).as_deref(), Some("a"));
        assert_eq!(known(r#"{"id":"price_1","lookup_key":null,"metadata":null}"#), None);
    }

    #[test]
    fn reads_a_deleted_customer() {
        let customer: Customer = serde_json::from_str(r#"{"id":"cus_1","object":"customer","deleted":true}"#).unwrap();
        assert!(customer.deleted && customer.email.is_none());
    }
}
