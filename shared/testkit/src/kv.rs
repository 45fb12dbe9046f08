//! KV: eventually consistent, one write a second for each key, and sometimes down.

use crate::pace::Pace;
use kernel::{
    Fut,
    ports::{Clock, Kv, KvEntry, PortError},
    time::{Millis, Span},
};
use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, HashMap},
    rc::Rc,
};

#[derive(Clone)]
struct Version {
    at: Millis,
    location: u32,
    value: Option<Vec<u8>>,
    metadata: String,
    until: Millis,
}

type Cached = HashMap<(u32, String), (Millis, Option<Vec<u8>>)>;

/// The namespace, as all locations share it.
pub struct KvStore {
    clock: Rc<dyn Clock>,
    pace: Rc<Pace>,
    versions: RefCell<BTreeMap<String, Vec<Version>>>,
    cache: RefCell<Cached>,
    delay: Cell<Span>,
    down: Cell<bool>,
    /// How often it was asked for a value.
    pub gets: Cell<u64>,
    /// How often it was written to, refusals included.
    pub puts: Cell<u64>,
    /// How often it was listed.
    pub lists: Cell<u64>,
    /// How many writes were refused because their key had been written to within the second.
    pub refused: Cell<u64>,
}

impl KvStore {
    /// An empty one: other locations see a write at once, until [`KvStore::set_delay`].
    pub fn new(clock: Rc<dyn Clock>, pace: Rc<Pace>) -> Self {
        Self {
            clock,
            pace,
            versions: RefCell::default(),
            cache: RefCell::default(),
            delay: Cell::new(Span::millis(0)),
            down: Cell::new(false),
            gets: Cell::new(0),
            puts: Cell::new(0),
            lists: Cell::new(0),
            refused: Cell::new(0),
        }
    }
    /// How long other locations don't see a write. On the platform: up to a minute and more.
    pub fn set_delay(&self, span: Span) {
        self.delay.set(span);
    }
    /// Whether every call fails.
    pub fn set_down(&self, down: bool) {
        self.down.set(down);
    }
    /// Forgets everything.
    pub fn clear(&self) {
        self.versions.borrow_mut().clear();
        self.cache.borrow_mut().clear();
    }
    /// Every key with its newest value, as text.
    pub fn dump(&self) -> BTreeMap<String, String> {
        let versions = self.versions.borrow();
        let newest = |list: &Vec<Version>| list.last().and_then(|v| v.value.clone().map(|b| (b, v.metadata.clone())));
        let text = |(bytes, metadata): (Vec<u8>, String)| format!("{}{metadata}", String::from_utf8_lossy(&bytes));
        versions.iter().filter_map(|(key, list)| newest(list).map(|v| (key.clone(), text(v)))).collect()
    }

    fn seen(&self, key: &str, location: u32) -> Option<Version> {
        let now = self.clock.now();
        let versions = self.versions.borrow();
        let visible = |v: &&Version| v.location == location || now >= v.at.plus(self.delay.get());
        versions.get(key)?.iter().rev().find(visible).filter(|v| now < v.until && v.value.is_some()).cloned()
    }
    fn write(&self, key: &str, version: Version) -> Result<(), PortError> {
        let mut versions = self.versions.borrow_mut();
        let list = versions.entry(key.to_owned()).or_default();
        if list.last().is_some_and(|last| version.at < last.at.plus(Span::seconds(1))) {
            self.refused.set(self.refused.get() + 1);
            return Err(PortError("KV PUT failed: 429 Too Many Requests".into()));
        }
        self.cache.borrow_mut().remove(&(version.location, key.to_owned()));
        list.push(version);
        Ok(())
    }
    async fn enter(&self, count: &Cell<u64>) -> Result<(), PortError> {
        self.pace.io().await;
        count.set(count.get() + 1);
        if self.down.get() { Err(PortError("KV GET failed: 503 Service Unavailable".into())) } else { Ok(()) }
    }
}

/// The namespace, as one location sees it.
pub struct KvAt {
    /// The namespace.
    pub store: Rc<KvStore>,
    /// The location.
    pub location: u32,
}

impl Kv for KvAt {
    fn get<'a>(&'a self, key: &'a str, cache_seconds: u32) -> Fut<'a, Result<Option<Vec<u8>>, PortError>> {
        Box::pin(async move {
            let store = &self.store;
            store.enter(&store.gets).await?;
            if cache_seconds < 30 {
                return Err(PortError(format!("KV GET failed: 400 Invalid cache_ttl of {cache_seconds}. Cache TTL must be at least 30.")));
            }
            let (now, place) = (store.clock.now(), (self.location, key.to_owned()));
            if let Some((until, value)) = store.cache.borrow().get(&place)
                && now < *until
            {
                return Ok(value.clone());
            }
            let value = store.seen(key, self.location).and_then(|v| v.value);
            store.cache.borrow_mut().insert(place, (now.plus(Span::seconds(i64::from(cache_seconds))), value.clone()));
            Ok(value)
        })
    }
    fn put<'a>(&'a self, key: &'a str, value: &'a [u8], metadata: Option<&'a str>, ttl_seconds: u32) -> Fut<'a, Result<(), PortError>> {
        Box::pin(async move {
            let store = &self.store;
            store.enter(&store.puts).await?;
            let wrong = |why: &str| Err(PortError(format!("KV PUT failed: 400 {why}")));
            match () {
                () if key.is_empty() || key.len() > 512 => return wrong("a key has 1 to 512 bytes"),
                () if value.len() > 25 * 1_024 * 1_024 => return wrong("a value has at most 25 MiB"),
                () if metadata.is_some_and(|m| m.len() > 1_024) => return wrong("metadata has at most 1,024 bytes"),
                () if metadata.is_some_and(|m| serde_json::from_str::<serde_json::Value>(m).is_err()) => {
                    return wrong("metadata is JSON");
                }
                () if ttl_seconds < 60 => return wrong("expiration_ttl is at least 60"),
                () => {}
            }
            let at = store.clock.now();
            let until = at.plus(Span::seconds(i64::from(ttl_seconds)));
            let metadata = metadata.unwrap_or_default().to_owned();
            store.write(key, Version { at, location: self.location, value: Some(value.to_vec()), metadata, until })
        })
    }
    fn delete<'a>(&'a self, key: &'a str) -> Fut<'a, Result<(), PortError>> {
        Box::pin(async move {
            let store = &self.store;
            store.enter(&store.puts).await?;
            let at = store.clock.now();
            store.write(key, Version { at, location: self.location, value: None, metadata: String::new(), until: at })
        })
    }
    fn list<'a>(&'a self, prefix: &'a str) -> Fut<'a, Result<Vec<KvEntry>, PortError>> {
        Box::pin(async move {
            let store = &self.store;
            store.enter(&store.lists).await?;
            let names: Vec<String> = store.versions.borrow().keys().filter(|k| k.starts_with(prefix)).cloned().collect();
            let found =
                names.into_iter().filter_map(|name| store.seen(&name, self.location).map(|v| KvEntry { name, metadata: v.metadata }));
            Ok(found.take(1_000).collect())
        })
    }
}
