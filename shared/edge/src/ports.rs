//! The kernel's ports over the platform: made anew for each event, since handles don't outlive theirs. One allocation serves all but the buckets.
//!
//! A binding is looked up when it is used: most requests touch two of them.

use crate::{Context, Env, PlatformError, blob, clock, http, js, log, rng};
use kernel::{
    Fut, Millis,
    db::{Batch, DbError, Outcome, Reader, Rows, Writer},
    ports::{
        Answer, Background, BlobReader, Blobs, Bursts, Clock, Http, HttpError, Kv, KvEntry, Log, MailRefused, Mailer, Object, Outgoing,
        OutgoingMail, Part, PortError, Ports, Queue, Queues, Rng, Stream,
    },
    sql::Stmt,
};
use std::{any::Any, rc::Rc};

/// The base URL of the local emulator: no public name, so nothing else ever answers to it. Reached through a service binding.
const LOCAL_STRIPE: &str = "http://stripe.internal/";
const STRIPE_EMULATOR: &str = "STRIPE_EMULATOR";

struct Platform {
    env: Env,
    context: Context,
}

/// The ports of one event.
pub fn of(env: &Env, context: &Context) -> Ports {
    let all = Rc::new(Platform { env: env.clone(), context: context.clone() });
    Ports {
        db: all.clone(),
        kv: all.clone(),
        blobs: Rc::new(Bucket { env: env.clone(), binding: "EXPORTS" }),
        assets: Rc::new(Bucket { env: env.clone(), binding: "BRAND_ASSETS" }),
        queues: all.clone(),
        bursts: all.clone(),
        clock: all.clone(),
        rng: all.clone(),
        http: all.clone(),
        mailer: all.clone(),
        log: all.clone(),
        background: all,
    }
}

impl From<PlatformError> for PortError {
    fn from(e: PlatformError) -> Self {
        Self(e.0)
    }
}

/// A database's refusal in its own words.
fn refused(e: PlatformError) -> DbError {
    DbError(e.0)
}

impl Reader for Platform {
    fn read(&self, stmts: Vec<Stmt>) -> Fut<'_, Result<Vec<Rows>, DbError>> {
        Box::pin(async move {
            let db = self.env.d1("DB").map_err(refused)?;
            let sets = db.read(&stmts).await.map_err(refused)?;
            Ok(sets.into_iter().map(|set| set.rows).collect())
        })
    }
}
impl Writer for Platform {
    fn apply(&self, batch: Batch) -> Fut<'_, Result<Vec<Outcome>, DbError>> {
        Box::pin(async move {
            let db = self.env.d1("DB").map_err(refused)?;
            db.batch(&batch.into_stmts()).await.map_err(refused)
        })
    }
}

impl Kv for Platform {
    fn get<'a>(&'a self, key: &'a str, cache_seconds: u32) -> Fut<'a, Result<Option<Vec<u8>>, PortError>> {
        Box::pin(async move { Ok(self.env.kv("KV")?.get(key, cache_seconds).await?) })
    }
    fn put<'a>(&'a self, key: &'a str, value: &'a [u8], metadata: Option<&'a str>, ttl_seconds: u32) -> Fut<'a, Result<(), PortError>> {
        Box::pin(async move { Ok(self.env.kv("KV")?.put(key, value, metadata, ttl_seconds).await?) })
    }
    fn delete<'a>(&'a self, key: &'a str) -> Fut<'a, Result<(), PortError>> {
        Box::pin(async move { Ok(self.env.kv("KV")?.delete(key).await?) })
    }
    fn list<'a>(&'a self, prefix: &'a str) -> Fut<'a, Result<Vec<KvEntry>, PortError>> {
        Box::pin(async move {
            let keys = self.env.kv("KV")?.list(prefix).await?;
            Ok(keys.into_iter().map(|k| KvEntry { name: k.name, metadata: k.metadata.unwrap_or_default() }).collect())
        })
    }
}

impl Stream for blob::Stream {
    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}
/// One of the buckets, by the name of its binding.
struct Bucket {
    env: Env,
    binding: &'static str,
}
impl BlobReader for Bucket {
    fn open<'a>(&'a self, key: &'a str) -> Fut<'a, Result<Option<Object>, PortError>> {
        Box::pin(async move {
            let found = self.env.bucket(self.binding)?.open(key, blob::Range::Whole).await?;
            Ok(found.map(|(head, stream)| Object { stream: Box::new(stream), bytes: head.bytes, etag: head.etag }))
        })
    }
    fn bytes<'a>(&'a self, key: &'a str) -> Fut<'a, Result<Option<Vec<u8>>, PortError>> {
        Box::pin(async move { Ok(self.env.bucket(self.binding)?.bytes(key, blob::Range::Whole).await?) })
    }
}
impl Blobs for Bucket {
    fn put<'a>(&'a self, key: &'a str, bytes: Vec<u8>, content_type: &'a str) -> Fut<'a, Result<(), PortError>> {
        Box::pin(async move { Ok(self.env.bucket(self.binding)?.put(key, bytes, content_type).await?) })
    }
    fn delete<'a>(&'a self, key: &'a str) -> Fut<'a, Result<(), PortError>> {
        Box::pin(async move { Ok(self.env.bucket(self.binding)?.delete(key).await?) })
    }
    fn begin<'a>(&'a self, key: &'a str, content_type: &'a str) -> Fut<'a, Result<String, PortError>> {
        Box::pin(async move { Ok(self.env.bucket(self.binding)?.begin(key, content_type).await?) })
    }
    fn part<'a>(&'a self, key: &'a str, upload: &'a str, number: u16, bytes: Vec<u8>) -> Fut<'a, Result<Part, PortError>> {
        Box::pin(async move { Ok(self.env.bucket(self.binding)?.part(key, upload, number, bytes).await?) })
    }
    fn complete<'a>(&'a self, key: &'a str, upload: &'a str, parts: &'a [Part]) -> Fut<'a, Result<(), PortError>> {
        Box::pin(async move { Ok(self.env.bucket(self.binding)?.complete(key, upload, parts).await?) })
    }
    fn abort<'a>(&'a self, key: &'a str, upload: &'a str) -> Fut<'a, Result<(), PortError>> {
        Box::pin(async move { Ok(self.env.bucket(self.binding)?.abort(key, upload).await?) })
    }
}

impl Queues for Platform {
    fn send<'a>(&'a self, queue: Queue, bodies: Vec<String>, delay_seconds: u32) -> Fut<'a, Result<(), PortError>> {
        Box::pin(async move { Ok(self.env.queue(queue.binding())?.send(bodies, delay_seconds).await?) })
    }
}

impl Bursts for Platform {
    fn admit<'a>(&'a self, binding: &'static str, key: &'a str) -> Fut<'a, Result<bool, PortError>> {
        Box::pin(async move { Ok(self.env.limiter(binding)?.admit(key).await?) })
    }
}

impl Clock for Platform {
    fn now(&self) -> Millis {
        Millis::new(clock::now_ms())
    }
}
impl Rng for Platform {
    fn fill(&self, buffer: &mut [u8]) {
        rng::fill(buffer);
    }
}
impl Log for Platform {
    fn line(&self, json: &str, failed: bool) {
        log::line(json, failed);
    }
}
impl Background for Platform {
    fn defer(&self, work: Fut<'static, ()>) {
        self.context.wait_until(work);
    }
}

impl Mailer for Platform {
    fn send(&self, mail: OutgoingMail) -> Fut<'_, Result<String, MailRefused>> {
        Box::pin(async move { crate::mail::send(&js::binding(self.env.raw().as_ref(), "EMAIL"), mail).await })
    }
}

impl Http for Platform {
    fn send(&self, request: Outgoing) -> Fut<'_, Result<Answer, HttpError>> {
        Box::pin(async move {
            let emulator = request.url.starts_with(LOCAL_STRIPE).then(|| self.env.service(STRIPE_EMULATOR));
            match emulator {
                Some(service) => http::send_through(&service.map_err(|e| HttpError::Network(e.0))?, request).await,
                None => http::send(request).await,
            }
        })
    }
}
