//! What can be wrong between what Stripe says and what Portico holds. Each kind has its own explanation and its own remedy; none of
//! them ever deletes data.

use super::{Customer, Reading, Remote, pick};
use crate::plans::Price;
use serde_json::{Value, json};

/// A repair state (product.md §8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Finding {
    /// The customer that we hold is not at Stripe.
    CustomerMissing,
    /// The subscription that we held is not at Stripe, and no other is.
    SubscriptionMissing,
    /// More than one subscription is alive: somebody pays twice.
    SubscriptionDouble,
    /// The customer says at Stripe that it is another organization's.
    CustomerShared,
    /// The subscription's price sells no plan that we know.
    PriceUnknown,
    /// The price sells a plan, for another amount, currency or interval than ours.
    PriceMismatch,
    /// More seats are used than paid for, or more paid for than the plan has.
    SeatDrift,
    /// Stripe's events don't arrive: what happened was found by asking.
    WebhookSilence,
    /// Stripe could not be read several times.
    ProviderOutage,
    /// Stripe's customer portal has not been set up.
    PortalNotConfigured,
}

impl Finding {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::CustomerMissing,
        Self::SubscriptionMissing,
        Self::SubscriptionDouble,
        Self::CustomerShared,
        Self::PriceUnknown,
        Self::PriceMismatch,
        Self::SeatDrift,
        Self::WebhookSilence,
        Self::ProviderOutage,
        Self::PortalNotConfigured,
    ];
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CustomerMissing => "customer_missing",
            Self::SubscriptionMissing => "subscription_missing",
            Self::SubscriptionDouble => "subscription_double",
            Self::CustomerShared => "customer_shared",
            Self::PriceUnknown => "price_unknown",
            Self::PriceMismatch => "price_mismatch",
            Self::SeatDrift => "seat_drift",
            Self::WebhookSilence => "webhook_silence",
            Self::ProviderOutage => "provider_outage",
            Self::PortalNotConfigured => "portal_not_configured",
        }
    }
    /// Reads what is stored.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.as_str() == text)
    }
    /// As a heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::CustomerMissing => "The customer record is missing at Stripe",
            Self::SubscriptionMissing => "The subscription is missing at Stripe",
            Self::SubscriptionDouble => "There is more than one subscription",
            Self::CustomerShared => "The customer record belongs to another organization",
            Self::PriceUnknown => "The price is not one of ours",
            Self::PriceMismatch => "The price differs from the plan's",
            Self::SeatDrift => "Seats used and seats paid for don't match",
            Self::WebhookSilence => "Stripe's events don't arrive",
            Self::ProviderOutage => "Stripe can't be reached",
            Self::PortalNotConfigured => "Stripe's customer portal isn't set up",
        }
    }
    /// Whether each successful reading decides it anew. The others come and go with what they are about.
    pub const fn is_read(self) -> bool {
        !matches!(self, Self::WebhookSilence | Self::PortalNotConfigured)
    }
}

/// Something wrong, with the facts that show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What.
    pub kind: Finding,
    /// The facts: an object without secrets.
    pub detail: Value,
}

/// What follows from a reading, before anything is granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict<'a> {
    /// What is wrong.
    pub found: Vec<Found>,
    /// What the slot is to hold.
    pub slot: Slot<'a>,
    /// The subscription that grants, if it is one whose status does.
    pub granting: Option<&'a Reading>,
}

/// What the organization's one subscription slot is to hold after a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot<'a> {
    /// This, or nothing.
    Holds(Option<&'a Reading>),
    /// What it held before: it is missing at Stripe, and stays as the trace of what was until somebody decides.
    Stays,
}

/// Judges a reading. `org` is the organization that holds the customer, `held` the subscription held before, `seats_used` members and open
/// invitations.
pub fn judge<'a>(org: &str, held: Option<&Reading>, remote: &'a Remote, seats_used: i64) -> Verdict<'a> {
    let mut found = Vec::new();
    let mut say = |kind, detail| found.push(Found { kind, detail });
    let shared = match &remote.customer {
        Customer::Missing => {
            say(Finding::CustomerMissing, json!({}));
            let slot = if held.is_some() { Slot::Stays } else { Slot::Holds(None) };
            return Verdict { found, slot, granting: None };
        }
        Customer::There { org: Some(other) } if other != org => {
            say(Finding::CustomerShared, json!({"claimed_by": other}));
            true
        }
        Customer::There { .. } => false,
    };
    let picked = pick(&remote.subscriptions);
    let alive = picked.filter(|s| !s.status.is_final());
    let missing = held.filter(|h| !h.status.is_final() && alive.is_none() && remote.subscriptions.iter().all(|s| s.id != h.id));
    if let Some(held) = missing {
        say(Finding::SubscriptionMissing, json!({"subscription": held.id}));
        return Verdict { found, slot: Slot::Stays, granting: None };
    }
    let several: Vec<&str> = remote.subscriptions.iter().filter(|s| !s.status.is_final()).map(|s| s.id.as_str()).collect();
    if several.len() > 1 {
        say(Finding::SubscriptionDouble, json!({"subscriptions": several}));
    }
    if let Some(s) = alive {
        of_price(s, &mut say);
        of_seats(s, seats_used, &mut say);
    }
    Verdict { found, slot: Slot::Holds(picked), granting: alive.filter(|_| !shared) }
}

fn of_price(s: &Reading, say: &mut impl FnMut(Finding, Value)) {
    let shown = |seat: Option<crate::money::Money>| seat.map(|m| m.to_string());
    let Some(plan) = s.plan else {
        return say(Finding::PriceUnknown, json!({"price": s.price, "lookup_key": s.lookup_key, "seat": shown(s.seat)}));
    };
    // A price that an operator mapped is theirs to judge.
    let Some(ours) = s.lookup_key.as_deref().and_then(Price::of) else { return };
    if s.seat != Some(ours.seat) || s.interval != Some(ours.interval) {
        let interval = s.interval.map(crate::plans::Interval::as_str);
        say(
            Finding::PriceMismatch,
            json!({"price": s.price, "plan": plan.as_str(), "seat": shown(s.seat), "ours": ours.seat.to_string(), "interval": interval}),
        );
    }
}

fn of_seats(s: &Reading, used: i64, say: &mut impl FnMut(Finding, Value)) {
    let Some(plan) = s.plan else { return };
    let (paid, most) = (s.quantity.unwrap_or(0), i64::from(plan.limits().seats));
    if used > paid || paid > most {
        say(Finding::SeatDrift, json!({"paid": paid, "used": used, "most": most}));
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Status, reading::reading},
        *,
    };

    const ORG: &str = "org_1";

    fn remote(subscriptions: Vec<Reading>) -> Remote {
        Remote { customer: Customer::There { org: Some(ORG.to_owned()) }, subscriptions }
    }
    fn kinds(held: Option<&Reading>, remote: &Remote, used: i64) -> Vec<Finding> {
        judge(ORG, held, remote, used).found.into_iter().map(|f| f.kind).collect()
    }

    #[test]
    fn nothing_is_wrong_with_an_ordinary_subscription_or_none() {
        let r = reading("a", Status::Active);
        assert_eq!(kinds(Some(&r), &remote(vec![r.clone(), reading("old", Status::Canceled)]), 5), []);
        assert_eq!(kinds(None, &remote(vec![]), 3), []);
        let over = reading("a", Status::Canceled);
        assert_eq!(kinds(Some(&r), &remote(vec![over]), 30), [], "an end that Stripe tells of is no fault, nor are seats over it");
    }

    #[test]
    fn each_fault_is_seen() {
        let r = reading("a", Status::Active);
        let gone = Remote { customer: Customer::Missing, subscriptions: vec![] };
        assert_eq!(kinds(Some(&r), &gone, 3), [Finding::CustomerMissing]);
        assert_eq!(kinds(Some(&r), &remote(vec![]), 3), [Finding::SubscriptionMissing]);
        assert_eq!(kinds(Some(&r), &remote(vec![reading("b", Status::Canceled)]), 3), [Finding::SubscriptionMissing]);
        assert_eq!(kinds(Some(&r), &remote(vec![reading("b", Status::Active)]), 3), [], "another took its place");
        assert_eq!(kinds(Some(&r), &remote(vec![r.clone(), reading("b", Status::Unpaid)]), 3), [Finding::SubscriptionDouble]);
        let shared = Remote { customer: Customer::There { org: Some("org_2".into()) }, ..remote(vec![r.clone()]) };
        assert_eq!(kinds(Some(&r), &shared, 3), [Finding::CustomerShared]);
        let unknown = Reading { plan: None, lookup_key: None, ..r.clone() };
        assert_eq!(kinds(Some(&r), &remote(vec![unknown]), 3), [Finding::PriceUnknown]);
        let dearer = Reading { seat: r.seat.map(|m| m.times(2)), ..r.clone() };
        assert_eq!(kinds(Some(&r), &remote(vec![dearer]), 3), [Finding::PriceMismatch]);
        let mapped = Reading { lookup_key: None, seat: None, ..r.clone() };
        assert_eq!(kinds(Some(&r), &remote(vec![mapped]), 3), []);
        for (quantity, used) in [(Some(2), 3), (Some(11), 3), (None, 1), (Some(0), 1)] {
            let drifted = Reading { quantity, ..r.clone() };
            assert_eq!(kinds(Some(&r), &remote(vec![drifted]), used), [Finding::SeatDrift], "{quantity:?}");
        }
    }

    #[test]
    fn what_is_missing_keeps_its_place_and_grants_nothing() {
        let r = reading("a", Status::Active);
        let gone = Remote { customer: Customer::Missing, subscriptions: vec![] };
        for lost in [gone.clone(), remote(vec![]), remote(vec![reading("b", Status::Canceled)])] {
            let verdict = judge(ORG, Some(&r), &lost, 3);
            assert_eq!((verdict.slot, verdict.granting), (Slot::Stays, None));
        }
        assert_eq!(judge(ORG, None, &gone, 3).slot, Slot::Holds(None));
        let over = reading("a", Status::Canceled);
        assert_eq!(judge(ORG, Some(&over), &remote(vec![]), 3).slot, Slot::Holds(None), "what was over may go");
        let shared = Remote { customer: Customer::There { org: Some("org_2".into()) }, subscriptions: vec![r.clone()] };
        let verdict = judge(ORG, Some(&r), &shared, 3);
        assert_eq!((verdict.slot, verdict.granting), (Slot::Holds(Some(&r)), None), "what is another's grants nothing");
    }

    #[test]
    fn stored_kinds_round_trip() {
        for kind in Finding::ALL {
            assert_eq!(Finding::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(Finding::parse("else"), None);
    }
}
