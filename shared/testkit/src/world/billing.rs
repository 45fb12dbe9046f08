//! What Stripe knows of an organization, and what is held of it.

use super::{Member, Seed, Tenant};
use domain::plans::{Interval, Plan};
use kernel::time::Span;

impl Seed<'_> {
    /// `payer` is the member who bought.
    pub(super) fn billing(&self, of: &Tenant<'_>, payer: &Member) {
        let at = self.ago(Span::days(8));
        self.db.insert(
            "billing_customers",
            &[("org_id", of.id.into()), ("stripe_customer_id", format!("cus_{}", of.slug).into()), ("created_at", at.clone())],
        );
        self.db.insert("billing_reads", &[("org_id", of.id.into()), ("synced_at", at)]);
        self.subscription(of);
        self.bought(of, payer);
        self.faults(of, payer);
    }
    /// Active, with every seat of the plan; none on Free.
    fn subscription(&self, of: &Tenant<'_>) {
        let plan = Plan::parse(of.plan);
        let Some(price) = plan.price(Interval::Month) else { return };
        self.db.insert(
            "subscriptions",
            &[
                ("org_id", of.id.into()),
                ("stripe_subscription_id", format!("sub_{}", of.slug).into()),
                ("status", "active".into()),
                ("item_id", format!("si_{}", of.slug).into()),
                ("price_id", format!("price_{}", price.lookup_key).into()),
                ("price_lookup_key", price.lookup_key.into()),
                ("plan", of.plan.into()),
                ("seat_cents", price.seat.cents().into()),
                ("currency", price.seat.currency().as_str().into()),
                ("interval", price.interval.as_str().into()),
                ("quantity", plan.limits().seats.into()),
                ("current_period_end", self.now.plus(Span::days(22)).into()),
                ("cancel_at_period_end", 0_i64.into()),
                ("read_at", self.ago(Span::days(8))),
            ],
        );
    }
    /// A checkout that ran out, a request that was refused, and a payment.
    fn bought(&self, of: &Tenant<'_>, payer: &Member) {
        let at = self.ago(Span::days(8));
        self.db.insert(
            "checkouts",
            &[
                ("org_id", of.id.into()),
                ("id", format!("chk_{}", of.slug).into()),
                ("price_lookup_key", "portico_team_monthly".into()),
                ("seats", 5_i64.into()),
                ("state", "expired".into()),
                ("session_id", format!("cs_test_{}", of.slug).into()),
                ("url", of.text("checkouts-url")),
                ("started_by", (&payer.user).into()),
                ("created_at", at.clone()),
                ("expires_at", self.ago(Span::days(7))),
            ],
        );
        self.db.insert(
            "billing_requests",
            &[
                ("org_id", of.id.into()),
                ("id", format!("req_{}", of.slug).into()),
                ("action", "change_seats".into()),
                ("detail", serde_json::json!({"canary": format!("{}-billing_requests-detail", of.canary)}).to_string().into()),
                ("state", "refused".into()),
                ("refusal", of.text("billing_requests-refusal")),
                ("asked_by", (&payer.user).into()),
                ("created_at", at.clone()),
                ("finished_at", at.clone()),
            ],
        );
        self.db.insert(
            "billing_ledger",
            &[
                ("org_id", of.id.into()),
                ("kind", "payment".into()),
                ("object_id", format!("in_{}", of.slug).into()),
                ("amount", 9_000_i64.into()),
                ("currency", "usd".into()),
                ("event_id", format!("evt_{}", of.slug).into()),
                ("happened_at", at),
            ],
        );
    }
    /// A finding that stands in nobody's way, an override that is over, and a notice.
    fn faults(&self, of: &Tenant<'_>, payer: &Member) {
        let at = self.ago(Span::days(8));
        self.db.insert(
            "billing_findings",
            &[
                ("org_id", of.id.into()),
                ("kind", "seat_drift".into()),
                ("detail", serde_json::json!({"canary": format!("{}-billing_findings-detail", of.canary)}).to_string().into()),
                ("since", at.clone()),
                ("seen_at", at.clone()),
            ],
        );
        self.db.insert(
            "plan_overrides",
            &[
                ("org_id", of.id.into()),
                ("plan", "team".into()),
                ("until", self.ago(Span::days(1))),
                ("reason", of.text("plan_overrides-reason")),
                ("granted_by", (&payer.user).into()),
                ("created_at", at.clone()),
            ],
        );
        self.db.insert("limit_notices", &[("org_id", of.id.into()), ("name", "seats".into()), ("percent", 80_i64.into()), ("at", at)]);
    }
}
