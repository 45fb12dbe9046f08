//! Changes to tickets, the same whoever makes them: a program, a member, a customer.
//!
//! Each takes the caller's mutation and adds the rows, the domain events and what the audit log keeps.

pub use domain::tickets::{Author, Comment, Ticket};

use domain::{
    events,
    tickets::{Happened, Priority, Status},
};
use kernel::{
    CustomerId, Guard, Id, Millis, Mutation, OrgId, Result, Row, TicketId, UserId, Write, error::Error, input::FieldError, sql::Stmt,
};

/// A ticket as SQLite writes it, from the columns of `tickets`: as [`Ticket`] is serialized.
#[macro_export]
macro_rules! ticket_json {
    () => {
        "json_object('id', id, 'subject', subject, 'body', body, 'status', status, 'priority', priority, 'customer_id', customer_id, \
         'assignee_id', assignee_id, 'version', version, 'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', created_at / 1000.0, 'unixepoch'), \
         'updated_at', strftime('%Y-%m-%dT%H:%M:%fZ', updated_at / 1000.0, 'unixepoch'))"
    };
}

kernel::sql! {
    Read Org ONE(2) -> ["id", "subject", "body", "status", "priority", "customer_id", "assignee_id", "version", "created_at", "updated_at"] =
        "SELECT id, subject, body, status, priority, customer_id, assignee_id, version, created_at, updated_at FROM tickets WHERE org_id = ?1 AND id = ?2";
    Write Org INSERT(9) -> [] =
        "INSERT INTO tickets(org_id, id, subject, body, status, priority, customer_id, assignee_id, created_at, updated_at) \
         VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)";
    /// Only where it still is what the change was made from.
    Write Org UPDATE(10) -> [] =
        "UPDATE tickets SET subject = ?4, body = ?5, status = ?6, priority = ?7, customer_id = ?8, assignee_id = ?9, version = version + 1, updated_at = ?10 \
         WHERE org_id = ?1 AND id = ?2 AND version = ?3";
    /// Only on a ticket that is there: the foreign key carries the organization.
    Write Org COMMENT(9) -> [] =
        "INSERT INTO ticket_comments(org_id, ticket_id, id, author_kind, author_id, author_name, body, internal, created_at) \
         VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    Write Org TOUCH(3) -> [] = "UPDATE tickets SET updated_at = ?3 WHERE org_id = ?1 AND id = ?2";
    Read Org THERE(3) -> ["customer", "assignee"] =
        "SELECT EXISTS (SELECT 1 FROM customers WHERE org_id = ?1 AND id = ?2) AS customer, \
         EXISTS (SELECT 1 FROM memberships WHERE org_id = ?1 AND user_id = ?3) AS assignee";
}

/// Reads a ticket; [`of`] takes it from the row.
pub fn one(org: &OrgId, id: &TicketId) -> Stmt {
    ONE.bind([org.into(), id.into()])
}

/// The ticket of a row of [`one`].
///
/// # Errors
/// An incident when a stored value is none of ours.
pub fn of(row: &Row) -> Result<Ticket> {
    let unknown = || Error::incident("a stored ticket", row.text(0).unwrap_or_default());
    Ok(Ticket {
        id: TicketId::stored(row.text(0)?)?,
        subject: row.text(1)?.to_owned(),
        body: row.text(2)?.to_owned(),
        status: Status::parse(row.text(3)?).ok_or_else(unknown)?.as_str(),
        priority: Priority::parse(row.text(4)?).ok_or_else(unknown)?.as_str(),
        customer_id: row.opt_text(5)?.map(CustomerId::stored).transpose()?,
        assignee_id: row.opt_text(6)?.map(UserId::stored).transpose()?,
        version: row.int(7)?,
        created_at: Millis::new(row.int(8)?),
        updated_at: Millis::new(row.int(9)?),
    })
}

fn json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| Error::incident("writing an event", e.to_string()))
}

/// Adds a new ticket. A customer or an assignee that is not there is [`Code::NotFound`](kernel::error::Code): see [`not_there`].
///
/// # Errors
/// An incident when it can't be written as JSON.
pub fn create(change: Mutation, org: &OrgId, ticket: &Ticket) -> Result<Mutation> {
    create_by(change, org, ticket, None)
}

/// As [`create`]; `by` is the person who did it, who need not be told of it.
///
/// # Errors
/// As [`create`].
pub fn create_by(change: Mutation, org: &OrgId, ticket: &Ticket, by: Option<Author>) -> Result<Mutation> {
    let insert = INSERT.bind([
        org.into(),
        (&ticket.id).into(),
        ticket.subject.as_str().into(),
        ticket.body.as_str().into(),
        ticket.status.into(),
        ticket.priority.into(),
        ticket.customer_id.as_ref().into(),
        ticket.assignee_id.as_ref().into(),
        ticket.created_at.into(),
    ]);
    let data = json(&Happened { ticket, actor: by })?;
    let change = change.then_one(insert).event(org, events::TICKET_CREATED.name, data.clone());
    Ok(if ticket.was_assigned(None) { change.event(org, events::TICKET_ASSIGNED.name, data) } else { change })
}

/// Changes a ticket from what was read to what it is to be. Somebody else's change in between is
/// [`Code::VersionConflict`](kernel::error::Code); what it names and is not there, as in [`create`]. `by` is the person who did it.
///
/// # Errors
/// An incident when it can't be written as JSON.
pub fn update(change: Mutation, org: &OrgId, before: &Ticket, after: &Ticket, by: Option<Author>) -> Result<Mutation> {
    let update = UPDATE.bind([
        org.into(),
        (&before.id).into(),
        before.version.into(),
        after.subject.as_str().into(),
        after.body.as_str().into(),
        after.status.into(),
        after.priority.into(),
        after.customer_id.as_ref().into(),
        after.assignee_id.as_ref().into(),
        after.updated_at.into(),
    ]);
    let data = json(&Happened { ticket: after, actor: by })?;
    let mut change = change.then_guarded(Guard::Version, update).detail(after.differences(before).to_string());
    change = change.event(org, events::TICKET_UPDATED.name, data.clone());
    if after.was_closed(before) {
        change = change.event(org, events::TICKET_CLOSED.name, data.clone());
    }
    if after.was_assigned(Some(before)) {
        change = change.event(org, events::TICKET_ASSIGNED.name, data);
    }
    Ok(change)
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
    Ok(change.then_one(insert).event(org, events::TICKET_COMMENTED.name, json(comment)?))
}

/// Marks a ticket as changed just now. Changes one row when the ticket is there.
pub fn touch(org: &OrgId, ticket: &TicketId, now: Millis) -> Stmt {
    TOUCH.bind([org.into(), ticket.into(), now.into()])
}

/// After a change was refused as naming what is not there: which of the two it is, as wrong fields. None when both are there, so
/// that something else was meant.
///
/// # Errors
/// What the database refused.
pub async fn not_there(cx: &Write<'_>, org: &OrgId, ticket: &Ticket) -> Result<Vec<FieldError>> {
    let id = |id: Option<&str>| id.unwrap_or_default().to_owned();
    let (customer, assignee) = (id(ticket.customer_id.as_ref().map(Id::as_str)), id(ticket.assignee_id.as_ref().map(Id::as_str)));
    let row = cx.first(THERE.bind([org.into(), customer.into(), assignee.into()])).await?;
    let row = row.ok_or_else(|| Error::incident("a row of nothing but answers", ticket.id.to_string()))?;
    let mut wrong = Vec::new();
    let mut note = |pointer: &str, message: &str, fix: &str| {
        wrong.push(FieldError { pointer: pointer.into(), code: "unknown_reference", message: message.into(), fix: fix.into() });
    };
    if ticket.customer_id.is_some() && row.int(0)? == 0 {
        note("/customer_id", "There is no such customer.", "Send the id of one of your customers, or leave it out.");
    }
    if ticket.assignee_id.is_some() && row.int(1)? == 0 {
        note("/assignee_id", "There is no such member.", "Send the id of one of your members, or leave it out.");
    }
    Ok(wrong)
}
