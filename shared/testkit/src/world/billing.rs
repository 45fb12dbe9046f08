//! What Stripe knows of an organization.

use super::{Seed, Tenant};
use kernel::time::Span;

impl Seed<'_> {
    pub(super) fn billing(&self, of: &Tenant<'_>) {
        let at = self.ago(Span::days(8));
        self.db.insert(
            "billing_customers",
            &[("org_id", of.id.into()), ("stripe_customer_id", format!("cus_{}", of.slug).into()), ("created_at", at.clone())],
        );
        if of.plan != "free" {
            self.db.insert(
                "subscriptions",
                &[
                    ("org_id", of.id.into()),
                    ("stripe_subscription_id", format!("sub_{}", of.slug).into()),
                    ("status", "active".into()),
                    ("price_lookup_key", format!("portico_{}_monthly", of.plan).into()),
                    ("quantity", 1_i64.into()),
                    ("current_period_end", self.now.plus(Span::days(22)).into()),
                    ("cancel_at_period_end", 0_i64.into()),
                    ("read_at", at),
                ],
            );
        }
    }
}
