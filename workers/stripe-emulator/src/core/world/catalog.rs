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

/// For how much something is sold, again and again.
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
    /// How long a period is, in units of …
    pub interval: Interval,
    /// … so many.
    pub interval_count: u32,
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
            interval: Interval::Month,
            interval_count: 1,
            active: true,
            nickname: None,
            metadata: BTreeMap::new(),
        }
    }
}
