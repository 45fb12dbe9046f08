//! Units: amounts of money and moments, as Stripe writes them.

use serde::{Deserialize, Serialize};

/// A moment, in Unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnixSeconds(pub i64);
impl UnixSeconds {
    /// In Unix milliseconds, held at the last that there is.
    pub const fn millis(self) -> i64 {
        self.0.saturating_mul(1_000)
    }
}

/// An amount in a currency's minor unit: cents, or what the currency has in their place. Below zero for what is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cents(pub i64);

/// An amount and of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Money {
    /// How much.
    pub cents: Cents,
    /// Three letters, lower case.
    pub currency: String,
}
