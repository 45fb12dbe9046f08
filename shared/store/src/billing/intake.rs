//! Stripe's events as they come in: delivered one by one, or found many at a time by asking for them. Kept once, whichever way.

use kernel::{Millis, sql::Stmt};
use serde::Serialize;

kernel::sql! {
    /// Keeps an event that was delivered, once.
    Bookkeep Global("an event names a customer at Stripe; whose that is, is looked up when it is worked on")
    KEEP(9) -> [] =
        "INSERT INTO stripe_events(id, type, created, customer_id, object_id, payload, state, received_at, processed_at) \
         VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT(id) DO NOTHING";
    /// The same for those that were found: JSON, a list of them.
    Bookkeep Global("an event names a customer at Stripe; whose that is, is looked up when it is worked on")
    KEEP_FOUND(2) -> [] =
        "INSERT INTO stripe_events(id, type, created, customer_id, object_id, payload, state, received_at, processed_at, source) \
         SELECT e.value ->> 'id', e.value ->> 'kind', e.value ->> 'created', e.value ->> 'customer', e.value ->> 'object', e.value ->> 'payload', \
           e.value ->> 'state', ?2, iif(e.value ->> 'state' = 'ignored', ?2, NULL), 'catch_up' \
         FROM json_each(?1) e WHERE true ON CONFLICT(id) DO NOTHING";
    /// Which of these events are here: JSON, a list of ids.
    Read Global("an event names a customer at Stripe; whose that is, is looked up when it is worked on")
    HAVE(1) -> ["id"] = "SELECT id FROM stripe_events WHERE id IN (SELECT value FROM json_each(?1))";
    /// A delivery shows that deliveries come.
    Bookkeep Global("an event names a customer at Stripe, whose organization it is about")
    HEARD(2) -> [] =
        "DELETE FROM billing_findings WHERE kind = 'webhook_silence' AND since < ?2 \
         AND org_id = (SELECT org_id FROM billing_customers WHERE stripe_customer_id = ?1)";
}

/// An event to be kept.
#[derive(Debug, Clone, Serialize)]
pub struct Incoming {
    /// `evt_…`.
    pub id: String,
    /// Such as `invoice.paid`.
    pub kind: String,
    /// When it happened.
    #[serde(serialize_with = "as_number")]
    pub created: Millis,
    /// The customer that it concerns, or the charge until it is looked up whose that is; one that is no id of Stripe's names nobody.
    pub customer: Option<String>,
    /// What it is about.
    pub object: Option<String>,
    /// Its text.
    pub payload: String,
    /// Whether somebody is to work on it.
    pub state: State,
}
/// What becomes of an event that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Its customer is to be read again.
    Received,
    /// It concerns nobody here.
    Ignored,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn as_number<S: serde::Serializer>(at: &Millis, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_i64(at.get())
}

impl Incoming {
    /// Keeps it as delivered at `now`.
    pub fn keep(self, now: Millis) -> Stmt {
        let (state, done) = match self.state {
            State::Received => ("received", None),
            State::Ignored => ("ignored", Some(now)),
        };
        KEEP.bind([
            self.id.into(),
            self.kind.into(),
            self.created.into(),
            self.customer.into(),
            self.object.into(),
            self.payload.into(),
            state.into(),
            now.into(),
            done.into(),
        ])
    }
}
/// Keeps those that were found at `now`.
pub fn keep_found(found: &[Incoming], now: Millis) -> Stmt {
    KEEP_FOUND.bind([serde_json::to_string(found).unwrap_or_default().into(), now.into()])
}
/// Reads which of these events are here, by id.
pub fn have(ids: &[&str]) -> Stmt {
    HAVE.bind([serde_json::json!(ids).to_string().into()])
}
/// A delivery of this customer's came at `now`: what was said of silence before is over.
pub fn heard(customer: &str, now: Millis) -> Stmt {
    HEARD.bind([customer.into(), now.into()])
}
