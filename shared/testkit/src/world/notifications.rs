//! What people were told, and what they chose to be told.

use super::{Seed, Tenant};
use kernel::{EventId, time::Span};

/// The id of the entry in somebody's inbox: it follows from theirs.
pub fn entry_of(recipient: &str) -> String {
    format!("ntc_{}", recipient.split_once('_').unwrap().1)
}

impl Seed<'_> {
    /// What people were told: an unread entry in each inbox (see [`entry_of`]).
    pub(super) fn told<'p>(&self, of: &Tenant<'_>, event: &EventId, recipients: impl Iterator<Item = &'p str>) {
        let at = self.ago(Span::hours(2));
        for recipient in recipients {
            let path = if recipient.starts_with("cus_") { "/" } else { "/o/" };
            self.db.insert(
                "inbox",
                &[
                    ("org_id", of.id.into()),
                    ("id", entry_of(recipient).into()),
                    ("recipient", recipient.into()),
                    ("type", "ticket_closed".into()),
                    ("title", of.text("inbox-title")),
                    ("path", format!("{path}{}-inbox-path", of.canary).into()),
                    ("event_id", event.into()),
                    ("created_at", at.clone()),
                ],
            );
            self.db.insert(
                "notification_choices",
                &[
                    ("recipient", recipient.into()),
                    ("type", "export_failed".into()),
                    ("channel", "mail".into()),
                    ("chosen", 1_i64.into()),
                    ("changed_at", at.clone()),
                ],
            );
        }
    }
}
