//! A ticket with its comment.

use super::{Member, Seed, Tenant};
use kernel::{CommentId, CustomerId, TicketId, time::Span};

/// What one ticket has that the others have not.
pub(super) struct Ticket<'a> {
    /// Its id.
    pub id: &'a TicketId,
    /// The comment on it.
    pub comment: &'a CommentId,
    /// Whose it is.
    pub customer: Option<&'a CustomerId>,
    /// Who works on it and wrote the comment.
    pub assignee: &'a Member,
    /// Whether the comment is for the staff alone.
    pub internal: bool,
}

impl Seed<'_> {
    pub(super) fn ticket(&self, of: &Tenant<'_>, ticket: &Ticket<'_>) {
        let Ticket { id, comment, customer, assignee, internal } = *ticket;
        let at = self.ago(Span::days(5));
        self.db.insert(
            "tickets",
            &[
                ("org_id", of.id.into()),
                ("id", id.into()),
                ("subject", of.text("tickets-subject")),
                ("body", of.text("tickets-body")),
                ("customer_id", customer.into()),
                ("assignee_id", (&assignee.user).into()),
                ("created_at", at.clone()),
                ("updated_at", at.clone()),
            ],
        );
        self.db.insert(
            "ticket_comments",
            &[
                ("org_id", of.id.into()),
                ("ticket_id", id.into()),
                ("id", comment.into()),
                ("author_kind", "staff".into()),
                ("author_id", (&assignee.user).into()),
                ("author_name", of.text("ticket_comments-author_name")),
                ("body", of.text(if internal { "ticket_comments-body-internal" } else { "ticket_comments-body" })),
                ("internal", internal.into()),
                ("created_at", at),
            ],
        );
    }
}
