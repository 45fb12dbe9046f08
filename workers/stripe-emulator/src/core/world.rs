//! The whole state, one value that serializes: keep it wherever a text can be kept.

mod billing;
mod catalog;
mod hosted;
mod payments;

pub use billing::{BillingReason, Card, CardBehavior, Invoice, InvoiceStatus, Line, Owner, PendingItem};
pub use catalog::{Interval, Price, Product, Recurring};
pub use hosted::{
    CheckoutItem, CheckoutMode, CheckoutSession, CheckoutStatus, PortalConfiguration, PortalFeatures, PortalSession, WebhookEndpoint,
};
pub use payments::{Charge, Dispute, DisputeStatus, Movement, Refund};

use super::{
    pack::Packed,
    webhooks::{Delivery, Switches},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{collections::BTreeMap, sync::Arc};

/// How many events are kept at most; Stripe keeps them for 30 days, which holds here too. A burst of 5,000 changes, with an invoice
/// for some, has room, and the whole state stays within the 25 MiB that KV takes.
pub const MAX_EVENTS: usize = 12_000;

/// Everything the emulator knows. Objects stand in the order they were made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct World {
    /// In every id, so that those of an emulator that was reset are never seen again.
    salt: String,
    count: u64,
    /// Where the emulator's own pages are: an origin. Said anew whenever time passes.
    pub pages: String,
    /// Customers, deleted ones too.
    pub customers: Vec<Customer>,
    /// Products.
    pub products: Vec<Product>,
    /// Prices.
    pub prices: Vec<Price>,
    /// Subscriptions of every status.
    pub subscriptions: Vec<Subscription>,
    /// Invoices of every status.
    pub invoices: Vec<Invoice>,
    /// What waits for the next invoice.
    pub pending: Vec<PendingItem>,
    /// Payments that succeeded.
    pub charges: Vec<Charge>,
    /// Cards that are no customer's.
    pub loose_cards: Vec<Card>,
    /// Purchases on the checkout page.
    pub checkouts: Vec<CheckoutSession>,
    /// What the portal can be set to.
    pub portal_configurations: Vec<PortalConfiguration>,
    /// Visits to the portal.
    pub portal_sessions: Vec<PortalSession>,
    /// Where events go, beside the one endpoint that the emulator is set to.
    pub endpoints: Vec<WebhookEndpoint>,
    /// Events, oldest first; shared between copies of the world.
    pub events: Vec<Arc<StoredEvent>>,
    /// For each kind of object the first that an event carried: the others are kept as what is different from it.
    pub patterns: BTreeMap<String, Arc<Value>>,
    /// Webhooks under way.
    pub deliveries: Vec<Delivery>,
    /// Answers to repeat.
    pub answers: Vec<KeptAnswer>,
    /// What is to go wrong.
    pub switches: Switches,
}

/// Somebody who pays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Customer {
    /// `cus_…`.
    pub id: String,
    /// Unix seconds.
    pub created: i64,
    /// Where receipts go.
    pub email: Option<String>,
    /// Name on invoices.
    pub name: Option<String>,
    /// The caller's.
    pub description: Option<String>,
    /// A number.
    pub phone: Option<String>,
    /// The caller's.
    pub metadata: BTreeMap<String, String>,
    /// Deleted: only a stub is shown.
    pub deleted: bool,
    /// The card that is charged: its default payment method.
    pub payment_method: Option<Card>,
    /// In cents, for the next invoice; negative is credit.
    pub balance: i64,
    /// The latest payment failed and was not made up for.
    pub delinquent: bool,
    /// How many invoices it had: their numbers count up.
    pub invoice_count: u32,
}

impl Customer {
    /// One who was just made: an id, and nothing known. `created` is Unix seconds.
    pub fn new(id: &str, created: i64) -> Self {
        Self {
            id: id.to_owned(),
            created,
            email: None,
            name: None,
            description: None,
            phone: None,
            metadata: BTreeMap::new(),
            deleted: false,
            payment_method: None,
            balance: 0,
            delinquent: false,
            invoice_count: 0,
        }
    }
}

/// A subscription.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Subscription {
    /// `sub_…`.
    pub id: String,
    /// Unix seconds.
    pub created: i64,
    /// Whose.
    pub customer: String,
    /// As Stripe writes it.
    pub status: String,
    /// What to.
    pub items: Vec<Item>,
    /// From where periods are counted, Unix seconds.
    pub anchor: i64,
    /// Ends with its period.
    pub cancel_at_period_end: bool,
    /// When it was decided that it ends.
    pub canceled_at: Option<i64>,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// When it ends by a date of its own, Unix seconds.
    pub cancel_at: Option<i64>,
    /// When a trial began, Unix seconds.
    pub trial_start: Option<i64>,
    /// When a trial ends or ended, Unix seconds.
    pub trial_end: Option<i64>,
    /// What a trial's end does without a card: `create_invoice`, `cancel` or `pause`.
    pub trial_without_card: String,
    /// The end of the trial that was announced.
    pub trial_announced: Option<i64>,
    /// The end of the period whose renewal was announced.
    pub renewal_announced: Option<i64>,
    /// Its own card, `pm_…`; otherwise the customer's.
    pub default_payment_method: Option<String>,
    /// `in_…`.
    pub latest_invoice: Option<String>,
    /// Why it ends: reason, comment, feedback.
    pub cancellation: [Option<String>; 3],
    /// The caller's.
    pub metadata: BTreeMap<String, String>,
}

/// One thing a subscription is to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// `si_…`.
    pub id: String,
    /// Unix seconds.
    pub created: i64,
    /// At what price.
    pub price: String,
    /// How many.
    pub quantity: i64,
    /// The current period, Unix seconds.
    pub period: (i64, i64),
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredEvent {
    /// `evt_…`.
    pub id: String,
    /// Unix seconds.
    pub created: i64,
    /// Such as `customer.created`.
    pub kind: String,
    /// The id of the object; empty for one without.
    pub object_id: String,
    /// What kind of object it is: which pattern it is packed against.
    pub object_kind: String,
    /// The object as it was then.
    pub object: Packed,
    /// What it was before, where it changed.
    pub previous: Option<Value>,
    /// The request that did it, and its idempotency key; absent for what time did.
    pub request: Option<(String, Option<String>)>,
    /// Whether the endpoint took it.
    pub delivered: bool,
}

/// An answer that a repeated request gets again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptAnswer {
    /// The idempotency key.
    pub key: String,
    /// Path and parameters.
    pub request: String,
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: String,
    /// Unix seconds.
    pub at: i64,
}

impl World {
    /// A world with the plans of the product and nobody in it. `now` is Unix seconds.
    pub fn new(now: i64) -> Self {
        let (products, prices) = catalog::of_the_plans(now);
        Self {
            salt: base36(now.unsigned_abs()),
            count: 0,
            pages: String::new(),
            customers: Vec::new(),
            products,
            prices,
            subscriptions: Vec::new(),
            invoices: Vec::new(),
            pending: Vec::new(),
            charges: Vec::new(),
            loose_cards: Vec::new(),
            checkouts: Vec::new(),
            portal_configurations: vec![super::portal::configurations::first(now)],
            portal_sessions: Vec::new(),
            endpoints: Vec::new(),
            events: Vec::new(),
            patterns: BTreeMap::new(),
            deliveries: Vec::new(),
            answers: Vec::new(),
            switches: Switches::default(),
        }
    }

    /// A copy without what happened and what is under way: to see what would become of it.
    pub(crate) fn without_history(&self) -> Self {
        Self { events: Vec::new(), deliveries: Vec::new(), answers: Vec::new(), ..self.clone() }
    }

    /// A new id: never one that this world, or one before it, had.
    pub fn new_id(&mut self, prefix: &str) -> String {
        self.count += 1;
        format!("{prefix}_{}{:0>6}", self.salt, base36(self.count))
    }
}

fn base36(mut n: u64) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(u32::try_from(n % 36).ok().and_then(|d| char::from_digit(d, 36)).unwrap_or('0'));
        n /= 36;
        if n == 0 {
            return digits.iter().rev().collect();
        }
    }
}
