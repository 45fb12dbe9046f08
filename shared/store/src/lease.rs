//! Leased records: isolate memory over KV over D1, with a bound on how old a record can be.
//!
//! A record carries `verified_at`, the time before the D1 read that made it, and is dead after [`LEASE`] wherever it stands.
//! No tier can extend it. So a revoked key is unknown everywhere at most a minute later, whatever KV's propagation takes.

use kernel::{Fut, Millis, Result, ports::Ports, time::Span};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
};

/// How long a record may be trusted for reads after it was read from D1.
pub const LEASE: Span = Span::seconds(60);
/// How long isolate memory trusts it before it looks again.
pub const MEMORY: Span = Span::seconds(15);
/// How long isolate memory remembers that there is none.
pub const ABSENT: Span = Span::seconds(5);
/// An isolate writes one record to KV at most that often: KV takes one write a second for each key.
const PUBLISH_EVERY: Span = Span::seconds(30);
/// How long KV keeps a record; its lease is over long before.
const KV_SECONDS: u32 = 86_400;
const KV_CACHE_SECONDS: u32 = 30;
const MOST: usize = 5_000;

/// A record with the time it was true.
#[derive(Clone, Serialize, serde::Deserialize)]
struct Stamped<T> {
    verified_at: i64,
    record: T,
}
struct Held<T> {
    verified_at: Millis,
    looked_at: Millis,
    record: Option<T>,
}

/// A cache of leased records of one kind.
pub struct Leases<T> {
    prefix: &'static str,
    held: RefCell<HashMap<String, Held<T>>>,
    published: RefCell<HashMap<String, Millis>>,
    /// How often each tier answered: memory, KV, D1. For tests and the log.
    pub answered: [Cell<u64>; 3],
}

impl<T: Clone + Serialize + DeserializeOwned + 'static> Leases<T> {
    /// A cache whose KV keys begin with `prefix`.
    pub fn new(prefix: &'static str) -> Self {
        Self { prefix, held: RefCell::default(), published: RefCell::default(), answered: Default::default() }
    }
    fn count(&self, tier: usize) {
        if let Some(cell) = self.answered.get(tier) {
            cell.set(cell.get() + 1);
        }
    }
    fn key(&self, name: &str) -> String {
        format!("{}:{name}", self.prefix)
    }

    /// The record under `name`; `read` asks D1.
    ///
    /// # Errors
    /// What `read` refuses when no tier has a live record.
    pub async fn get<'a>(&self, ports: &Ports, name: &str, read: impl FnOnce() -> Fut<'a, Result<Option<T>>>) -> Result<Option<T>> {
        let now = ports.clock.now();
        if let Some(found) = self.remembered(name, now) {
            self.count(0);
            return Ok(found);
        }
        // KV's trouble is no reason to refuse anybody: D1 has the truth.
        if let Ok(Some(bytes)) = ports.kv.get(&self.key(name), KV_CACHE_SECONDS).await
            && let Ok(stamped) = serde_json::from_slice::<Stamped<T>>(&bytes)
            && now < Millis::new(stamped.verified_at).plus(LEASE)
        {
            self.count(1);
            self.hold(name, Millis::new(stamped.verified_at), now, Some(stamped.record.clone()));
            return Ok(Some(stamped.record));
        }
        self.fresh(ports, name, read).await
    }

    /// As [`Leases::get`], straight from D1.
    ///
    /// # Errors
    /// What `read` refuses.
    pub async fn fresh<'a>(&self, ports: &Ports, name: &str, read: impl FnOnce() -> Fut<'a, Result<Option<T>>>) -> Result<Option<T>> {
        let before = ports.clock.now();
        let record = read().await?;
        self.count(2);
        self.hold(name, before, before, record.clone());
        if let Some(record) = &record {
            self.publish(ports, name, before, record);
        }
        Ok(record)
    }

    fn remembered(&self, name: &str, now: Millis) -> Option<Option<T>> {
        let held = self.held.borrow();
        let found = held.get(name)?;
        let trusted = match found.record {
            Some(_) => now < found.verified_at.plus(LEASE) && now < found.looked_at.plus(MEMORY),
            None => now < found.verified_at.plus(ABSENT),
        };
        trusted.then(|| found.record.clone())
    }
    fn hold(&self, name: &str, verified_at: Millis, looked_at: Millis, record: Option<T>) {
        let mut held = self.held.borrow_mut();
        if held.len() >= MOST {
            held.retain(|_, h| looked_at < h.looked_at.plus(ABSENT));
        }
        if held.len() >= MOST {
            held.clear();
        }
        held.insert(name.to_owned(), Held { verified_at, looked_at, record });
    }
    fn publish(&self, ports: &Ports, name: &str, verified_at: Millis, record: &T) {
        let mut published = self.published.borrow_mut();
        if published.len() >= MOST {
            published.clear();
        }
        if published.get(name).is_some_and(|last| verified_at < last.plus(PUBLISH_EVERY)) {
            return;
        }
        published.insert(name.to_owned(), verified_at);
        let Ok(bytes) = serde_json::to_vec(&Stamped { verified_at: verified_at.get(), record: record.clone() }) else { return };
        let (key, inner) = (self.key(name), ports.clone());
        ports.background.defer(Box::pin(async move {
            if let Err(e) = inner.kv.put(&key, &bytes, None, KV_SECONDS).await {
                kernel::log::best_effort(&*inner.log, inner.clock.now(), "publishing a leased record", &e.0);
            }
        }));
    }
}
