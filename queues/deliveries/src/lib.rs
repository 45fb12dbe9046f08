//! The deliveries queue: one attempt of one webhook delivery (Standard Webhooks; api-and-webhooks.md §6.3).
//!
//! At least once, byte-identical bodies, a fresh timestamp and signature for each attempt, the same `webhook-id` for all. The
//! claim is a compare-and-swap with a lease longer than any attempt; the attempt's record, the delivery's next state and the
//! endpoint's fate are one batch. A crash after the receiver's 2xx makes a duplicate, never a loss.
//!
//! An endpoint has a few places under way at once. What finds none is woken by what leaves one, and the sweep goes round all
//! endpoints in turn: a slow receiver delays nobody else, and its own backlog drains as fast as it answers.

use domain::{
    actions,
    delivery::{KEEP_AT_MOST, LEASE, Next, READ_AT_MOST, Response, TIMEOUT_MS, decide},
    events,
};
use kernel::{
    AttemptId, EndpointId, Guard, Millis, OrgId, Result,
    config::Environment,
    error::{Code, OrLog},
    ports::{Answer, HttpError, Outgoing, Queue},
    sql::{Stmt, Value},
    task::Task,
    time::Span,
};

/// How many attempts to one endpoint may be under way: a slow one holds no more than these.
const IN_FLIGHT: i64 = 5;
/// A hint may come this much before its time.
const EARLY: Span = Span::seconds(2);
/// Pauses up to here are kept by the queue; longer ones by the sweep.
const QUEUE_KEEPS: Span = Span::minutes(15);
/// What has been due for so long had its hint, and found its endpoint busy.
const OVERDUE: Span = Span::seconds(1);
/// How many claims of a delivery may break off without a record before it is no longer sent: something in it breaks its consumer.
const MOST_BROKEN: i64 = 20;

kernel::sql! {
    /// The doubled condition on the status lets SQLite use the index of what is open.
    Bookkeep Global("the delivery names its organization")
    CLAIM(5) -> ["org_id", "message_id", "endpoint_id", "step", "claim"] =
        "UPDATE webhook_deliveries SET status = 'sending', claim = claim + 1, lease_until = ?3 \
         WHERE id = ?1 AND status IN ('pending', 'sending') AND lease_until <= ?2 AND next_at <= ?4 \
           AND (SELECT e.status FROM webhook_endpoints e WHERE e.org_id = webhook_deliveries.org_id AND e.id = webhook_deliveries.endpoint_id) = 'enabled' \
           AND (SELECT count(*) FROM webhook_deliveries d WHERE d.org_id = webhook_deliveries.org_id AND d.endpoint_id = webhook_deliveries.endpoint_id \
                AND d.status IN ('pending', 'sending') AND d.status = 'sending' AND d.lease_until > ?2) < ?5 \
         RETURNING org_id, message_id, endpoint_id, step, claim";
    Read Org TO_SEND(3) -> ["url", "secret", "type", "payload"] =
        "SELECT e.url, e.secret, m.type, m.payload FROM webhook_messages m JOIN webhook_endpoints e ON e.org_id = m.org_id AND e.id = ?3 \
         WHERE m.org_id = ?1 AND m.id = ?2";
    Bookkeep Org ATTEMPT(10) -> [] =
        "INSERT INTO webhook_attempts(org_id, delivery_id, id, number, started_at, took_ms, status, error, response, next_at) \
         VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    /// What became of the attempt, while its claim holds. What should be tried again waits where its endpoint was paused meanwhile,
    /// and ends where it was removed.
    Bookkeep Org RECORD(8) -> [] =
        "UPDATE webhook_deliveries SET status = CASE WHEN ?4 <> 'pending' THEN ?4 ELSE COALESCE( \
           (SELECT iif(e.status = 'enabled', 'pending', 'held') FROM webhook_endpoints e WHERE e.org_id = ?1 AND e.id = webhook_deliveries.endpoint_id), 'aborted') END, \
         step = step + 1, lease_until = 0, next_at = COALESCE(?5, next_at), last_status = ?6, last_error = ?7, finished_at = COALESCE(?8, finished_at) \
         WHERE org_id = ?1 AND id = ?2 AND claim = ?3 AND status IN ('sending', 'aborted')";
    /// Takes what waits for a place at the endpoint: what was refused one is woken by what gives one up, not by the minute.
    Bookkeep Org NEXT(4) -> ["id"] =
        "UPDATE webhook_deliveries SET next_at = ?3 WHERE org_id = ?1 AND id IN (SELECT x.id FROM webhook_deliveries x \
           WHERE x.status IN ('pending', 'sending') AND x.status = 'pending' AND x.org_id = ?1 AND x.endpoint_id = ?2 AND x.next_at <= ?4 ORDER BY x.next_at LIMIT 2) RETURNING id";
    Write Org DISABLE(4) -> [] =
        "UPDATE webhook_endpoints SET status = 'disabled', disabled_reason = ?3, disabled_at = ?4 WHERE org_id = ?1 AND id = ?2 AND status <> 'disabled'";
    /// Goes from endpoint to endpoint, and takes the first few of each in turn: one with thousands due delays nobody else.
    Read Global("the sweep looks for deliveries of any organization, fairly")
    DUE(2) -> ["id"] =
        "WITH RECURSIVE open(endpoint) AS (SELECT min(endpoint_id) FROM webhook_deliveries WHERE status IN ('pending', 'sending') \
           UNION ALL SELECT (SELECT min(n.endpoint_id) FROM webhook_deliveries n WHERE n.status IN ('pending', 'sending') AND n.endpoint_id > open.endpoint) \
             FROM open WHERE open.endpoint IS NOT NULL) \
         SELECT d.id FROM open JOIN webhook_deliveries d ON d.id IN ( \
             SELECT id FROM (SELECT p.id FROM webhook_deliveries p WHERE p.status IN ('pending', 'sending') AND p.endpoint_id = open.endpoint AND p.status = 'pending' \
               AND p.next_at <= ?1 ORDER BY p.next_at LIMIT 10) \
             UNION ALL SELECT s.id FROM webhook_deliveries s WHERE s.status IN ('pending', 'sending') AND s.endpoint_id = open.endpoint AND s.status = 'sending' \
               AND s.lease_until <= ?1) \
           JOIN webhook_endpoints e ON e.org_id = d.org_id AND e.id = d.endpoint_id AND e.status = 'enabled' \
         ORDER BY row_number() OVER (PARTITION BY d.endpoint_id ORDER BY d.next_at), d.next_at LIMIT ?2";
}
/// Its statements, for the catalogue test.
pub const CATALOGUES: &[&[kernel::Sql]] = &[CATALOGUE];

struct Claimed {
    org: OrgId,
    delivery: String,
    message: String,
    endpoint: EndpointId,
    attempt: usize,
    claim: i64,
    started: Millis,
}

/// What an attempt sends, and where.
struct Content<'r> {
    url: &'r str,
    sealed: &'r str,
    kind: &'r str,
    payload: &'r str,
}

/// Makes one attempt, if the delivery is due and nobody else is at it.
///
/// # Errors
/// What the database refused: then the attempt counts for nothing and the sweep brings the delivery back.
pub async fn consume(task: &Task<'_>, id: &str) -> Result<()> {
    let now = task.now();
    let stmt = CLAIM.bind([id.into(), now.into(), now.plus(LEASE).into(), now.plus(EARLY).into(), IN_FLIGHT.into()]);
    let outcomes = task.bookkeep(vec![stmt]).await?;
    let Some(row) = outcomes.into_iter().next().and_then(|o| o.rows.into_iter().next()) else { return Ok(()) };
    let (step, claim) = (row.int(3)?, row.int(4)?);
    let claimed = Claimed {
        org: OrgId::stored(row.text(0)?)?,
        delivery: id.to_owned(),
        message: row.text(1)?.to_owned(),
        endpoint: EndpointId::stored(row.text(2)?)?,
        attempt: usize::try_from(step).unwrap_or(0) + 1,
        claim,
        started: now,
    };
    let sent = if claim - step > MOST_BROKEN {
        unsent("Attempts broke off again and again; this message is no longer sent.")
    } else {
        let stmt = TO_SEND.bind([(&claimed.org).into(), claimed.message.as_str().into(), (&claimed.endpoint).into()]);
        // Removed since the claim: there is nothing left to send, and nothing to record it on.
        let Some(row) = task.first(stmt).await? else { return Ok(()) };
        let content = Content { url: row.text(0)?, sealed: row.text(1)?, kind: row.text(2)?, payload: row.text(3)? };
        send(task, &claimed, &content).await
    };
    match record(task, &claimed, sent).await {
        // Removed, or taken over after its lease, while it was under way: whoever has it now records what becomes of it.
        Err(e) if e.code() == Code::WrongState => {
            kernel::log::best_effort(&*task.ports.log, task.now(), "recording an attempt", "its claim no longer holds");
            Ok(())
        }
        other => other,
    }
}

fn unsent(why: &str) -> Result<Answer, HttpError> {
    Err(HttpError::Network(why.to_owned()))
}

/// Signs and sends. The body is what was stored, to the byte. What can't be sent is an attempt that failed.
async fn send(task: &Task<'_>, claimed: &Claimed, content: &Content<'_>) -> Result<Answer, HttpError> {
    let config = &task.app.config;
    if let Err(refused) = store::endpoints::check_url(config, content.url) {
        return unsent(refused.message);
    }
    let secret = match store::endpoints::open_secret(&config.keys, &claimed.org, &claimed.endpoint, content.sealed) {
        Ok(secret) => secret,
        Err(e) => {
            kernel::log::work(&*task.ports.log, task.now(), task.name, serde_json::json!({"delivery": claimed.delivery}), Some(&e));
            return unsent("The message could not be signed; support can see why.");
        }
    };
    let seconds = task.now().seconds();
    let signature = secret.sign(&claimed.message, seconds, content.payload.as_bytes());
    let outgoing = Outgoing {
        method: "POST",
        url: content.url.to_owned(),
        headers: vec![
            ("content-type", "application/json".to_owned()),
            ("user-agent", "Portico-Webhooks/1".to_owned()),
            ("webhook-id", claimed.message.clone()),
            ("webhook-timestamp", seconds.to_string()),
            ("webhook-signature", signature),
            ("portico-event-type", content.kind.to_owned()),
            ("portico-delivery-attempt", claimed.attempt.to_string()),
        ],
        body: content.payload.as_bytes().to_vec(),
        timeout_ms: TIMEOUT_MS,
        read_at_most: READ_AT_MOST,
    };
    task.ports.http.send(outgoing).await
}

fn read_answer(now: Millis, sent: &Result<Answer, HttpError>) -> Response {
    match sent {
        Ok(answer) => Response::Status {
            status: answer.status,
            retry_after: answer.header("retry-after").and_then(|text| retry_after(now, text)),
            control: answer.header("webhook-delivery").map(str::to_owned),
        },
        Err(HttpError::Timeout) => Response::Timeout,
        Err(HttpError::Network(_)) => Response::Network,
    }
}

/// `Retry-After` (RFC 9110 §10.2.3): seconds, or a date.
fn retry_after(now: Millis, text: &str) -> Option<Span> {
    match text.trim().parse::<i64>() {
        Ok(seconds) => Some(Span::seconds(seconds.clamp(0, 86_400))),
        Err(_) => kernel::time::parse_http_date(text).map(|at| at.since(now)),
    }
}

async fn record(task: &Task<'_>, claimed: &Claimed, sent: Result<Answer, HttpError>) -> Result<()> {
    let (now, org) = (task.now(), &claimed.org);
    let jitter = f64::from(task.ports.random::<1>().first().copied().unwrap_or(128)) / 127.5 - 1.0;
    let scale = match task.app.config.environment {
        Environment::Local => task.app.config.get("WEBHOOK_SCHEDULE_SCALE").parse().unwrap_or(1.0),
        Environment::Production => 1.0,
    };
    let next = decide(claimed.attempt, &read_answer(now, &sent), jitter, scale);
    let (status, error, response) = match &sent {
        Ok(a) => (Some(i64::from(a.status)), None, Some(shown(&a.body))),
        Err(e) => (None, Some(e.to_string()), None),
    };
    let (state, next_at, finished) = match next {
        Next::Succeeded => ("succeeded", None, Some(now)),
        Next::Retry(wait) => ("pending", Some(now.plus(wait)), None),
        Next::Exhausted => ("exhausted", None, Some(now)),
        Next::Abort | Next::Disable => ("aborted", None, Some(now)),
    };
    let attempt = ATTEMPT.bind([
        org.into(),
        claimed.delivery.as_str().into(),
        (&task.id::<AttemptId>()).into(),
        Value::Int(i64::try_from(claimed.attempt).unwrap_or(0)),
        claimed.started.into(),
        now.since(claimed.started).as_millis().into(),
        status.into(),
        error.clone().into(),
        response.into(),
        next_at.into(),
    ]);
    let update = RECORD.bind([
        org.into(),
        claimed.delivery.as_str().into(),
        claimed.claim.into(),
        state.into(),
        next_at.into(),
        status.into(),
        error.into(),
        finished.into(),
    ]);
    let mut kept = vec![update, Guard::Lease.changed_one(), attempt];
    if next == Next::Disable {
        return disable(task, claimed, kept, status).await;
    }
    kept.push(NEXT.bind([org.into(), (&claimed.endpoint).into(), now.into(), now.minus(OVERDUE).into()]));
    let outcomes = task.bookkeep(kept).await?;
    // Hints from here on may be lost: the sweep finds what is due, a minute later.
    let waiting = outcomes.last().map(|o| o.rows.as_slice()).unwrap_or_default();
    task.hint_later(Queue::Deliveries, waiting.iter().map(|row| row.text(0).map(str::to_owned)).collect::<Result<_>>()?);
    if let Next::Retry(wait) = next
        && wait <= QUEUE_KEEPS
    {
        let seconds = u32::try_from(wait.as_seconds_up()).unwrap_or(900);
        let hinted = task.hint(Queue::Deliveries, std::slice::from_ref(&claimed.delivery), seconds).await;
        hinted.or_log(&*task.ports.log, now, "hinting a retry");
    }
    Ok(())
}

/// The receiver wants no more: the endpoint is switched off, and what was still to come is held for it.
async fn disable(task: &Task<'_>, claimed: &Claimed, kept: Vec<Stmt>, status: Option<i64>) -> Result<()> {
    let reason = match status {
        Some(410) => "The receiver answered 410 Gone.",
        _ => "The receiver asked for no more deliveries.",
    };
    let (org, endpoint) = (&claimed.org, &claimed.endpoint);
    let mut mutation = task.mutation(org, actions::ENDPOINT_DISABLED, &endpoint.to_string());
    for stmt in kept {
        mutation = mutation.then(stmt);
    }
    let data = serde_json::json!({"id": endpoint, "reason": reason}).to_string();
    let mutation = mutation
        .then(DISABLE.bind([org.into(), endpoint.into(), reason.into(), task.now().into()]))
        .then(store::endpoints::hold(org, endpoint))
        .detail(serde_json::json!({"reason": reason}).to_string())
        .event(org, events::ENDPOINT_DISABLED.name, data);
    task.commit(mutation).await
}

/// What is kept of an answer: text, without control characters, cut.
fn shown(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).take(KEEP_AT_MOST).collect()
}

/// Wakes what is due and has no live lease; for cron.
///
/// # Errors
/// What the database or the queue refused.
pub async fn sweep(task: &Task<'_>, most: i64) -> Result<usize> {
    let due = task.rows(DUE.bind([task.now().into(), most.into()])).await?;
    let ids = due.iter().map(|row| row.text(0).map(str::to_owned)).collect::<Result<Vec<_>>>()?;
    task.hint(Queue::Deliveries, &ids, 0).await?;
    Ok(ids.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_kept_as_harmless_text() {
        assert_eq!(shown(b"ok\x1b[31m\x00\nfine\xff"), "ok[31m\nfine\u{fffd}");
        assert_eq!(shown(&[b'a'; 5_000]).len(), KEEP_AT_MOST);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = Millis::parse_rfc3339("2026-11-23T20:00:00Z").unwrap();
        assert_eq!(retry_after(now, "120"), Some(Span::seconds(120)));
        assert_eq!(retry_after(now, "Mon, 23 Nov 2026 20:01:00 GMT"), Some(Span::seconds(60)));
        assert_eq!(retry_after(now, "soon"), None);
    }
}
