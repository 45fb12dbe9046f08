//! Facts: events that say what happened once, unlike those that only say that something is different now.
//!
//! Each has its own id at Stripe ([`Fact::key`]), so that a ledger counts it once however often it is told, also by two events.

use crate::{
    event::{Event, Lenient},
    objects::Reference,
    units::{Cents, Money, UnixSeconds},
};
use serde::Deserialize;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// Somebody bought on Stripe's page.
    CheckoutCompleted(Checkout),
    /// A page closed without a purchase.
    CheckoutExpired(Checkout),
    /// An invoice was paid, if only with credit.
    InvoicePaid(InvoiceFact),
    /// A payment for an invoice failed.
    InvoicePaymentFailed(InvoiceFact),
    /// Money was given back.
    Refunded(Refund),
    /// The bank took the money of a payment that is disputed.
    DisputeWithdrawn(Dispute),
    /// The bank gave it back.
    DisputeReinstated(Dispute),
    /// A credit note was issued.
    CreditNoteIssued(CreditNote),
}

/// A purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// `cs_…`.
    pub session: String,
    /// Who bought.
    pub customer: Option<String>,
    /// What was bought.
    pub subscription: Option<String>,
    /// Ours: the organization.
    pub client_reference_id: Option<String>,
    /// What it cost.
    pub total: Option<Money>,
    /// Paid for once and at once, without an invoice that tells of the payment.
    pub paid_once: bool,
}

/// An invoice and a payment of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceFact {
    /// `in_…`.
    pub invoice: String,
    /// Who pays.
    pub customer: Option<String>,
    /// What it is for.
    pub subscription: Option<String>,
    /// What is to be paid.
    pub due: Option<Money>,
    /// What was paid.
    pub paid: Option<Money>,
    /// How often payment was tried.
    pub attempts: i64,
    /// When it is tried next; not any more when absent.
    pub next_attempt: Option<UnixSeconds>,
}

/// Money given back of a charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// `ch_…`.
    pub charge: String,
    /// `re_…`, where the charge still lists its refunds.
    pub refund: Option<String>,
    /// Whose.
    pub customer: Option<String>,
    /// What was given back this time.
    pub amount: Option<Money>,
    /// What has been given back of the charge in all.
    pub total: Option<Money>,
}

/// Money that moved because a payer disputes a payment at the bank. That there is a dispute and how it ends moves none: an inquiry takes
/// nothing, and one that is lost only stays taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// `du_…` or `dp_…`.
    pub dispute: String,
    /// The charge. The dispute doesn't name the customer; the charge does.
    pub charge: Option<String>,
    /// How much moved.
    pub amount: Option<Money>,
}

/// A credit note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditNote {
    /// `cn_…`.
    pub credit_note: String,
    /// The invoice it takes from.
    pub invoice: Option<String>,
    /// Whose.
    pub customer: Option<String>,
    /// How much.
    pub amount: Option<Money>,
}

/// Every field that is read of any of these objects. One of another shape reads as absent.
#[derive(Deserialize)]
struct Fields {
    #[serde(default)]
    currency: Reference,
    #[serde(default)]
    client_reference_id: Reference,
    #[serde(default)]
    amount_total: Lenient<Option<Cents>>,
    #[serde(default)]
    amount_due: Lenient<Option<Cents>>,
    #[serde(default)]
    amount_paid: Lenient<Option<Cents>>,
    #[serde(default)]
    amount_refunded: Lenient<Option<Cents>>,
    #[serde(default)]
    amount: Lenient<Option<Cents>>,
    #[serde(default)]
    attempt_count: Lenient<Option<i64>>,
    #[serde(default)]
    next_payment_attempt: Lenient<Option<UnixSeconds>>,
    #[serde(default)]
    refunds: Lenient<Refunds>,
    #[serde(default)]
    charge: Reference,
    #[serde(default)]
    invoice: Reference,
    #[serde(default)]
    mode: Reference,
    #[serde(default)]
    payment_status: Reference,
    #[serde(default)]
    balance_transactions: Lenient<Vec<Movement>>,
}
/// What a dispute moved on the account's balance.
#[derive(Deserialize)]
struct Movement {
    amount: Cents,
    #[serde(default)]
    currency: Reference,
}
#[derive(Deserialize, Default)]
struct Refunds {
    #[serde(default)]
    data: Vec<Reference>,
}
#[derive(Deserialize, Default)]
struct Before {
    #[serde(default)]
    amount_refunded: Lenient<Option<Cents>>,
}

impl Fact {
    /// The fact that an event tells. `None` for one that only says that something is different now, and for one that names nothing.
    pub fn of(event: &Event) -> Option<Self> {
        let make: fn(&Event, String, Fields) -> Self = match event.kind.as_str() {
            "checkout.session.completed" => |e, id, f| Self::CheckoutCompleted(checkout(e, id, f)),
            "checkout.session.expired" => |e, id, f| Self::CheckoutExpired(checkout(e, id, f)),
            "invoice.paid" => |e, id, f| Self::InvoicePaid(invoice(e, id, f)),
            "invoice.payment_failed" => |e, id, f| Self::InvoicePaymentFailed(invoice(e, id, f)),
            "charge.refunded" => |e, id, f| Self::Refunded(refund(e, id, f)),
            "charge.dispute.funds_withdrawn" => |_, id, f| Self::DisputeWithdrawn(dispute(id, f, |cents| cents < 0)),
            "charge.dispute.funds_reinstated" => |_, id, f| Self::DisputeReinstated(dispute(id, f, |cents| cents > 0)),
            "credit_note.created" => |e, id, f| Self::CreditNoteIssued(credit_note(e, id, f)),
            _ => return None,
        };
        let fields = serde_json::from_str(event.object.get()).ok()?;
        Some(make(event, event.object_id.clone()?, fields))
    }

    /// What the fact is the only one of: the kind, and the id of what it happened to. A charge can be refunded in parts and an invoice
    /// fail again, so those have what tells them apart beside the id.
    pub fn key(&self) -> (&'static str, String) {
        match self {
            Self::CheckoutCompleted(c) => ("checkout_completed", c.session.clone()),
            Self::CheckoutExpired(c) => ("checkout_expired", c.session.clone()),
            Self::InvoicePaid(i) => ("invoice_paid", i.invoice.clone()),
            Self::InvoicePaymentFailed(i) => ("invoice_payment_failed", format!("{}/{}", i.invoice, i.attempts)),
            Self::Refunded(r) => ("refunded", format!("{}/{}", r.charge, r.total.as_ref().map_or(0, |total| total.cents.0))),
            Self::DisputeWithdrawn(d) => ("dispute_withdrawn", d.dispute.clone()),
            Self::DisputeReinstated(d) => ("dispute_reinstated", d.dispute.clone()),
            Self::CreditNoteIssued(n) => ("credit_note_issued", n.credit_note.clone()),
        }
    }
}

fn money(cents: Option<Cents>, currency: &Reference) -> Option<Money> {
    Some(Money { cents: cents?, currency: currency.0.clone()? })
}

fn checkout(event: &Event, session: String, fields: Fields) -> Checkout {
    let is = |field: &Reference, word: &str| field.0.as_deref() == Some(word);
    Checkout {
        paid_once: is(&fields.mode, "payment") && is(&fields.payment_status, "paid") && fields.invoice.0.is_none(),
        session,
        customer: event.customer.clone(),
        subscription: event.subscription.clone(),
        total: money(fields.amount_total.0, &fields.currency),
        client_reference_id: fields.client_reference_id.0,
    }
}

fn invoice(event: &Event, invoice: String, fields: Fields) -> InvoiceFact {
    InvoiceFact {
        invoice,
        customer: event.customer.clone(),
        subscription: event.subscription.clone(),
        due: money(fields.amount_due.0, &fields.currency),
        paid: money(fields.amount_paid.0, &fields.currency),
        attempts: fields.attempt_count.0.unwrap_or(0),
        next_attempt: fields.next_payment_attempt.0,
    }
}

fn refund(event: &Event, charge: String, fields: Fields) -> Refund {
    let before: Option<Before> = event.previous.as_ref().and_then(|text| serde_json::from_str(text.get()).ok());
    let (total, before) = (fields.amount_refunded.0, before.and_then(|b| b.amount_refunded.0));
    // Without what was before there is no telling what is new of a refund in parts.
    let new = total.zip(before).map(|(total, before)| Cents(total.0.saturating_sub(before.0)));
    Refund {
        charge,
        refund: fields.refunds.0.data.into_iter().next().and_then(|first| first.0),
        customer: event.customer.clone(),
        amount: money(new, &fields.currency),
        total: money(total, &fields.currency),
    }
}

/// What moved stands among the movements of the balance, unless the account is kept in another currency than was charged: then, and
/// where the event lists none, it is what is at stake.
fn dispute(dispute: String, fields: Fields, moved: fn(i64) -> bool) -> Dispute {
    let movement = fields.balance_transactions.0.iter().find(|m| m.currency == fields.currency && moved(m.amount.0));
    let cents = movement.map(|m| Cents(m.amount.0.saturating_abs())).or(fields.amount.0);
    Dispute { dispute, charge: fields.charge.0, amount: money(cents, &fields.currency) }
}

fn credit_note(event: &Event, credit_note: String, fields: Fields) -> CreditNote {
    CreditNote {
        credit_note,
        invoice: fields.invoice.0,
        customer: event.customer.clone(),
        amount: money(fields.amount.0, &fields.currency),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn event(kind: &str, object: &Value, previous: &Value) -> Event {
        let event = json!({
            "id": "evt_1", "object": "event", "type": kind, "created": 7, "livemode": false,
            "data": { "object": object, "previous_attributes": previous },
        });
        Event::parse(event.to_string().as_bytes()).unwrap()
    }
    fn fact(kind: &str, object: Value) -> Option<Fact> {
        Fact::of(&event(kind, &object, &Value::Null))
    }
    fn usd(cents: i64) -> Option<Money> {
        Some(Money { cents: Cents(cents), currency: "usd".into() })
    }
    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn a_purchase() {
        let object = json!({
            "object": "checkout.session", "id": "cs_1", "customer": "cus_1", "subscription": { "id": "sub_1", "object": "subscription" },
            "client_reference_id": "org_1", "amount_total": 2_700, "currency": "usd", "new": {},
        });
        let checkout = Checkout {
            session: "cs_1".into(),
            customer: some("cus_1"),
            subscription: some("sub_1"),
            client_reference_id: some("org_1"),
            total: usd(2_700),
            paid_once: false,
        };
        assert_eq!(fact("checkout.session.completed", object.clone()), Some(Fact::CheckoutCompleted(checkout.clone())));
        for (mode, status, invoice, paid_once) in [
            ("payment", "paid", Value::Null, true),
            ("payment", "unpaid", Value::Null, false),
            ("payment", "paid", json!("in_1"), false),
            ("subscription", "paid", Value::Null, false),
        ] {
            let mut object = object.clone();
            (object["mode"], object["payment_status"], object["invoice"]) = (json!(mode), json!(status), invoice);
            let checkout = Checkout { paid_once, ..checkout.clone() };
            assert_eq!(fact("checkout.session.completed", object), Some(Fact::CheckoutCompleted(checkout)), "{mode} {status}");
        }
        assert_eq!(fact("checkout.session.expired", object), Some(Fact::CheckoutExpired(checkout)));
    }

    #[test]
    fn an_invoice_paid_and_not_paid() {
        let object = json!({
            "object": "invoice", "id": "in_1", "customer": "cus_1", "amount_due": 900, "amount_paid": 0, "currency": "usd",
            "attempt_count": 2, "next_payment_attempt": 99,
            "parent": { "type": "subscription_details", "subscription_details": { "subscription": "sub_1" } },
        });
        let invoice = InvoiceFact {
            invoice: "in_1".into(),
            customer: some("cus_1"),
            subscription: some("sub_1"),
            due: usd(900),
            paid: usd(0),
            attempts: 2,
            next_attempt: Some(UnixSeconds(99)),
        };
        assert_eq!(fact("invoice.paid", object.clone()), Some(Fact::InvoicePaid(invoice.clone())));
        let failed = fact("invoice.payment_failed", object).unwrap();
        assert_eq!(failed, Fact::InvoicePaymentFailed(invoice));
        assert_eq!(failed.key(), ("invoice_payment_failed", "in_1/2".into()));
    }

    #[test]
    fn a_refund_in_parts_counts_each_part() {
        let charge = |refunded: i64| json!({ "object": "charge", "id": "ch_1", "customer": "cus_1", "amount_refunded": refunded, "currency": "usd" });
        let part =
            |refunded, before| Fact::of(&event("charge.refunded", &charge(refunded), &json!({ "amount_refunded": before }))).unwrap();
        let (first, second) = (part(300, 0), part(900, 300));
        assert_ne!(first.key(), second.key());
        assert_eq!(
            second,
            Fact::Refunded(Refund { charge: "ch_1".into(), refund: None, customer: some("cus_1"), amount: usd(600), total: usd(900) })
        );
        let mut listed = charge(900);
        listed["refunds"] =
            json!({ "object": "list", "data": [{ "id": "re_2", "object": "refund" }, { "id": "re_1", "object": "refund" }] });
        let Some(Fact::Refunded(refund)) = fact("charge.refunded", listed) else { panic!("not a refund") };
        assert_eq!((refund.refund, refund.amount, refund.total), (some("re_2"), None, usd(900)));
    }

    #[test]
    fn a_dispute_and_a_credit_note() {
        let object = json!({
            "object": "dispute", "id": "du_1", "charge": "ch_1", "amount": 900, "currency": "usd", "reason": "fraudulent", "status": "lost",
        });
        let dispute = |cents| Dispute { dispute: "du_1".into(), charge: some("ch_1"), amount: usd(cents) };
        assert_eq!(fact("charge.dispute.funds_withdrawn", object.clone()), Some(Fact::DisputeWithdrawn(dispute(900))));
        assert_eq!(fact("charge.dispute.funds_reinstated", object.clone()), Some(Fact::DisputeReinstated(dispute(900))));
        for moves_nothing in ["charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed"] {
            assert_eq!(fact(moves_nothing, object.clone()), None, "{moves_nothing}");
        }
        let moved = |currency: &str| {
            let mut object = object.clone();
            let one = |amount: i64| json!({ "object": "balance_transaction", "amount": amount, "currency": currency, "fee": 1_500 });
            object["balance_transactions"] = json!([one(-900), one(300)]);
            object
        };
        assert_eq!(fact("charge.dispute.funds_withdrawn", moved("usd")), Some(Fact::DisputeWithdrawn(dispute(900))));
        assert_eq!(fact("charge.dispute.funds_reinstated", moved("usd")), Some(Fact::DisputeReinstated(dispute(300))), "a part came back");
        assert_eq!(fact("charge.dispute.funds_reinstated", moved("eur")), Some(Fact::DisputeReinstated(dispute(900))));
        let object =
            json!({ "object": "credit_note", "id": "cn_1", "invoice": "in_1", "customer": "cus_1", "amount": 5, "currency": "usd" });
        let note = CreditNote { credit_note: "cn_1".into(), invoice: some("in_1"), customer: some("cus_1"), amount: usd(5) };
        assert_eq!(fact("credit_note.created", object), Some(Fact::CreditNoteIssued(note)));
    }

    #[test]
    fn what_has_another_shape_reads_as_absent() {
        let odd = json!({
            "object": "invoice", "id": "in_1", "customer": 7, "amount_due": "900", "amount_paid": null, "currency": ["usd"],
            "attempt_count": "two", "next_payment_attempt": false, "parent": "x",
        });
        let Some(Fact::InvoicePaid(invoice)) = fact("invoice.paid", odd) else { panic!("not an invoice") };
        assert_eq!((invoice.customer, invoice.due, invoice.paid, invoice.attempts, invoice.next_attempt), (None, None, None, 0, None));
        assert_eq!(fact("invoice.paid", json!({ "object": "invoice", "id": null })), None, "it names nothing");
        assert_eq!(fact("invoice.paid", json!("in_1")), None);
        assert_eq!(fact("customer.subscription.updated", json!({ "object": "subscription", "id": "sub_1" })), None, "it is no fact");
    }

    #[test]
    fn every_fact_is_delivered() {
        let object = json!({ "object": "x", "id": "x_1" });
        let facts = crate::event::SUBSCRIBED.iter().filter(|kind| fact(kind, object.clone()).is_some()).count();
        assert_eq!(facts, 8, "one for each kind of fact");
        assert!(crate::event::SUBSCRIBED.len() <= 20 && crate::event::SUBSCRIBED.is_sorted());
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[a-z_]{0,6}".prop_map(Value::from)
        ];
        let names =
            prop::sample::select(vec!["id", "object", "currency", "amount", "refunds", "data", "charge", "amount_refunded", "parent"]);
        leaf.prop_recursive(3, 24, 6, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(names.clone().prop_map(str::to_owned), inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }
    proptest! {
        #[test]
        fn no_shape_panics(object in any_json(), previous in any_json(), kind in prop::sample::select(vec!["charge.refunded", "invoice.paid", "charge.dispute.funds_withdrawn"])) {
            let fact = Fact::of(&event(kind, &object, &previous));
            if object.is_object() {
                prop_assert_eq!(fact.is_some(), object["id"].is_string() || object["id"]["id"].is_string());
            }
        }
    }
}
