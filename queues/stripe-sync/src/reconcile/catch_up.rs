//! Asks Stripe for its events, and takes in those that were never delivered. What Stripe lists of a span of time is walked page by page;
//! the next span begins an hour before the end of the last, because an event may be listed later than it happened.

use super::Cursor;
use domain::{billing::late_after, jobs::STRIPE_SYNC};
use kernel::{Millis, Result, error::Error, task::Task, time::Span};
use provider::Provider;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json, value::RawValue};
use std::collections::{BTreeMap, BTreeSet};
use store::billing::intake::{Incoming, State, have, keep_found};
use stripe::{
    calls::{EventFilter, Range, events},
    event::{Event, SUBSCRIBED},
    objects::is_id,
    units::UnixSeconds,
};

/// At most that many pages of a hundred events in one run.
const PAGES: usize = 20;
/// How much of the last span is walked again.
const OVERLAP: Span = Span::hours(1);
/// How far back Stripe lists at all.
const KEPT_AT_STRIPE: Span = Span::days(30);
/// For how long Stripe tries to deliver an event.
const TRIED: Span = Span::days(3);
/// How much text of events goes into one statement, in bytes: D1 takes two million, and JSON in JSON is longer.
const CHUNK: usize = 700_000;

kernel::sql! {
    Read Global("an event names a customer at Stripe; whose that is, is looked up here")
    WHOSE(1) -> ["stripe_customer_id", "org_id"] =
        "SELECT stripe_customer_id, org_id FROM billing_customers WHERE stripe_customer_id IN (SELECT value FROM json_each(?1))";
    /// Says that deliveries don't come, where one of these events (a JSON list of ids) was indeed found by asking.
    Bookkeep Org SILENT(4) -> [] =
        "INSERT INTO billing_findings(org_id, kind, detail, since, seen_at) SELECT ?1, 'webhook_silence', ?3, ?4, ?4 \
         WHERE EXISTS (SELECT 1 FROM stripe_events WHERE source = 'catch_up' AND id IN (SELECT value FROM json_each(?2))) \
         ON CONFLICT(org_id, kind) DO UPDATE SET detail = excluded.detail, seen_at = excluded.seen_at";
    /// A whole span was walked in which nothing was missing for them, and something was delivered since: without a delivery nobody knows
    /// that they come again.
    Bookkeep Global("what is said of any organization's deliveries is looked at again")
    HEARD_AGAIN(1) -> [] =
        "DELETE FROM billing_findings WHERE kind = 'webhook_silence' AND seen_at < ?1 \
         AND EXISTS (SELECT 1 FROM stripe_events e WHERE e.received_at > billing_findings.seen_at AND e.source = 'delivery')";
}

/// What is walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stage {
    /// Everything since the last time.
    Since,
    /// What Stripe itself knows not to have been delivered, of longer ago.
    Undelivered,
}

/// A span under way. Times are Unix seconds.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Place {
    stage: Stage,
    from: i64,
    to: i64,
    /// The last event of the page before.
    after: Option<String>,
    /// When the span was begun, in milliseconds.
    begun: i64,
}
impl Place {
    fn new(done_until: Option<Millis>, now: Millis) -> Self {
        let from = done_until.map_or_else(|| now.minus(KEPT_AT_STRIPE), |until| until.minus(OVERLAP));
        Self { stage: Stage::Since, from: from.seconds(), to: now.seconds(), after: None, begun: now.get() }
    }
    /// What is walked after this. `None` when that was all.
    fn next(&self) -> Option<Self> {
        let from = Millis::new(self.begun).minus(TRIED).seconds();
        (self.stage == Stage::Since).then(|| Self { stage: Stage::Undelivered, from, after: None, ..self.clone() })
    }
}

/// What a run did.
#[derive(Debug, Default)]
struct Counts {
    pages: usize,
    listed: usize,
    found: usize,
    unreadable: usize,
    silent: usize,
}

/// Walks on, and says what was found.
///
/// # Errors
/// What Stripe or the database refused; what was walked before stays done.
pub async fn catch_up(task: &Task<'_>) -> Result<Value> {
    let provider = Provider::of(&task.app.config, &*task.ports.http)?;
    let mut cursor = Cursor::<Place>::read(task, "events").await?;
    let mut place = cursor.place.take().unwrap_or_else(|| Place::new(cursor.done_until, task.now()));
    let mut counts = Counts::default();
    let mut whole = false;
    while counts.pages < PAGES && !whole {
        let filter = EventFilter {
            types: &SUBSCRIBED,
            created: Range { gte: Some(UnixSeconds(place.from)), lte: Some(UnixSeconds(place.to)) },
            delivery_success: (place.stage == Stage::Undelivered).then_some(false),
            ending_before: None,
            starting_after: place.after.as_deref(),
        };
        let wrong = |e| provider::incident("listing events at Stripe", &e);
        let page = provider.send(&events(&filter).map_err(wrong)?).await.map_err(wrong)?;
        counts.pages += 1;
        let last = take(task, &page.data, &mut counts).await?;
        match (page.has_more, last) {
            (true, Some(last)) => place.after = Some(last),
            (true, None) => return Err(Error::incident("listing events at Stripe", "a page has no event with an id to go on from")),
            (false, _) => match place.next() {
                Some(next) => place = next,
                None => whole = true,
            },
        }
        let mut books = Vec::new();
        if whole {
            cursor = Cursor { name: cursor.name, done_until: Some(Millis::new(place.to * 1_000)), place: None };
            books.push(HEARD_AGAIN.bind([place.begun.into()]));
        } else {
            cursor.place = Some(place.clone());
        }
        books.push(cursor.saved());
        task.bookkeep(books).await?;
    }
    let Counts { pages, listed, found, unreadable, silent } = counts;
    Ok(json!({"pages": pages, "listed": listed, "found": found, "unreadable": unreadable, "silent": silent, "whole": whole}))
}

/// Takes a page in. Returns the id of its last event, from which the next page goes on.
async fn take(task: &Task<'_>, page: &[Box<RawValue>], counts: &mut Counts) -> Result<Option<String>> {
    let mut read = Vec::with_capacity(page.len());
    let mut last = None;
    for raw in page {
        counts.listed += 1;
        last = id_of(raw).or(last);
        match Event::parse(raw.get().as_bytes()) {
            // A connected account's are not ours.
            Ok(event) if is_id(&event.id) && event.account.is_none() && event.created.0 >= 0 => read.push((event, raw.get())),
            Ok(_) => {}
            Err(_) => counts.unreadable += 1,
        }
    }
    let ids: Vec<&str> = read.iter().map(|(event, _)| event.id.as_str()).collect();
    let customers: BTreeSet<&str> = read.iter().filter_map(|(event, _)| event.customer.as_deref()).collect();
    let sets = task.read(vec![have(&ids), WHOSE.bind([json!(customers).to_string().into()])]).await?;
    let mut kept = BTreeSet::new();
    for row in sets.first().into_iter().flatten() {
        kept.insert(row.text(0)?.to_owned());
    }
    let mut orgs = BTreeMap::new();
    for row in sets.get(1).into_iter().flatten() {
        orgs.insert(row.text(0)?.to_owned(), row.text(1)?.to_owned());
    }
    let missing: Vec<Missing<'_>> = read
        .into_iter()
        .filter(|(event, _)| !kept.contains(&event.id))
        .map(|(event, payload)| Missing { org: event.customer.as_ref().and_then(|c| orgs.get(c)).cloned(), event, payload })
        .collect();
    for chunk in chunks(&missing) {
        keep(task, chunk, counts).await?;
    }
    Ok(last)
}

/// An event that was not delivered, and the organization that it concerns.
struct Missing<'a> {
    event: Event,
    payload: &'a str,
    org: Option<String>,
}

impl Missing<'_> {
    /// Whether somebody is to work on it: an organization has its customer, or its charge says whose it is.
    fn concerns_us(&self) -> bool {
        self.org.is_some() || (self.event.customer.is_none() && self.subject().is_some())
    }
    fn subject(&self) -> Option<&str> {
        self.event.subject().filter(|id| is_id(id))
    }
}

/// Runs of events that fit into one statement each.
fn chunks<'m, 'a>(missing: &'m [Missing<'a>]) -> Vec<&'m [Missing<'a>]> {
    let (mut all, mut rest) = (Vec::new(), missing);
    while !rest.is_empty() {
        let mut size = 0;
        let fits = rest.iter().take_while(|m| {
            size += m.payload.len();
            size <= CHUNK
        });
        // One that is larger than all of that goes by itself.
        let (chunk, left) = rest.split_at(fits.count().max(1));
        all.push(chunk);
        rest = left;
    }
    all
}

/// Keeps events with the work that follows from them, and says whose deliveries fail to come.
async fn keep(task: &Task<'_>, missing: &[Missing<'_>], counts: &mut Counts) -> Result<()> {
    let (now, late_after) = (task.now(), late_after(&task.app.config)?);
    let incoming: Vec<Incoming> = missing
        .iter()
        .map(|m| Incoming {
            id: m.event.id.clone(),
            kind: m.event.kind.clone(),
            created: Millis::new(m.event.created.millis()),
            customer: m.subject().map(str::to_owned),
            object: m.event.object_id.clone(),
            payload: m.payload.to_owned(),
            state: if m.concerns_us() { State::Received } else { State::Ignored },
        })
        .collect();
    let mut late: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
    for m in missing {
        if let Some(org) = m.org.as_deref().filter(|_| Millis::new(m.event.created.millis()) <= now.minus(late_after)) {
            late.entry(org).or_default().push(&m.event);
        }
    }
    let mut books = vec![keep_found(&incoming, now)];
    for (org, events) in &late {
        let ids: Vec<&str> = events.iter().map(|e| e.id.as_str()).collect();
        let oldest = events.iter().map(|e| e.created.millis()).min().map(Millis::new);
        let detail = json!({"events": events.len(), "oldest": oldest}).to_string();
        books.push(SILENT.bind([(*org).into(), json!(ids).to_string().into(), detail.into(), now.into()]));
    }
    let subjects: BTreeSet<&str> = missing.iter().filter(|m| m.concerns_us()).filter_map(Missing::subject).collect();
    let subjects: Vec<String> = subjects.into_iter().map(str::to_owned).collect();
    task.ask_all(books, STRIPE_SYNC, &subjects).await?;
    counts.found += missing.iter().filter(|m| m.concerns_us()).count();
    counts.silent += late.len();
    Ok(())
}

/// The id of an event, whatever else is wrong with it.
fn id_of(raw: &RawValue) -> Option<String> {
    #[derive(Deserialize)]
    struct Id {
        id: String,
    }
    serde_json::from_str::<Id>(raw.get()).ok().map(|event| event.id).filter(|id| is_id(id))
}
