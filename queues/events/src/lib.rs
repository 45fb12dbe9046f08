//! The events queue: one domain event becomes what follows from it.
//!
//! The message is a hint with the event's id; the outbox row is the truth. Fanning out and marking the row are one batch, and
//! every row that it writes has a key that follows from the event, so that a repeated hint changes nothing. A webhook message
//! carries the event's id as its `webhook-id`, whatever happens on the way.

use domain::plans::Plan;
use kernel::{Millis, Result, error::Error, ports::Queue, task::Task, time::Span};

kernel::sql! {
    Read Global("the event names its organization")
    OPEN(1) -> ["org_id", "type", "payload", "occurred_at", "plan"] =
        "SELECT e.org_id, e.type, e.payload, e.occurred_at, o.plan FROM outbox e JOIN orgs o ON o.id = e.org_id WHERE e.id = ?1 AND e.dispatched_at IS NULL";
    /// Keeps the bytes to be signed, once, and only where an endpoint wants them.
    Bookkeep Org MESSAGE(6) -> [] =
        "INSERT INTO webhook_messages(org_id, id, type, payload, created_at, expires_at) SELECT ?1, ?2, ?3, ?4, ?5, ?6 \
         WHERE EXISTS (SELECT 1 FROM webhook_endpoints e WHERE e.org_id = ?1 AND e.status <> 'disabled' \
           AND EXISTS (SELECT 1 FROM json_each(e.events) w WHERE w.value IN ('*', ?3))) \
         ON CONFLICT(org_id, id) DO NOTHING";
    /// One delivery for each endpoint that wants it. A paused endpoint's are held, so that an outage of its owner loses nothing.
    Bookkeep Org DELIVERIES(4) -> ["id", "status"] =
        "INSERT INTO webhook_deliveries(org_id, id, message_id, endpoint_id, status, next_at, created_at) \
         SELECT ?1, printf('whd_%012x', ?4) || '7' || substr(lower(hex(randomblob(10))), 1, 19), ?2, e.id, iif(e.status = 'enabled', 'pending', 'held'), ?4, ?4 \
         FROM webhook_endpoints e WHERE e.org_id = ?1 AND e.status <> 'disabled' \
           AND EXISTS (SELECT 1 FROM json_each(e.events) w WHERE w.value IN ('*', ?3)) \
         ON CONFLICT(org_id, message_id, endpoint_id) DO NOTHING RETURNING id, status";
    Bookkeep Global("the event names its organization")
    DISPATCHED(2) -> [] = "UPDATE outbox SET dispatched_at = ?2 WHERE id = ?1 AND dispatched_at IS NULL";
    Read Global("the sweep looks for events of any organization")
    DUE(2) -> ["id"] = "SELECT id FROM outbox WHERE dispatched_at IS NULL AND occurred_at <= ?1 ORDER BY occurred_at LIMIT ?2";
}

/// The body of a webhook: `{id, type, timestamp, org_id, data}` (Standard Webhooks, "payload structure").
fn body(id: &str, kind: &str, at: Millis, org: &str, data: &str) -> Result<String> {
    #[derive(serde::Serialize)]
    struct Message<'a> {
        id: &'a str,
        #[serde(rename = "type")]
        kind: &'a str,
        timestamp: Millis,
        org_id: &'a str,
        data: &'a serde_json::value::RawValue,
    }
    let data = serde_json::from_str(data).map_err(|e| Error::incident("an event's payload", e.to_string()))?;
    serde_json::to_string(&Message { id, kind, timestamp: at, org_id: org, data })
        .map_err(|e| Error::incident("a webhook body", e.to_string()))
}

/// Fans one event out. Nothing to do when that has been done.
///
/// # Errors
/// What the database refused; the sweep will try again.
pub async fn consume(task: &Task<'_>, id: &str) -> Result<()> {
    let Some(row) = task.first(OPEN.bind([id.into()])).await? else { return Ok(()) };
    let (org, kind, at) = (row.text(0)?, row.text(1)?, Millis::new(row.int(3)?));
    let kept = Span::days(i64::from(Plan::parse(row.text(4)?).limits().delivery_days));
    let payload = body(id, kind, at, org, row.text(2)?)?;
    let now = task.now();
    let outcomes = task
        .bookkeep(vec![
            MESSAGE.bind([org.into(), id.into(), kind.into(), payload.into(), at.into(), now.plus(kept).into()]),
            DELIVERIES.bind([org.into(), id.into(), kind.into(), now.into()]),
            DISPATCHED.bind([id.into(), now.into()]),
        ])
        .await?;
    let mut pending = Vec::new();
    for row in outcomes.get(1).map(|o| o.rows.as_slice()).unwrap_or_default() {
        if row.text(1)? == "pending" {
            pending.push(row.text(0)?.to_owned());
        }
    }
    task.hint_later(Queue::Deliveries, pending);
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
pub const CATALOGUES: &[&[kernel::Sql]] = &[CATALOGUE];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_keeps_its_data_as_it_was_written() {
        let text = body("evt_1", "ticket.created", Millis::new(0), "org_1", "{\"b\":1.0,\"a\":[\"ü\"]}").unwrap();
        assert_eq!(
            text,
            r#"{"id":"evt_1","type":"ticket.created","timestamp":"1970-01-01T00:00:00.000Z","org_id":"org_1","data":{"b":1.0,"a":["ü"]}}"#
        );
        assert!(body("e", "t", Millis::new(0), "o", "{").is_err());
    }
}
