//! How the API shows a ticket and a comment. Written by Rust after a change and by SQLite in a list: a test holds them equal.

use kernel::{CommentId, CustomerId, Millis, TicketId};
use serde::Serialize;

/// A ticket.
#[derive(Serialize)]
pub struct Ticket {
    /// Its id.
    pub id: TicketId,
    /// One line.
    pub subject: String,
    /// What it is about.
    pub body: String,
    /// `open`, `pending` or `closed`.
    pub status: &'static str,
    /// `low`, `normal`, `high` or `urgent`.
    pub priority: &'static str,
    /// Whose it is.
    pub customer_id: Option<CustomerId>,
    /// The member who works on it.
    pub assignee_id: Option<String>,
    /// Goes up with every change; also the `ETag`.
    pub version: i64,
    /// When it was created.
    pub created_at: Millis,
    /// When it was last changed.
    pub updated_at: Millis,
}

/// A comment on a ticket.
#[derive(Serialize)]
pub struct Comment {
    /// Its id.
    pub id: CommentId,
    /// Its ticket.
    pub ticket_id: TicketId,
    /// Who wrote it.
    pub author: Author,
    /// What it says.
    pub body: String,
    /// Whether customers don't see it.
    pub internal: bool,
    /// When it was written.
    pub created_at: Millis,
}

/// Who wrote a comment.
#[derive(Serialize)]
pub struct Author {
    /// `api_key`, `staff` or `customer`.
    pub kind: &'static str,
    /// Their id.
    pub id: String,
    /// Their name at the time.
    pub name: String,
}

/// A ticket as SQLite writes it, from the columns of `tickets`.
#[macro_export]
macro_rules! ticket_json {
    () => {
        "json_object('id', id, 'subject', subject, 'body', body, 'status', status, 'priority', priority, 'customer_id', customer_id, \
         'assignee_id', assignee_id, 'version', version, 'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', created_at / 1000.0, 'unixepoch'), \
         'updated_at', strftime('%Y-%m-%dT%H:%M:%fZ', updated_at / 1000.0, 'unixepoch'))"
    };
}

/// The entity tag of a version (RFC 9110 §8.8.3).
pub fn etag(version: i64) -> String {
    format!("\"{version}\"")
}
