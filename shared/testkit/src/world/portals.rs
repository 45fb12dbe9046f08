//! Where a portal is found and how it looks: a domain, an earlier slug, a logo.

use super::{Seed, Tenant};
use kernel::{DomainId, time::Span};

impl Seed<'_> {
    pub(super) fn domain(&self, of: &Tenant<'_>) -> DomainId {
        let domain: DomainId = self.id();
        self.db.insert(
            "domains",
            &[
                ("org_id", of.id.into()),
                ("id", (&domain).into()),
                ("host", format!("help.{}.example", of.slug).into()),
                ("state", "active".into()),
                ("proof", of.text("domains-proof")),
                ("checked_at", self.ago(Span::hours(1))),
                ("last_error", of.text("domains-last_error")),
                ("created_at", self.ago(Span::days(2))),
                ("proven_at", self.ago(Span::days(2))),
            ],
        );
        domain
    }
    pub(super) fn retired_slug(&self, of: &Tenant<'_>) {
        let row = [("org_id", of.id.into()), ("slug", of.text("retired_slugs-slug")), ("retired_at", self.ago(Span::days(2)))];
        self.db.insert("retired_slugs", &row);
    }
    /// Whoever may see a logo at all may see its file: it is on the portal's first page.
    pub(super) fn logo(&self, of: &Tenant<'_>) {
        let key = format!("logos/{}/{}-logos-key", of.id, of.canary);
        self.assets.place(&key, b"\x89PNG\r\n\x1a\n", "image/png");
        self.db.insert("logos", &[("org_id", of.id.into()), ("key", key.into()), ("created_at", self.ago(Span::days(2)))]);
    }
}
