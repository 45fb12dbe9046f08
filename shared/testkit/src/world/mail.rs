//! Mail that could not be sent.

use super::{Seed, Tenant};
use kernel::{Id, MailId, OrgId, time::Span};

/// The mail of an organization that could not be sent.
pub fn mail_of(org: &OrgId) -> String {
    org.as_str().replacen("org_", "mai_", 1)
}

impl Seed<'_> {
    /// A mail that could not be sent.
    pub(super) fn mail(&self, of: &Tenant<'_>, to: &str, n: usize) {
        let at = self.ago(Span::hours(2));
        self.db.insert(
            "mails",
            &[
                ("id", if n == 0 { mail_of(of.id) } else { self.id::<MailId>().to_string() }.into()),
                ("org_id", of.id.into()),
                ("recipient", to.into()),
                ("template", "ticket_reply".into()),
                ("state", "failed".into()),
                ("dedupe", format!("{}-mails-dedupe-{n}", of.canary).into()),
                ("attempts", 1_i64.into()),
                ("next_at", at.clone()),
                ("last_error", of.text("mails-last_error")),
                ("created_at", at.clone()),
                ("finished_at", at),
            ],
        );
    }
}
