//! How the API shows a delivery. Written by Rust for a new one and by SQLite in a list: a test holds them equal.

use kernel::{DeliveryId, EndpointId, EventId, Millis};
use serde::Serialize;

/// A delivery.
#[derive(Serialize)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// The event, and the `webhook-id` of its messages.
    pub event_id: EventId,
    /// The event's type.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The endpoint.
    pub endpoint_id: EndpointId,
    /// `pending`, `sending`, `succeeded`, `exhausted`, `held` or `aborted`.
    pub status: &'static str,
    /// How many attempts were made.
    pub attempts: i64,
    /// The status of the last answer.
    pub last_status: Option<i64>,
    /// Why there was no answer at the last attempt.
    pub last_error: Option<String>,
    /// When it will be tried (again); null when it will not.
    pub next_attempt_at: Option<Millis>,
    /// When it was made.
    pub created_at: Millis,
    /// When it ended.
    pub finished_at: Option<Millis>,
}

impl Delivery {
    /// One that is due at once.
    pub fn new(id: DeliveryId, event_id: EventId, kind: &'static str, endpoint_id: EndpointId, now: Millis) -> Self {
        Self {
            id,
            event_id,
            kind,
            endpoint_id,
            status: "pending",
            attempts: 0,
            last_status: None,
            last_error: None,
            next_attempt_at: Some(now),
            created_at: now,
            finished_at: None,
        }
    }
}

/// The fields of a delivery as SQLite writes them, from the columns of `webhook_deliveries` as `d`.
#[macro_export]
macro_rules! delivery_fields {
    () => {
        "'id', d.id, 'event_id', d.message_id, 'type', (SELECT m.type FROM webhook_messages m WHERE m.org_id = ?1 AND m.id = d.message_id), \
         'endpoint_id', d.endpoint_id, 'status', d.status, 'attempts', d.step, 'last_status', d.last_status, 'last_error', d.last_error, \
         'next_attempt_at', iif(d.status = 'pending', strftime('%Y-%m-%dT%H:%M:%fZ', d.next_at / 1000.0, 'unixepoch'), NULL), \
         'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', d.created_at / 1000.0, 'unixepoch'), \
         'finished_at', strftime('%Y-%m-%dT%H:%M:%fZ', d.finished_at / 1000.0, 'unixepoch')"
    };
}

/// The words of `status`.
pub const STATUSES: &[(&str, &str)] = &[
    ("pending", "pending"),
    ("sending", "sending"),
    ("succeeded", "succeeded"),
    ("exhausted", "exhausted"),
    ("held", "held"),
    ("aborted", "aborted"),
];
