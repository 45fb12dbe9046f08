//! Invoices, by the fields that are read.

use crate::{
    objects::{List, Reference},
    units::{Cents, UnixSeconds},
};
use serde::Deserialize;

/// An invoice.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Invoice {
    /// `in_…`.
    pub id: String,
    /// What stands on it; absent on a draft.
    pub number: Option<String>,
    /// `draft`, `open`, `paid`, `void` or `uncollectible`, or one that Stripe added since.
    pub status: Option<String>,
    /// Who pays.
    #[serde(default)]
    pub customer: Reference,
    /// What is to be paid, after credit.
    pub amount_due: Cents,
    /// What was paid.
    pub amount_paid: Cents,
    /// What is still to be paid.
    pub amount_remaining: Cents,
    /// What it comes to, before credit.
    pub total: Cents,
    /// Of what: three letters, lower case.
    pub currency: String,
    /// When it was made.
    pub created: UnixSeconds,
    /// Why: `subscription_create`, `subscription_cycle`, `subscription_update`…
    pub billing_reason: Option<String>,
    /// How often payment was tried.
    #[serde(default)]
    pub attempt_count: i64,
    /// When it is tried next.
    pub next_payment_attempt: Option<UnixSeconds>,
    parent: Option<Parent>,
}
impl Invoice {
    /// The subscription it is for.
    pub fn subscription(&self) -> Option<&str> {
        self.parent.as_ref()?.subscription_details.as_ref()?.subscription.0.as_deref()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Parent {
    subscription_details: Option<SubscriptionDetails>,
}
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct SubscriptionDetails {
    #[serde(default)]
    subscription: Reference,
}

/// What a change would invoice.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Preview {
    /// What would be charged now, after credit.
    pub amount_due: Cents,
    /// What it comes to, before credit. Below zero when more is given back than charged: then it becomes credit.
    pub total: Cents,
    /// Of what: three letters, lower case.
    pub currency: String,
    /// What it is made of.
    pub lines: List<PreviewLine>,
}

/// One line of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PreviewLine {
    /// In Stripe's words.
    pub description: Option<String>,
    /// How much. Below zero for time that was paid for and will not be used.
    pub amount: Cents,
    /// How many: seats.
    pub quantity: Option<i64>,
    /// For when.
    pub period: Period,
    parent: Option<LineParent>,
}
impl PreviewLine {
    /// Whether it is for a part of a period: the change itself. The others are due anyway.
    pub fn is_proration(&self) -> bool {
        self.parent.as_ref().and_then(|p| p.subscription_item_details.as_ref()).is_some_and(|d| d.proration)
    }
}

/// From when to when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Period {
    /// When it begins.
    pub start: UnixSeconds,
    /// When it ends.
    pub end: UnixSeconds,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct LineParent {
    subscription_item_details: Option<ItemDetails>,
}
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct ItemDetails {
    #[serde(default)]
    proration: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_an_invoice() {
        let json = |parent: &str| {
            format!(
                r#"{{"id":"in_1","object":"invoice","number":null,"status":"open","customer":"cus_1","amount_due":900,"amount_paid":0,
                    "amount_remaining":900,"total":900,"currency":"usd","created":5,"billing_reason":"subscription_cycle","attempt_count":2,
                    "next_payment_attempt":9,"parent":{parent},"lines":{{"data":[]}}}}"#
            )
        };
        let read = |parent: &str| serde_json::from_str::<Invoice>(&json(parent)).unwrap();
        let invoice =
            read(r#"{"type":"subscription_details","quote_details":null,"subscription_details":{"subscription":"sub_1","metadata":{}}}"#);
        assert_eq!(
            (invoice.subscription(), invoice.amount_remaining, invoice.next_payment_attempt),
            (Some("sub_1"), Cents(900), Some(UnixSeconds(9)))
        );
        for parent in ["null", r#"{"type":"quote_details","subscription_details":null}"#] {
            assert_eq!(read(parent).subscription(), None);
        }
    }

    #[test]
    fn reads_a_preview() {
        let preview: Preview = serde_json::from_str(
            r#"{"id":"upcoming_in_1","object":"invoice","amount_due":0,"total":-150,"currency":"usd","lines":{"object":"list","has_more":false,"data":[
                {"id":"il_1","amount":-450,"description":"Unused time","quantity":1,"period":{"start":1,"end":2},
                 "parent":{"type":"subscription_item_details","invoice_item_details":null,"subscription_item_details":{"proration":true,"subscription":"sub_1"}}},
                {"id":"il_2","amount":300,"description":null,"quantity":null,"period":{"start":2,"end":3},"parent":null}]}}"#,
        )
        .unwrap();
        assert_eq!((preview.amount_due, preview.total), (Cents(0), Cents(-150)));
        assert_eq!(preview.lines.data.iter().map(PreviewLine::is_proration).collect::<Vec<_>>(), [true, false]);
    }
}
