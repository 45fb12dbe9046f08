//! Money that moved: charges, what was given back of them, and what their payers dispute.

use super::Card;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A payment by card that succeeded. All amounts are in the currency's minor unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// `ch_…`.
    pub id: String,
    /// The payment intent that it carried out, `pi_…`: one for each charge.
    pub intent: String,
    /// Unix seconds.
    pub created: i64,
    /// Who paid; nobody's where a guest bought on the checkout page.
    pub customer: Option<String>,
    /// How much.
    pub amount: i64,
    /// Such as `usd`.
    pub currency: String,
    /// What for.
    pub description: Option<String>,
    /// The caller's, of the payment intent.
    pub metadata: BTreeMap<String, String>,
    /// What with.
    pub card: Card,
    /// What was given back, oldest first.
    pub refunds: Vec<Refund>,
    /// Whether its payer disputed it at the bank.
    pub dispute: Option<Dispute>,
}

impl Charge {
    /// What was given back in all.
    pub fn refunded(&self) -> i64 {
        self.refunds.iter().map(|refund| refund.amount).sum()
    }
}

/// Money given back of a charge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// `re_…`.
    pub id: String,
    /// Unix seconds.
    pub created: i64,
    /// How much, in the currency's minor unit.
    pub amount: i64,
    /// Why, where it was said.
    pub reason: Option<String>,
    /// The caller's.
    pub metadata: BTreeMap<String, String>,
}

/// Where a dispute stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeStatus {
    /// The bank asks, and takes nothing yet.
    WarningNeedsResponse,
    /// The bank took the money; the merchant may answer.
    NeedsResponse,
    /// The merchant was right: the money is back.
    Won,
    /// The payer was right.
    Lost,
    /// The bank asked, and left it at that.
    WarningClosed,
}
impl DisputeStatus {
    /// As Stripe writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WarningNeedsResponse => "warning_needs_response",
            Self::NeedsResponse => "needs_response",
            Self::Won => "won",
            Self::Lost => "lost",
            Self::WarningClosed => "warning_closed",
        }
    }
    /// Whether the bank still has to decide.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::WarningNeedsResponse | Self::NeedsResponse)
    }
}

/// Money that a dispute moved on the account's balance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// `txn_…`.
    pub id: String,
    /// Unix seconds.
    pub at: i64,
}

/// A charge that its payer disputes at the bank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispute {
    /// `du_…`.
    pub id: String,
    /// Unix seconds.
    pub created: i64,
    /// How much is at stake, in the currency's minor unit.
    pub amount: i64,
    /// Such as `fraudulent`.
    pub reason: String,
    /// Where it stands.
    pub status: DisputeStatus,
    /// The bank took the money.
    pub withdrawn: Option<Movement>,
    /// The bank gave it back.
    pub reinstated: Option<Movement>,
}
