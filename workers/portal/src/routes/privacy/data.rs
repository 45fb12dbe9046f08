//! Everything that is held about a customer, as one document. Large accounts come in parts: each names the address of the next.
//!
//! No secret stands in it, be it a hash: what one proves oneself by is told by when it was set. What others wrote for themselves
//! (internal comments) is not the customer's.

use kernel::{Id, Millis, Read, Result, Row, Rows, error::Error, principal::Customer};
use serde_json::{Map, Value, json};

kernel::sql! {
    Read Org PROFILE(2) -> ["email", "name", "status", "has_password", "email_verified_at", "password_changed_at", "created_at", "authenticator", "codes"] =
        "SELECT email, name, status, password_hash IS NOT NULL AS has_password, email_verified_at, password_changed_at, created_at, \
         (SELECT confirmed_at FROM authenticators WHERE subject = ?2) AS authenticator, \
         (SELECT count(*) FROM recovery_codes WHERE subject = ?2 AND used_at IS NULL) AS codes FROM customers WHERE org_id = ?1 AND id = ?2";
    Read Org SESSIONS(2) -> ["id", "created_at", "seen_at", "expires_at", "method", "ip", "user_agent"] =
        "SELECT id, created_at, seen_at, expires_at, method, ip, user_agent FROM sessions WHERE org_id = ?1 AND subject = ?2 ORDER BY created_at DESC LIMIT 1000";
    Read Global("which browsers an account uses is its own; they belong to no organization")
    DEVICES(1) -> ["created_at", "seen_at"] = "SELECT created_at, seen_at FROM devices WHERE subject = ?1 ORDER BY seen_at DESC LIMIT 1000";
    Read Org LINKS(2) -> ["purpose", "email", "created_at", "expires_at", "used_at"] =
        "SELECT purpose, email, created_at, expires_at, used_at FROM tokens WHERE org_id = ?1 AND subject = ?2 ORDER BY created_at DESC LIMIT 1000";
    Read Org NOTIFICATIONS(2) -> ["type", "title", "path", "created_at", "read_at"] =
        "SELECT type, title, path, created_at, read_at FROM inbox WHERE org_id = ?1 AND recipient = ?2 ORDER BY id DESC LIMIT 5000";
    Read Global("what an account chose to be told of is its own; it belongs to no organization")
    CHOICES(1) -> ["type", "channel", "chosen", "changed_at"] =
        "SELECT type, channel, chosen, changed_at FROM notification_choices WHERE recipient = ?1 ORDER BY type, channel";
    /// What was said in them is sealed, and wiped once they are sent.
    Read Org MAILS(2) -> ["template", "state", "created_at", "finished_at"] =
        "SELECT template, state, created_at, finished_at FROM mails WHERE org_id = ?1 AND recipient = ?2 ORDER BY created_at DESC LIMIT 5000";
    Read Org TICKETS(4) -> ["id", "subject", "body", "status", "priority", "created_at", "updated_at"] =
        "SELECT id, subject, body, status, priority, created_at, updated_at FROM tickets WHERE org_id = ?1 AND customer_id = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4";
    /// The public comments of the same tickets.
    Read Org COMMENTS(4) -> ["ticket_id", "id", "author_kind", "author_id", "author_name", "body", "created_at"] =
        "SELECT c.ticket_id, c.id, c.author_kind, c.author_id, c.author_name, c.body, c.created_at \
         FROM (SELECT id FROM tickets WHERE org_id = ?1 AND customer_id = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4) t \
         JOIN ticket_comments c ON c.org_id = ?1 AND c.ticket_id = t.id WHERE c.internal = 0 ORDER BY c.ticket_id, c.id";
}

/// How many tickets are read at a time.
const CHUNK: usize = 50;
/// A part ends after so many reads, or so much text.
const MOST_READS: usize = 20;
const MOST_BYTES: usize = 8 * 1_024 * 1_024;

/// A part of the document.
pub struct Part {
    /// What is in it.
    pub document: Map<String, Value>,
    /// The last ticket in it, when there are more.
    pub more_after: Option<String>,
}

/// The part that begins after a ticket; the first one, with all that is not a ticket, when `after` is empty.
///
/// # Errors
/// What the database refused.
pub async fn part(cx: &Read<'_>, me: &Customer, after: &str) -> Result<Part> {
    let mut document = if after.is_empty() { account(cx, me).await? } else { Map::new() };
    let mut tickets = Vec::new();
    let (mut bytes, mut before) = (0, if after.is_empty() { "~".to_owned() } else { after.to_owned() });
    let mut more_after = None;
    for _ in 0..MOST_READS {
        let limit = i64::try_from(CHUNK).unwrap_or(i64::MAX);
        let bind = || [(&me.org).into(), (&me.id).into(), before.as_str().into(), limit.into()];
        let sets = cx.read(vec![TICKETS.bind(bind()), COMMENTS.bind(bind())]).await?;
        let [rows, comments]: [Rows; 2] = sets.try_into().map_err(|_| Error::incident("the rows of two statements", "fewer"))?;
        for row in &rows {
            let of_it = comments.iter().filter(|c| c.text(0).ok() == row.text(0).ok());
            let comments = of_it.map(|c| comment(c, me)).collect::<Result<Vec<Value>>>()?;
            let ticket = ticket(row, comments)?;
            bytes += ticket.to_string().len();
            tickets.push(ticket);
        }
        more_after = match rows.last() {
            Some(last) if rows.len() == CHUNK => Some(last.text(0)?.to_owned()),
            _ => None,
        };
        match &more_after {
            Some(last) if bytes < MOST_BYTES => before.clone_from(last),
            _ => break,
        }
    }
    document.insert("tickets".into(), Value::Array(tickets));
    Ok(Part { document, more_after })
}

async fn account(cx: &Read<'_>, me: &Customer) -> Result<Map<String, Value>> {
    let both = || [(&me.org).into(), (&me.id).into()];
    let sets = cx
        .read(vec![
            PROFILE.bind(both()),
            SESSIONS.bind(both()),
            DEVICES.bind([(&me.id).into()]),
            LINKS.bind(both()),
            NOTIFICATIONS.bind(both()),
            CHOICES.bind([(&me.id).into()]),
            MAILS.bind([(&me.org).into(), me.email.as_str().into()]),
        ])
        .await?;
    let [profile, sessions, devices, links, notifications, choices, mails]: [Rows; 7] =
        sets.try_into().map_err(|_| Error::incident("the rows of seven statements", "fewer"))?;
    let profile = profile.first().ok_or_else(|| Error::incident("the signed-in customer's row", me.id.to_string()))?;
    let mut document = Map::new();
    document.insert(
        "account".into(),
        json!({
            "id": me.id,
            "email": profile.text(0)?,
            "name": profile.text(1)?,
            "status": profile.text(2)?,
            "email_verified_at": moment(profile, 4)?,
            "created_at": moment(profile, 6)?,
            "sign_in": {
                "password": profile.int(3)? == 1,
                "password_changed_at": moment(profile, 5)?,
                "authenticator_since": moment(profile, 7)?,
                "recovery_codes_left": profile.int(8)?,
            },
        }),
    );
    document.insert("sessions".into(), list(&sessions, |row| {
        Ok(json!({
            "this_one": row.text(0)? == me.session.as_str(), "created_at": moment(row, 1)?, "last_seen_at": moment(row, 2)?, "expires_at": moment(row, 3)?,
            "method": row.text(4)?, "ip": row.text(5)?, "user_agent": row.text(6)?,
        }))
    })?);
    document.insert(
        "known_browsers".into(),
        list(&devices, |row| Ok(json!({"created_at": moment(row, 0)?, "last_seen_at": moment(row, 1)?})))?,
    );
    document.insert("links_by_mail".into(), list(&links, |row| {
        Ok(json!({"purpose": row.text(0)?, "email": row.text(1)?, "created_at": moment(row, 2)?, "expires_at": moment(row, 3)?, "used_at": moment(row, 4)?}))
    })?);
    document.insert("notifications".into(), list(&notifications, |row| {
        Ok(json!({"type": row.text(0)?, "title": row.text(1)?, "path": row.text(2)?, "created_at": moment(row, 3)?, "read_at": moment(row, 4)?}))
    })?);
    document.insert(
        "notification_choices".into(),
        list(&choices, |row| {
            Ok(json!({"type": row.text(0)?, "channel": row.text(1)?, "chosen": row.int(2)? == 1, "changed_at": moment(row, 3)?}))
        })?,
    );
    document.insert(
        "mails".into(),
        list(&mails, |row| {
            Ok(json!({"kind": row.text(0)?, "state": row.text(1)?, "created_at": moment(row, 2)?, "finished_at": moment(row, 3)?}))
        })?,
    );
    Ok(document)
}

fn list(rows: &[Row], of: impl Fn(&Row) -> Result<Value>) -> Result<Value> {
    rows.iter().map(of).collect::<Result<Vec<Value>>>().map(Value::Array)
}

fn moment(row: &Row, at: usize) -> Result<Value> {
    Ok(row.opt_int(at)?.map_or(Value::Null, |millis| json!(Millis::new(millis))))
}

fn ticket(row: &Row, comments: Vec<Value>) -> Result<Value> {
    Ok(json!({
        "id": row.text(0)?, "subject": row.text(1)?, "body": row.text(2)?, "status": row.text(3)?, "priority": row.text(4)?,
        "created_at": moment(row, 5)?, "updated_at": moment(row, 6)?, "comments": comments,
    }))
}

fn comment(row: &Row, me: &Customer) -> Result<Value> {
    let by_me = row.text(2)? == "customer" && row.text(3)? == me.id.as_str();
    Ok(json!({"id": row.text(1)?, "by_you": by_me, "author": row.text(4)?, "body": row.text(5)?, "created_at": moment(row, 6)?}))
}
