//! Native stand-ins for the platform, with faults to inject. For tests only.
//!
//! A [`Harness`] is a whole deployment in one thread: SQLite with the real migrations behind D1's rules ([`database`]), KV, R2,
//! queues, limiters, other people's servers, a clock that stands still until it is told to move. It holds a [`World`] of three
//! organizations with keys, people, sessions and data.
//!
//! ```ignore
//! let h = Harness::new();
//! let reply = h.call(&api::WORKER, get("/v1/tickets").key(&h.world.team.keys.full));
//! assert_eq!(reply.status, 200);
//! assert_eq!(h.db.trips(), 1);
//! ```
//!
//! - Background work: [`Harness::call`] replies and then runs what was deferred; [`background`] can hold it or lose it.
//! - Queues and crons: [`Harness::drain`] and [`Harness::run_for`] with the Worker's [`kernel::task::Handlers`].
//! - Faults: [`Database::fail_at`](database::Database::fail_at), [`kv`], [`blobs`], [`queues`], [`http`] each have their own.
//! - Races: [`Harness::together`] interleaves requests at every I/O; [`Harness::cut`] drops one in the middle, as a crash does.
//! - A second isolate, somewhere else on the network: [`Harness::elsewhere`].

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "it serves tests: what goes wrong here must stop them"
)]

pub mod background;
pub mod blobs;
pub mod bursts;
pub mod call;
pub mod database;
pub mod harness;
pub mod http;
pub mod kv;
pub mod log;
pub mod mailer;
pub mod pace;
pub mod queues;
pub mod replied;
pub mod time;
pub mod world;

pub use call::{Call, delete, get, patch, post, request};
pub use database::{Database, DbFault, When};
pub use harness::Harness;
pub use pace::block_on;
pub use replied::Replied;
pub use world::World;
