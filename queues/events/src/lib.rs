//! The events queue: one domain event becomes what follows from it.
//!
//! The message is a hint with the event's id; the outbox row is the truth. Fanning out and marking the row are one batch, and
//! every row that it writes has a key that follows from the event, so that a repeated hint changes nothing. A webhook message
//! carries the event's id as its `webhook-id`, whatever happens on the way. Whom it concerns among people is told in the same batch
//! ([`domain::notifications`]).

mod fit;
mod letters;
mod notices;
mod notify;

use domain::{
    events::{self, body},
    plans::Plan,
    retention::DISABLED_MISSES_NOTHING,
};
use kernel::{Millis, OrgId, Result, error::Error, ports::Queue, task::Task, time::Span};

/// Which endpoints (`e`) an event goes to: those that ask for its type (`?3`), and are not switched off for longer than things
/// are held for them (`?5`). A disabling is told to the others only.
macro_rules! wanted {
    () => {
        "e.org_id = ?1 AND (e.status <> 'disabled' OR (e.disabled_at > ?5 AND ?3 <> 'webhook_endpoint.disabled')) \
         AND EXISTS (SELECT 1 FROM json_each(e.events) w WHERE w.value IN ('*', ?3))"
    };
}

kernel::sql! {
    Read Global("the event names its organization")
    OPEN(1) -> ["org_id", "type", "payload", "occurred_at", "plan", "name", "slug", "accent", "logo", "domain"] =
        "SELECT e.org_id, e.type, e.payload, e.occurred_at, o.plan, o.name, o.slug, o.branding ->> '$.primary' AS accent, iif(o.branding ->> '$.logo.key' IS NULL, NULL, o.branding_version) AS logo, (SELECT d.host FROM domains d WHERE d.org_id = o.id AND d.state = 'active' ORDER BY d.created_at, d.id LIMIT 1) AS domain FROM outbox e JOIN orgs o ON o.id = e.org_id WHERE e.id = ?1 AND e.dispatched_at IS NULL";
    /// Keeps the bytes to be signed, once, and only where an endpoint wants them.
    Bookkeep Org MESSAGE(7) -> [] = concat!(
        "INSERT INTO webhook_messages(org_id, id, type, payload, created_at, expires_at) SELECT ?1, ?2, ?3, ?4, ?6, ?7 \
         WHERE EXISTS (SELECT 1 FROM webhook_endpoints e WHERE ", wanted!(), ") ON CONFLICT(org_id, id) DO NOTHING");
    /// One delivery for each endpoint that wants it. Of a paused or disabled one it is held, so that an outage of its owner loses
    /// nothing.
    Bookkeep Org DELIVERIES(5) -> ["id", "status"] = concat!(
        "INSERT INTO webhook_deliveries(org_id, id, message_id, endpoint_id, status, next_at, created_at) \
         SELECT ?1, printf('whd_%012x', ?4) || '7' || substr(lower(hex(randomblob(10))), 1, 19), ?2, e.id, iif(e.status = 'enabled', 'pending', 'held'), ?4, ?4 \
         FROM webhook_endpoints e WHERE ", wanted!(), " ON CONFLICT(org_id, message_id, endpoint_id) DO NOTHING RETURNING id, status");
    Bookkeep Global("the event names its organization")
    DISPATCHED(2) -> [] = "UPDATE outbox SET dispatched_at = ?2 WHERE id = ?1 AND dispatched_at IS NULL";
    Read Global("the sweep looks for events of any organization")
    DUE(2) -> ["id"] = "SELECT id FROM outbox WHERE dispatched_at IS NULL AND occurred_at <= ?1 ORDER BY occurred_at LIMIT ?2";
}

/// Fans one event out. Nothing to do when that has been done.
///
/// # Errors
/// What the database refused; the sweep will try again.
pub async fn consume(task: &Task<'_>, id: &str) -> Result<()> {
    let Some(row) = task.first(OPEN.bind([id.into()])).await? else { return Ok(()) };
    let (org, kind, at) = (row.text(0)?, row.text(1)?, Millis::new(row.int(3)?));
    let kept = Span::days(i64::from(Plan::parse(row.text(4)?).limits().delivery_days));
    let data: serde_json::Value = serde_json::from_str(row.text(2)?).map_err(|_| Error::incident("an event's payload is not JSON", id))?;
    let org_id = OrgId::stored(org)?;
    if kind == events::SUBSCRIPTION_UPDATED.name {
        fit::fit(task, &org_id).await?;
    }
    if notices::concerns(kind) {
        notices::tell(task, &org_id).await?;
    }
    let happened = notify::Happened {
        id,
        kind,
        org: &org_id,
        org_name: row.text(5)?,
        slug: row.text(6)?,
        accent: row.opt_text(7)?,
        logo: row.opt_int(8)?,
        domain: row.opt_text(9)?,
        data: &data,
    };
    let people = notify::write(task, &happened).await?;
    let payload = body(id, kind, at, org, row.text(2)?).ok_or_else(|| Error::incident("an event's payload is not JSON", id))?;
    let now = task.now();
    let held_since = now.minus(DISABLED_MISSES_NOTHING);
    let mut batch = vec![
        MESSAGE.bind([org.into(), id.into(), kind.into(), payload.into(), held_since.into(), at.into(), now.plus(kept).into()]),
        DELIVERIES.bind([org.into(), id.into(), kind.into(), now.into(), held_since.into()]),
    ];
    let mails_at = batch.len() + usize::from(people.inbox.is_some());
    let posts = people.mails.is_some();
    batch.extend(people.inbox);
    batch.extend(people.mails);
    batch.push(DISPATCHED.bind([id.into(), now.into()]));
    let outcomes = task.bookkeep(batch).await?;
    let mut pending = Vec::new();
    for row in outcomes.get(1).map(|o| o.rows.as_slice()).unwrap_or_default() {
        if row.text(1)? == "pending" {
            pending.push(row.text(0)?.to_owned());
        }
    }
    task.hint_later(Queue::Deliveries, pending);
    let posted = outcomes.get(mails_at).filter(|_| posts).map(|o| o.rows.as_slice()).unwrap_or_default();
    task.hint_later(Queue::Mail, posted.iter().map(|row| row.text(0).map(str::to_owned)).collect::<Result<_>>()?);
    Ok(())
}

/// Wakes what a lost hint left behind; for cron. Younger events have a hint under way.
///
/// # Errors
/// What the database or the queue refused.
pub async fn sweep(task: &Task<'_>, older_than: Span, most: i64) -> Result<usize> {
    let due = task.rows(DUE.bind([task.now().minus(older_than).into(), most.into()])).await?;
    let ids = due.iter().map(|row| row.text(0).map(str::to_owned)).collect::<Result<Vec<_>>>()?;
    task.hint(Queue::Events, &ids, 0).await?;
    Ok(ids.len())
}

/// Its statements, for the catalogue test.
pub const CATALOGUES: &[&[kernel::Sql]] = &[CATALOGUE, fit::CATALOGUE, notices::CATALOGUE, notify::CATALOGUE];
