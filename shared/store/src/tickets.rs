//! Tickets as every surface creates them and comments on them: the same rows, and the same events outside. How the API shows
//! them is also what its events say.

use domain::events;
use kernel::{CommentId, CustomerId, Millis, Mutation, OrgId, Result, TicketId, UserId, error::Error, sql::Stmt};
use serde::Serialize;

/// A ticket.
#[derive(Debug, Clone, Serialize)]
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
    pub assignee_id: Option<UserId>,
    /// Goes up with every change; also the `ETag`.
    pub version: i64,
    /// When it was created.
    pub created_at: Millis,
    /// When it was last changed.
    pub updated_at: Millis,
}

/// A comment on a ticket.
#[derive(Debug, Clone, Serialize)]
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
#[derive(Debug, Clone, Serialize)]
pub struct Author {
    /// `api_key`, `staff` or `customer`.
    pub kind: &'static str,
    /// Their id.
    pub id: String,
    /// Their name at the time.
    pub name: String,
}
impl Author {
    /// The caller as an author.
    pub fn of(principal: &kernel::Principal) -> Self {
        Self { kind: principal.kind(), id: principal.id().to_owned(), name: principal.label().to_owned() }
    }
}

/// A ticket as SQLite writes it, from the columns of `tickets`: equal to [`Ticket`] as it is serialized.
#[macro_export]
macro_rules! ticket_json {
    () => {
        "json_object('id', id, 'subject', subject, 'body', body, 'status', status, 'priority', priority, 'customer_id', customer_id, \
         'assignee_id', assignee_id, 'version', version, 'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', created_at / 1000.0, 'unixepoch'), \
         'updated_at', strftime('%Y-%m-%dT%H:%M:%fZ', updated_at / 1000.0, 'unixepoch'))"
    };
}

kernel::sql! {
    Write Org INSERT(8) -> [] =
        "INSERT INTO tickets(org_id, id, subject, body, priority, customer_id, assignee_id, created_at, updated_at) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)";
    /// Only on a ticket that is there: the foreign key carries the organization.
    Write Org COMMENT(9) -> [] =
        "INSERT INTO ticket_comments(org_id, ticket_id, id, author_kind, author_id, author_name, body, internal, created_at) \
         VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    Write Org TOUCH(3) -> [] = "UPDATE tickets SET updated_at = ?3 WHERE org_id = ?1 AND id = ?2";
}

fn data(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|e| Error::incident("an event's data", e.to_string()))
}

/// Adds a new ticket to a change, and its event. A customer or an assignee that is not the organization's is refused as not found.
///
/// # Errors
/// An incident when the event can't be written.
pub fn create(change: Mutation, org: &OrgId, ticket: &Ticket) -> Result<Mutation> {
    let insert = INSERT.bind([
        org.into(),
        (&ticket.id).into(),
        ticket.subject.as_str().into(),
        ticket.body.as_str().into(),
        ticket.priority.into(),
        ticket.customer_id.as_ref().into(),
        ticket.assignee_id.as_ref().into(),
        ticket.created_at.into(),
    ]);
    Ok(change.then_one(insert).event(org, events::TICKET_CREATED.name, data(ticket)?))
}

/// Adds a comment to a change, and its event. That the ticket was touched is the caller's part: [`touch`], or a change of more.
///
/// # Errors
/// An incident when the event can't be written.
pub fn comment(change: Mutation, org: &OrgId, comment: &Comment) -> Result<Mutation> {
    let insert = COMMENT.bind([
        org.into(),
        (&comment.ticket_id).into(),
        (&comment.id).into(),
        comment.author.kind.into(),
        comment.author.id.as_str().into(),
        comment.author.name.as_str().into(),
        comment.body.as_str().into(),
        comment.internal.into(),
        comment.created_at.into(),
    ]);
    Ok(change.then_one(insert).event(org, events::TICKET_COMMENTED.name, data(comment)?))
}

/// Marks a ticket as changed just now. Changes one row when the ticket is there.
pub fn touch(org: &OrgId, ticket: &TicketId, now: Millis) -> Stmt {
    TOUCH.bind([org.into(), ticket.into(), now.into()])
}
