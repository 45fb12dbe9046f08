//! Events: the envelope by the fields that are read, and whom an event concerns.
//!
//! An event is only a hint: what it says of an object may be old, so the customer is read again at Stripe. What matters here is
//! that nothing in an object makes an event unreadable: unknown fields and shapes are passed over.

use crate::{charge::is_charge, objects::Reference, units::UnixSeconds};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::fmt;

/// The events that Stripe is asked to deliver, and that are asked for when deliveries fail to come: whatever concerns a customer or what
/// it subscribes to, and every [`Fact`](crate::fact::Fact). At most 20, or Stripe would not list them in one call.
pub const SUBSCRIBED: [&str; 18] = [
    "charge.dispute.funds_reinstated",
    "charge.dispute.funds_withdrawn",
    "charge.refunded",
    "checkout.session.completed",
    "checkout.session.expired",
    "credit_note.created",
    "customer.deleted",
    "customer.subscription.created",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.resumed",
    "customer.subscription.trial_will_end",
    "customer.subscription.updated",
    "customer.updated",
    "invoice.paid",
    "invoice.payment_action_required",
    "invoice.payment_failed",
    "invoice.voided",
];

/// An event.
#[derive(Debug, Clone)]
pub struct Event {
    /// `evt_…`: the same in every delivery of it.
    pub id: String,
    /// Such as `customer.subscription.updated`.
    pub kind: String,
    /// When it happened.
    pub created: UnixSeconds,
    /// Real money, or a test.
    pub livemode: bool,
    /// The version in which the object is written.
    pub api_version: Option<String>,
    /// The connected account it happened in; ours is not one, so such an event is not for us.
    pub account: Option<String>,
    /// The object as it was then, as JSON text.
    pub object: Box<RawValue>,
    /// What its fields were before, as JSON text, where the event says so.
    pub previous: Option<Box<RawValue>>,
    /// What the object is, such as `subscription`.
    pub object_type: Option<String>,
    /// Its id.
    pub object_id: Option<String>,
    /// The customer it concerns.
    pub customer: Option<String>,
    /// The subscription it concerns.
    pub subscription: Option<String>,
    /// The charge that a dispute is about.
    pub charge: Option<String>,
}

/// Not an event that we understand: not JSON, or without what every event has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventError(String);
impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a Stripe event: {}", self.0)
    }
}
impl std::error::Error for EventError {}

#[derive(Deserialize)]
struct Envelope {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    created: UnixSeconds,
    livemode: bool,
    api_version: Option<String>,
    #[serde(default)]
    account: Reference,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Box<RawValue>,
    previous_attributes: Option<Box<RawValue>>,
}

/// What may stand in an object, of whatever type, and leads to a customer or a subscription.
#[derive(Deserialize, Default)]
struct Subject {
    #[serde(default)]
    object: Reference,
    #[serde(default)]
    id: Reference,
    #[serde(default)]
    customer: Reference,
    #[serde(default)]
    subscription: Reference,
    #[serde(default)]
    charge: Reference,
    #[serde(default)]
    parent: Lenient<Parent>,
}

/// Invoices name their subscription here since 2025.
#[derive(Deserialize, Default)]
struct Parent {
    #[serde(default)]
    subscription_details: Lenient<Details>,
}
#[derive(Deserialize, Default)]
struct Details {
    #[serde(default)]
    subscription: Reference,
}
/// A payment method that was taken off its customer names it only here.
#[derive(Deserialize, Default)]
struct Previous {
    #[serde(default)]
    customer: Reference,
}

/// A field that reads as its default where something else stands.
#[derive(Deserialize, Default)]
#[serde(from = "Maybe<T>")]
#[serde(bound(deserialize = "T: Deserialize<'de> + Default"))]
pub(crate) struct Lenient<T: Default>(pub T);

#[derive(Deserialize)]
#[serde(untagged)]
enum Maybe<T> {
    As(T),
    Other(serde::de::IgnoredAny),
}
impl<T: Default> From<Maybe<T>> for Lenient<T> {
    fn from(maybe: Maybe<T>) -> Self {
        Self(match maybe {
            Maybe::As(value) => value,
            Maybe::Other(_) => T::default(),
        })
    }
}

impl Event {
    /// Reads an event from the body of a delivery (after its signature was verified) or from a list.
    ///
    /// # Errors
    /// Says which field of the envelope is missing or wrong.
    pub fn parse(bytes: &[u8]) -> Result<Self, EventError> {
        let envelope: Envelope = serde_json::from_slice(bytes).map_err(|e| EventError(e.to_string()))?;
        // An object that is none of ours to understand is still stored: then it concerns nobody.
        let subject: Subject = serde_json::from_str(envelope.data.object.get()).unwrap_or_default();
        let previous = envelope.data.previous_attributes;
        let before: Previous = previous.as_ref().and_then(|text| serde_json::from_str(text.get()).ok()).unwrap_or_default();
        let (object_type, object_id) = (subject.object.0, subject.id.0);
        let is = |kind: &str| object_type.as_deref() == Some(kind);
        let customer = if is("customer") { object_id.clone() } else { subject.customer.0.or(before.customer.0) };
        let subscription = if is("subscription") {
            object_id.clone()
        } else {
            subject.subscription.0.or(subject.parent.0.subscription_details.0.subscription.0)
        };
        let charge = if is("dispute") { subject.charge.0 } else { None };
        Ok(Self {
            id: envelope.id,
            kind: envelope.kind,
            created: envelope.created,
            livemode: envelope.livemode,
            api_version: envelope.api_version,
            account: envelope.account.0,
            object: envelope.data.object,
            previous,
            object_type,
            object_id,
            customer,
            subscription,
            charge,
        })
    }

    /// What Stripe is to be asked about: the customer, or of a dispute, which names none, the charge that does.
    pub fn subject(&self) -> Option<&str> {
        self.customer.as_deref().or(self.charge.as_deref().filter(|id| is_charge(id)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn event(kind: &str, data: &str) -> Event {
        let json = format!(
            r#"{{"id":"evt_1","object":"event","type":"{kind}","created":7,"livemode":false,"api_version":"2026-10-28.endive","pending_webhooks":1,"request":{{"id":null}},"data":{data}}}"#
        );
        Event::parse(json.as_bytes()).unwrap()
    }

    #[test]
    fn finds_whom_an_event_concerns() {
        for (kind, data, object, customer, subscription) in [
            ("customer.created", r#"{"object":{"object":"customer","id":"cus_1"}}"#, Some("cus_1"), Some("cus_1"), None),
            ("customer.deleted", r#"{"object":{"object":"customer","id":"cus_1","deleted":true}}"#, Some("cus_1"), Some("cus_1"), None),
            (
                "customer.subscription.updated",
                r#"{"object":{"object":"subscription","id":"sub_1","customer":"cus_1"},"previous_attributes":{"items":{"data":[]}}}"#,
                Some("sub_1"),
                Some("cus_1"),
                Some("sub_1"),
            ),
            (
                "customer.subscription.deleted",
                r#"{"object":{"object":"subscription","id":"sub_1","customer":{"id":"cus_1","object":"customer"}}}"#,
                Some("sub_1"),
                Some("cus_1"),
                Some("sub_1"),
            ),
            (
                "invoice.paid",
                r#"{"object":{"object":"invoice","id":"in_1","customer":"cus_1","parent":{"type":"subscription_details","subscription_details":{"subscription":"sub_1"}}}}"#,
                Some("in_1"),
                Some("cus_1"),
                Some("sub_1"),
            ),
            (
                "invoice.paid",
                r#"{"object":{"object":"invoice","id":"in_1","customer":"cus_1","parent":null}}"#,
                Some("in_1"),
                Some("cus_1"),
                None,
            ),
            (
                "invoice.upcoming",
                r#"{"object":{"object":"invoice","customer":"cus_1","subscription":"sub_1"}}"#,
                None,
                Some("cus_1"),
                Some("sub_1"),
            ),
            (
                "checkout.session.completed",
                r#"{"object":{"object":"checkout.session","id":"cs_1","customer":"cus_1","subscription":"sub_1"}}"#,
                Some("cs_1"),
                Some("cus_1"),
                Some("sub_1"),
            ),
            (
                "payment_method.detached",
                r#"{"object":{"object":"payment_method","id":"pm_1","customer":null},"previous_attributes":{"customer":"cus_1"}}"#,
                Some("pm_1"),
                Some("cus_1"),
                None,
            ),
            (
                "subscription_schedule.updated",
                r#"{"object":{"object":"subscription_schedule","id":"sub_sched_1","customer":"cus_1","subscription":"sub_1"}}"#,
                Some("sub_sched_1"),
                Some("cus_1"),
                Some("sub_1"),
            ),
            ("charge.refunded", r#"{"object":{"object":"charge","id":"ch_1","customer":"cus_1"}}"#, Some("ch_1"), Some("cus_1"), None),
            (
                "entitlements.active_entitlement_summary.updated",
                r#"{"object":{"object":"entitlements.active_entitlement_summary","customer":"cus_1"}}"#,
                None,
                Some("cus_1"),
                None,
            ),
            ("charge.dispute.created", r#"{"object":{"object":"dispute","id":"dp_1","charge":"ch_1"}}"#, Some("dp_1"), None, None),
            ("price.updated", r#"{"object":{"object":"price","id":"price_1"}}"#, Some("price_1"), None, None),
            (
                "odd",
                r#"{"object":{"object":5,"id":[],"customer":{"name":"x"},"subscription":false,"parent":"x"},"previous_attributes":7}"#,
                None,
                None,
                None,
            ),
            ("odder", r#"{"object":"text"}"#, None, None, None),
        ] {
            let event = event(kind, data);
            assert_eq!(
                (event.object_id.as_deref(), event.customer.as_deref(), event.subscription.as_deref()),
                (object, customer, subscription),
                "{kind}"
            );
            assert_eq!((event.kind.as_str(), event.created, event.livemode), (kind, UnixSeconds(7), false));
        }
    }

    #[test]
    fn a_dispute_names_a_charge_where_others_name_a_customer() {
        let subject = |data: &str| event("x", data).subject().map(str::to_owned);
        assert_eq!(subject(r#"{"object":{"object":"dispute","id":"du_1","charge":"ch_1"}}"#).as_deref(), Some("ch_1"));
        assert_eq!(
            subject(r#"{"object":{"object":"dispute","id":"du_1","charge":{"id":"py_1","object":"charge"}}}"#).as_deref(),
            Some("py_1")
        );
        assert_eq!(subject(r#"{"object":{"object":"dispute","id":"du_1","charge":"cus_1"}}"#), None, "no charge");
        assert_eq!(subject(r#"{"object":{"object":"refund","id":"re_1","charge":"ch_1"}}"#), None, "that one is no dispute");
        assert_eq!(subject(r#"{"object":{"object":"charge","id":"ch_1","customer":"cus_1"}}"#).as_deref(), Some("cus_1"));
    }

    #[test]
    fn keeps_the_object_as_it_was_written() {
        let event = event("x", r#"{"object":{"id":"a",  "n":1.50}}"#);
        assert_eq!(event.object.get(), r#"{"id":"a",  "n":1.50}"#);
        assert_eq!(event.api_version.as_deref(), Some("2026-10-28.endive"));
    }

    #[test]
    fn says_what_is_missing() {
        for (json, says) in [
            ("", "EOF"),
            ("[]", "length 0"),
            (r#"{"type":"x"}"#, "missing field `id`"),
            (r#"{"id":"evt_1","type":"x","created":1,"livemode":true}"#, "missing field `data`"),
            (r#"{"id":"evt_1","type":"x","created":"1","livemode":true,"data":{"object":{}}}"#, "invalid type"),
        ] {
            let error = Event::parse(json.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }

    proptest! {
        #[test]
        fn garbage_never_panics(bytes: Vec<u8>) {
            let _ = Event::parse(&bytes);
        }
    }
}
