//! What earlier requests left: an audit event and a recorded answer.

use super::{Seed, Tenant};
use kernel::{AuditId, KeyId, RequestId, time::Span};

impl Seed<'_> {
    pub(super) fn trail(&self, of: &Tenant<'_>, key: &KeyId) {
        let at = self.ago(Span::hours(3));
        self.db.insert(
            "audit_events",
            &[
                ("org_id", of.id.into()),
                ("id", (&self.id::<AuditId>()).into()),
                ("occurred_at", at.clone()),
                ("action", "ticket.created".into()),
                ("actor_kind", "api_key".into()),
                ("actor_id", key.into()),
                ("actor_label", of.text("audit_events-actor_label")),
                ("target", of.text("audit_events-target")),
                ("outcome", "success".into()),
                ("ip", of.text("audit_events-ip")),
                ("user_agent", of.text("audit_events-user_agent")),
                ("detail", serde_json::json!({"note": format!("{}-audit_events-detail", of.canary)}).to_string().into()),
            ],
        );
        self.db.insert(
            "idempotency",
            &[
                ("org_id", of.id.into()),
                ("key", of.text("idempotency-key")),
                ("fingerprint", "0".into()),
                ("status", 201_i64.into()),
                ("headers", "[]".into()),
                ("body", of.text("idempotency-body")),
                ("request_id", (&self.id::<RequestId>()).into()),
                ("created_at", at.clone()),
                ("expires_at", self.now.plus(Span::hours(21)).into()),
            ],
        );
    }
}
