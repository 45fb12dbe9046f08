//! What is owed and how it is paid: cards, invoices, what waits for the next invoice.

use serde::{Deserialize, Serialize};

/// What becomes of a card: of attaching it to a customer, and of a charge to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardBehavior {
    /// Every charge succeeds.
    Pays,
    /// It can't be attached to a customer, and every charge is declined.
    Declines,
    /// It can be attached; every charge is declined.
    DeclinesWhenCharged,
    /// Every charge succeeds, and its payer disputes it.
    Disputed,
    /// Every charge succeeds, and the payer's bank asks about it.
    Inquired,
}

/// Whose a card is, as it was given with it: `billing_details`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// An address for mail.
    pub email: Option<String>,
    /// A name.
    pub name: Option<String>,
    /// A number.
    pub phone: Option<String>,
}

/// A card, of a customer or of nobody yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// `pm_…`.
    pub id: String,
    /// Unix seconds.
    pub created: i64,
    /// As Stripe writes it: `visa`.
    pub brand: String,
    /// The end of its number.
    pub last4: String,
    /// Whose it is, as it was given with it.
    pub owner: Owner,
    /// What becomes of a charge.
    pub behavior: CardBehavior,
}

/// Where an invoice is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceStatus {
    /// Not yet final: has no number, nothing is due.
    Draft,
    /// Final, and to be paid.
    Open,
    /// Paid.
    Paid,
    /// Written off.
    Uncollectible,
    /// Taken back.
    Void,
}

/// Why there is an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BillingReason {
    /// A subscription began.
    SubscriptionCreate,
    /// A period began.
    SubscriptionCycle,
    /// A subscription changed.
    SubscriptionUpdate,
    /// A preview of the next period's.
    Upcoming,
    /// Asked for by hand, such as at an immediate cancellation.
    Manual,
}

/// A line of an invoice, or of one that is to come. All amounts are in cents; a credit is negative.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// `il_…`.
    pub id: String,
    /// What for.
    pub description: String,
    /// In cents; negative for a credit.
    pub amount: i64,
    /// How many.
    pub quantity: i64,
    /// `price_…`.
    pub price: String,
    /// For part of a period, because something changed.
    pub proration: bool,
    /// For what time, Unix seconds.
    pub period: (i64, i64),
    /// `si_…`.
    pub item: String,
    /// `ii_…` when it waited for this invoice.
    pub invoice_item: Option<String>,
}

/// A proration that waits for the next invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingItem {
    /// `ii_…`.
    pub id: String,
    /// Whose.
    pub customer: String,
    /// Of which subscription.
    pub subscription: String,
    /// What it will be on the invoice.
    pub line: Line,
}

/// An invoice. All amounts are in cents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    /// `in_…`.
    pub id: String,
    /// Given when it becomes final.
    pub number: Option<String>,
    /// Unix seconds.
    pub created: i64,
    /// Whose.
    pub customer: String,
    /// Of which subscription.
    pub subscription: String,
    /// Where it is in its life.
    pub status: InvoiceStatus,
    /// Why there is one.
    pub reason: BillingReason,
    /// What for.
    pub lines: Vec<Line>,
    /// The time whose pending items it takes up, Unix seconds.
    pub period: (i64, i64),
    /// `usd`.
    pub currency: String,
    /// The customer's balance before it; negative is credit.
    pub starting_balance: i64,
    /// The customer's balance after it; set when it becomes final.
    pub ending_balance: Option<i64>,
    /// What is due once it is final.
    pub amount_due: i64,
    /// What was paid.
    pub amount_paid: i64,
    /// How often a payment was tried.
    pub attempt_count: u32,
    /// When the next try is, Unix seconds.
    pub next_payment_attempt: Option<i64>,
    /// When it became final, Unix seconds.
    pub finalized_at: Option<i64>,
    /// When it was paid, Unix seconds.
    pub paid_at: Option<i64>,
    /// When it was taken back, Unix seconds.
    pub voided_at: Option<i64>,
    /// When it was written off, Unix seconds.
    pub uncollectible_at: Option<i64>,
}

impl Invoice {
    /// The sum of the lines, in cents; negative when there is more credit than charge.
    pub fn total(&self) -> i64 {
        self.lines.iter().map(|line| line.amount).sum()
    }
    /// What is left to pay, in cents.
    pub fn remaining(&self) -> i64 {
        self.amount_due - self.amount_paid
    }
}
