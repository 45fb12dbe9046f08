//! What is sold: products and their prices.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is sold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// `prod_…`.
    pub id: String,
    /// Unix seconds.
    pub created: i64,
    /// Unix seconds.
    pub updated: i64,
    /// Its name.
    pub name: String,
    /// Whether it is still sold.
    pub active: bool,
    /// For those who buy it.
    pub description: Option<String>,
    /// What one of it is called.
    pub unit_label: Option<String>,
    /// The caller's.
    pub metadata: BTreeMap<String, String>,
}

impl Product {
    /// One that is sold, about which only its name is known. `created` is Unix seconds.
    pub fn new(id: &str, name: &str, created: i64) -> Self {
        Self {
            id: id.to_owned(),
            created,
            updated: created,
            name: name.to_owned(),
            active: true,
            description: None,
            unit_label: None,
            metadata: BTreeMap::new(),
        }
    }
}

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interval {
    /// A day.
    Day,
    /// Seven days.
    Week,
    /// A calendar month in UTC.
    Month,
    /// A calendar year in UTC.
    Year,
}
impl Interval {
    /// All, as Stripe writes them.
    pub const WORDS: [&'static str; 4] = ["day", "week", "month", "year"];
    /// As Stripe writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }
    /// Reads one of [`Interval::WORDS`].
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Day, Self::Week, Self::Month, Self::Year].into_iter().find(|one| one.as_str() == word)
    }
}

/// How often a price is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recurring {
    /// How long a period is, in units of …
    pub interval: Interval,
    /// … so many.
    pub count: u32,
}
impl Recurring {
    /// Such as `month`, `3 months`.
    pub fn words(self) -> String {
        let unit = self.interval.as_str();
        if self.count == 1 { unit.to_owned() } else { format!("{} {unit}s", self.count) }
    }
}

/// For how much something is sold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// `price_…`.
    pub id: String,
    /// Unix seconds.
    pub created: i64,
    /// Its product.
    pub product: String,
    /// What it is found by; one price has a key at a time.
    pub lookup_key: Option<String>,
    /// For one, in cents.
    pub unit_amount: i64,
    /// `usd`.
    pub currency: String,
    /// How often it is due; once where it is absent.
    pub recurring: Option<Recurring>,
    /// Whether anything new can be sold at it.
    pub active: bool,
    /// The caller's name for it.
    pub nickname: Option<String>,
    /// The caller's.
    pub metadata: BTreeMap<String, String>,
}

impl Price {
    /// A price in US dollars for a month. `created` is Unix seconds, `unit_amount` in cents.
    pub fn monthly(id: &str, product: &str, unit_amount: i64, created: i64) -> Self {
        Self {
            id: id.to_owned(),
            created,
            product: product.to_owned(),
            lookup_key: None,
            unit_amount,
            currency: "usd".to_owned(),
            recurring: Some(Recurring { interval: Interval::Month, count: 1 }),
            active: true,
            nickname: None,
            metadata: BTreeMap::new(),
        }
    }
}

/// Plan, name, and what a seat costs for a month and for a year, in cents.
const PLANS: [(&str, &str, i64, i64); 2] = [("team", "Team", 900, 9_000), ("business", "Business", 2_900, 29_000)];

/// What `npm run stripe:setup` makes of the plans, so that it has nothing to do here; tests/stripe-sdk holds both together.
pub(super) fn of_the_plans(now: i64) -> (Vec<Product>, Vec<Price>) {
    let product = |plan: &str, name: &str| Product {
        unit_label: Some("seat".to_owned()),
        metadata: [("portico_plan".to_owned(), plan.to_owned())].into(),
        ..Product::new(&format!("prod_portico_{plan}"), name, now)
    };
    let price = |plan: &str, key: String, unit_amount: i64, interval: Interval| Price {
        lookup_key: Some(key.clone()),
        metadata: [("portico_lookup_key".to_owned(), key.clone())].into(),
        recurring: Some(Recurring { interval, count: 1 }),
        ..Price::monthly(&format!("price_{key}"), &format!("prod_portico_{plan}"), unit_amount, now)
    };
    let products = PLANS.iter().map(|(plan, name, ..)| product(plan, name)).collect();
    let prices = PLANS.iter().flat_map(|(plan, _, month, year)| {
        [
            price(plan, format!("portico_{plan}_monthly"), *month, Interval::Month),
            price(plan, format!("portico_{plan}_yearly"), *year, Interval::Year),
        ]
    });
    (products, prices.collect())
}
