//! A webhook endpoint, and an event that reached it.

use super::{Seed, Tenant};
use crypto::standard_webhooks::WebhookSecret;
use kernel::{AttemptId, DeliveryId, EndpointId, EventId, sql::Value, time::Span};

/// What a test gets to know of them.
pub(super) struct Webhooks {
    /// The endpoint.
    pub endpoint: EndpointId,
    /// Its secret.
    pub secret: WebhookSecret,
    /// The event, also the id of its message.
    pub event: EventId,
    /// The delivery that succeeded.
    pub delivery: DeliveryId,
}

impl Seed<'_> {
    pub(super) fn webhooks(&self, of: &Tenant<'_>) -> Webhooks {
        let (endpoint, event, delivery): (EndpointId, EventId, DeliveryId) = (self.id(), self.id(), self.id());
        let secret = WebhookSecret::generate(self.rng.bytes());
        let at = self.ago(Span::hours(20));
        let sealed = store::endpoints::seal_secret(self.ring, of.id, &endpoint, &secret, self.rng.bytes()).unwrap();
        self.db.insert(
            "webhook_endpoints",
            &[
                ("org_id", of.id.into()),
                ("id", (&endpoint).into()),
                ("url", format!("https://hooks.{}.example/{}-webhook_endpoints-url", of.slug, of.canary).into()),
                ("description", of.text("webhook_endpoints-description")),
                ("events", "[\"*\"]".into()),
                ("secret", sealed.into()),
                ("status", "enabled".into()),
                ("created_at", at.clone()),
            ],
        );
        let payload = |table: &str| -> Value { serde_json::json!({"note": format!("{}-{table}-payload", of.canary)}).to_string().into() };
        self.db.insert(
            "outbox",
            &[
                ("org_id", of.id.into()),
                ("id", (&event).into()),
                ("type", "ticket.created".into()),
                ("payload", payload("outbox")),
                ("occurred_at", at.clone()),
                ("dispatched_at", at.clone()),
            ],
        );
        self.db.insert(
            "webhook_messages",
            &[
                ("org_id", of.id.into()),
                ("id", (&event).into()),
                ("type", "ticket.created".into()),
                ("payload", payload("webhook_messages")),
                ("created_at", at.clone()),
                ("expires_at", self.now.plus(Span::days(6)).into()),
            ],
        );
        self.db.insert(
            "webhook_deliveries",
            &[
                ("org_id", of.id.into()),
                ("id", (&delivery).into()),
                ("message_id", (&event).into()),
                ("endpoint_id", (&endpoint).into()),
                ("status", "succeeded".into()),
                ("step", 1_i64.into()),
                ("claim", 1_i64.into()),
                ("next_at", at.clone()),
                ("last_status", 200_i64.into()),
                ("created_at", at.clone()),
                ("finished_at", at.clone()),
                ("last_error", of.text("webhook_deliveries-last_error")),
            ],
        );
        self.db.insert(
            "webhook_attempts",
            &[
                ("org_id", of.id.into()),
                ("delivery_id", (&delivery).into()),
                ("id", (&self.id::<AttemptId>()).into()),
                ("number", 1_i64.into()),
                ("started_at", at),
                ("took_ms", 35_i64.into()),
                ("status", 200_i64.into()),
                ("error", of.text("webhook_attempts-error")),
                ("response", of.text("webhook_attempts-response")),
            ],
        );
        Webhooks { endpoint, secret, event, delivery }
    }
}
