//! What was read at Stripe, in our words.

use crate::{
    money::Money,
    plans::{Interval, Plan},
};
use kernel::Millis;

/// A subscription's status: Stripe's eight, and what it may add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// The first payment is not through yet.
    Incomplete,
    /// It never got through. Final.
    IncompleteExpired,
    /// In a trial.
    Trialing,
    /// Paid.
    Active,
    /// A renewal's payment failed; Stripe is still trying.
    PastDue,
    /// Over. Final.
    Canceled,
    /// Stripe stopped trying; invoices stay open.
    Unpaid,
    /// A trial ended without a payment method.
    Paused,
    /// One that Stripe added since. Grants nothing.
    Unknown(String),
}

impl Status {
    /// The eight that are known.
    pub const KNOWN: [Self; 8] = [
        Self::Incomplete,
        Self::IncompleteExpired,
        Self::Trialing,
        Self::Active,
        Self::PastDue,
        Self::Canceled,
        Self::Unpaid,
        Self::Paused,
    ];

    /// As Stripe writes it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Incomplete => "incomplete",
            Self::IncompleteExpired => "incomplete_expired",
            Self::Trialing => "trialing",
            Self::Active => "active",
            Self::PastDue => "past_due",
            Self::Canceled => "canceled",
            Self::Unpaid => "unpaid",
            Self::Paused => "paused",
            Self::Unknown(text) => text,
        }
    }
    /// Reads what Stripe writes.
    pub fn parse(text: &str) -> Self {
        Self::KNOWN.into_iter().find(|s| s.as_str() == text).unwrap_or_else(|| Self::Unknown(text.to_owned()))
    }
    /// As people read it.
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Incomplete => "Waiting for the first payment",
            Self::IncompleteExpired => "Never paid",
            Self::Trialing => "Trial",
            Self::Active => "Active",
            Self::PastDue => "Payment overdue",
            Self::Canceled => "Canceled",
            Self::Unpaid => "Unpaid",
            Self::Paused => "Paused",
            Self::Unknown(_) => "Unknown",
        }
    }
    /// Whether it grants what was bought. While a payment is overdue it does, for a time ([`super::entitlement()`]).
    pub const fn grants(&self) -> bool {
        matches!(self, Self::Active | Self::Trialing | Self::PastDue)
    }
    /// Whether it is over for good.
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::IncompleteExpired | Self::Canceled)
    }
}

/// A subscription as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Stripe's id, `sub_…`.
    pub id: String,
    /// Its status.
    pub status: Status,
    /// The item that sells a plan, `si_…`.
    pub item: Option<String>,
    /// The item's price, `price_…`.
    pub price: Option<String>,
    /// The price's lookup key.
    pub lookup_key: Option<String>,
    /// The plan that the price sells: by its lookup key, or because an operator mapped it. `None` for one that nobody knows.
    pub plan: Option<Plan>,
    /// What one seat costs. `None` where the price says no single amount.
    pub seat: Option<Money>,
    /// How often it is due. `None` for an interval that no plan has.
    pub interval: Option<Interval>,
    /// Seats.
    pub quantity: Option<i64>,
    /// When the current period ends.
    pub period_end: Option<Millis>,
    /// Whether it ends then.
    pub cancel_at_period_end: bool,
    /// When it ends, if another moment is settled.
    pub cancel_at: Option<Millis>,
    /// When the trial ends or ended.
    pub trial_end: Option<Millis>,
}

impl Reading {
    /// Whether its end is settled and can still be undone.
    pub const fn is_ending(&self) -> bool {
        !self.status.is_final() && (self.cancel_at_period_end || self.cancel_at.is_some())
    }
    /// When it will end, if that is settled.
    pub fn ends_at(&self) -> Option<Millis> {
        if self.cancel_at_period_end { self.period_end } else { self.cancel_at }
    }
    /// What a whole period costs.
    pub fn total(&self) -> Option<Money> {
        Some(self.seat?.times(self.quantity?))
    }
}

/// What Stripe says of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Customer {
    /// It is there. Its metadata may say whose it is: the id of an organization.
    There {
        /// What `org_id` in its metadata says.
        org: Option<String>,
    },
    /// There is none with this id, or it was deleted.
    Missing,
}

/// All that Stripe says of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// Itself.
    pub customer: Customer,
    /// Every subscription it has or had.
    pub subscriptions: Vec<Reading>,
}

/// The one subscription that counts of several: one that grants comes first, then one that is not over, then the one whose period ends
/// last, then the greater id, so that every reader picks the same.
pub fn pick(readings: &[Reading]) -> Option<&Reading> {
    readings.iter().max_by_key(|r| (r.status.grants(), !r.status.is_final(), r.period_end, r.id.as_str()))
}

#[cfg(test)]
pub(super) fn reading(id: &str, status: Status) -> Reading {
    Reading {
        id: id.to_owned(),
        status,
        item: Some("si_1".to_owned()),
        price: Some("price_1".to_owned()),
        lookup_key: Some("portico_team_monthly".to_owned()),
        plan: Some(Plan::Team),
        seat: Plan::Team.price(Interval::Month).map(|p| p.seat),
        interval: Some(Interval::Month),
        quantity: Some(5),
        period_end: Some(Millis::new(10_000)),
        cancel_at_period_end: false,
        cancel_at: None,
        trial_end: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_round_trips_and_new_ones_are_kept() {
        for text in ["incomplete", "incomplete_expired", "trialing", "active", "past_due", "canceled", "unpaid", "paused", "dormant"] {
            let status = Status::parse(text);
            assert_eq!(status.as_str(), text);
            assert_eq!(matches!(status, Status::Unknown(_)), text == "dormant");
        }
        assert_eq!(Status::KNOWN.iter().filter(|s| s.grants()).count(), 3);
        assert!(!Status::parse("dormant").grants());
    }

    #[test]
    fn every_reader_picks_the_same_of_several() {
        let mut later = reading("c", Status::Active);
        later.period_end = Some(Millis::new(20_000));
        let (canceled, unpaid, active) = (reading("z", Status::Canceled), reading("y", Status::Unpaid), reading("b", Status::Active));
        let mut all = vec![canceled, unpaid, active, later];
        for _ in 0..all.len() {
            all.rotate_left(1);
            assert_eq!(pick(&all).map(|r| r.id.as_str()), Some("c"));
        }
        assert_eq!(
            pick(&all.iter().filter(|r| !r.status.grants()).cloned().collect::<Vec<_>>()).map(|r| r.id.clone()).as_deref(),
            Some("y")
        );
        assert_eq!(pick(&[]), None);
    }

    #[test]
    fn an_end_is_known_before_it_comes() {
        let mut r = reading("a", Status::Active);
        assert!(!r.is_ending() && r.ends_at().is_none());
        r.cancel_at_period_end = true;
        assert_eq!((r.is_ending(), r.ends_at()), (true, r.period_end));
        r.status = Status::Canceled;
        assert!(!r.is_ending());
    }
}
