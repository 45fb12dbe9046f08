//! The ports behind which the platform lives: `edge` implements them on Workers, `testkit` natively with faults to inject.

use crate::{Fut, db::Writer, time::Millis};
use std::rc::Rc;

/// Why a port failed, in the platform's words. Never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortError(pub String);
impl std::fmt::Display for PortError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
impl From<PortError> for crate::Error {
    #[track_caller]
    fn from(e: PortError) -> Self {
        Self::incident("a platform port", e.0)
    }
}

/// A key of a KV listing with its metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KvEntry {
    /// The key.
    pub name: String,
    /// Its metadata, JSON text; empty when there is none.
    pub metadata: String,
}

/// Workers KV: eventually consistent, one write a second for each key.
pub trait Kv {
    /// Reads a value. `cache_seconds` is how long this location may answer from its cache (at least 30).
    fn get<'a>(&'a self, key: &'a str, cache_seconds: u32) -> Fut<'a, Result<Option<Vec<u8>>, PortError>>;
    /// Stores a value with metadata (JSON text of at most 1,024 bytes) for `ttl_seconds` (at least 60).
    fn put<'a>(&'a self, key: &'a str, value: &'a [u8], metadata: Option<&'a str>, ttl_seconds: u32) -> Fut<'a, Result<(), PortError>>;
    /// Removes a value.
    fn delete<'a>(&'a self, key: &'a str) -> Fut<'a, Result<(), PortError>>;
    /// Lists up to 1,000 keys under a prefix with their metadata.
    fn list<'a>(&'a self, prefix: &'a str) -> Fut<'a, Result<Vec<KvEntry>, PortError>>;
}

/// A part of a multipart upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// From 1.
    pub number: u16,
    /// What the store calls it.
    pub etag: String,
}

/// An object on its way to the client: opaque here, a platform stream in `edge`.
pub trait Stream {
    /// The way back to the platform's own type.
    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any>;
}

/// An object found in the store.
pub struct Object {
    /// Its content.
    pub stream: Box<dyn Stream>,
    /// Its length in bytes.
    pub bytes: u64,
    /// Its entity tag, quoted.
    pub etag: String,
}

/// R2, reads.
pub trait BlobReader {
    /// Opens an object.
    fn open<'a>(&'a self, key: &'a str) -> Fut<'a, Result<Option<Object>, PortError>>;
    /// Reads a whole small object.
    fn bytes<'a>(&'a self, key: &'a str) -> Fut<'a, Result<Option<Vec<u8>>, PortError>>;
}
/// R2: reads and writes.
pub trait Blobs: BlobReader {
    /// Stores an object whole.
    fn put<'a>(&'a self, key: &'a str, bytes: Vec<u8>, content_type: &'a str) -> Fut<'a, Result<(), PortError>>;
    /// Removes an object; a missing one is fine.
    fn delete<'a>(&'a self, key: &'a str) -> Fut<'a, Result<(), PortError>>;
    /// Begins a multipart upload and returns its id.
    fn begin<'a>(&'a self, key: &'a str, content_type: &'a str) -> Fut<'a, Result<String, PortError>>;
    /// Uploads one part; all parts but the last have the same size, of at least 5 MiB.
    fn part<'a>(&'a self, key: &'a str, upload: &'a str, number: u16, bytes: Vec<u8>) -> Fut<'a, Result<Part, PortError>>;
    /// Completes a multipart upload.
    fn complete<'a>(&'a self, key: &'a str, upload: &'a str, parts: &'a [Part]) -> Fut<'a, Result<(), PortError>>;
    /// Gives a multipart upload up.
    fn abort<'a>(&'a self, key: &'a str, upload: &'a str) -> Fut<'a, Result<(), PortError>>;
}

/// The queues there are: one a consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Queue {
    /// Domain events to fan out.
    Events,
    /// Webhook deliveries to attempt.
    Deliveries,
    /// Stripe customers to sync.
    Stripe,
    /// Exports to go on with.
    Exports,
    /// Mails to send.
    Mail,
}
impl Queue {
    /// Every queue.
    pub const ALL: [Self; 5] = [Self::Events, Self::Deliveries, Self::Stripe, Self::Exports, Self::Mail];
    /// Its name on the platform.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Events => "portico-events",
            Self::Deliveries => "portico-deliveries",
            Self::Stripe => "portico-stripe",
            Self::Exports => "portico-exports",
            Self::Mail => "portico-mail",
        }
    }
    /// The queue that takes the messages it has given up.
    pub const fn dead_letters(self) -> &'static str {
        match self {
            Self::Events => "portico-events-dead",
            Self::Deliveries => "portico-deliveries-dead",
            Self::Stripe => "portico-stripe-dead",
            Self::Exports => "portico-exports-dead",
            Self::Mail => "portico-mail-dead",
        }
    }
    /// The name of its producer binding.
    pub const fn binding(self) -> &'static str {
        match self {
            Self::Events => "Q_EVENTS",
            Self::Deliveries => "Q_DELIVERIES",
            Self::Stripe => "Q_STRIPE",
            Self::Exports => "Q_EXPORTS",
            Self::Mail => "Q_MAIL",
        }
    }
}

/// Sends hints. A hint may come late, twice or never: the row it speaks of is the truth.
pub trait Queues {
    /// Sends text bodies (each at most 128 KB), at most 100 at once, to be seen after `delay_seconds`.
    fn send<'a>(&'a self, queue: Queue, bodies: Vec<String>, delay_seconds: u32) -> Fut<'a, Result<(), PortError>>;
}

/// The platform's own burst limiter: per location, approximate, no numbers.
pub trait Bursts {
    /// Counts one and says whether it was within the limit. `binding` is one of the configured limiters.
    fn admit<'a>(&'a self, binding: &'static str, key: &'a str) -> Fut<'a, Result<bool, PortError>>;
}

/// What time it is.
pub trait Clock {
    /// Now. On Workers it stands still between I/O.
    fn now(&self) -> Millis;
}

/// Cryptographically strong random bytes.
pub trait Rng {
    /// Fills the buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// A request to somebody else's server.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// GET, POST, DELETE.
    pub method: &'static str,
    /// An absolute URL.
    pub url: String,
    /// Headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Given up after that many milliseconds.
    pub timeout_ms: u32,
    /// At most that many bytes of the answer are read.
    pub read_at_most: usize,
}
/// Their answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status. Redirects are not followed.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, cut at `read_at_most`.
    pub body: Vec<u8>,
}
impl Answer {
    /// A header by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}
/// Why there was no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HttpError {
    /// Not within the timeout.
    Timeout,
    /// No connection, or it broke; the platform's words.
    Network(String),
}
impl std::fmt::Display for HttpError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Timeout => f.write_str("timed out"),
            Self::Network(why) => f.write_str(why),
        }
    }
}
/// Calls other servers.
pub trait Http {
    /// Sends a request and reads the answer.
    fn send(&self, request: Outgoing) -> Fut<'_, Result<Answer, HttpError>>;
}

/// A mail for the platform's own sender.
#[derive(Clone, PartialEq, Eq)]
pub struct OutgoingMail {
    /// The sender's name.
    pub from_name: String,
    /// The sender's address.
    pub from: String,
    /// The recipient's address.
    pub to: String,
    /// One line.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// More headers: names with values of one line.
    pub headers: Vec<(&'static str, String)>,
}
/// Why the platform's sender did not take a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailRefused {
    /// Whether trying again can't help.
    pub permanent: bool,
    /// The platform's words.
    pub why: String,
}
/// The platform's own mail sender.
pub trait Mailer {
    /// Sends a mail and returns what the platform calls it.
    fn send(&self, mail: OutgoingMail) -> Fut<'_, Result<String, MailRefused>>;
}

/// The log: one JSON line an event.
pub trait Log {
    /// Writes a line. `failed` marks what a human should look at.
    fn line(&self, json: &str, failed: bool);
}

/// Work that may go on after the reply.
pub trait Background {
    /// Keeps the isolate alive until the future ends (30 s at most on the platform). For what may be lost.
    fn defer(&self, work: Fut<'static, ()>);
}

/// All of them. Cheap to clone, made anew for each request: platform handles don't outlive theirs.
#[derive(Clone)]
pub struct Ports {
    /// D1.
    pub db: Rc<dyn Writer>,
    /// KV.
    pub kv: Rc<dyn Kv>,
    /// R2: exports.
    pub blobs: Rc<dyn Blobs>,
    /// R2: what pages show, such as logos.
    pub assets: Rc<dyn Blobs>,
    /// Queues.
    pub queues: Rc<dyn Queues>,
    /// Burst limiters.
    pub bursts: Rc<dyn Bursts>,
    /// Time.
    pub clock: Rc<dyn Clock>,
    /// Randomness.
    pub rng: Rc<dyn Rng>,
    /// Other servers.
    pub http: Rc<dyn Http>,
    /// Mail.
    pub mailer: Rc<dyn Mailer>,
    /// The log.
    pub log: Rc<dyn Log>,
    /// Work after the reply.
    pub background: Rc<dyn Background>,
}

impl Ports {
    /// A new id.
    pub fn id<I: crate::Id>(&self) -> I {
        let mut random = [0; 10];
        self.rng.fill(&mut random);
        I::make(self.clock.now(), random)
    }
    /// Random bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng.fill(&mut bytes);
        bytes
    }
}
