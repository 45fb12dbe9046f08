//! The platform layer: the only crate that speaks to workerd.
//!
//! Two halves. [`entry`] takes events in (requests, queue batches, crons) and hands replies out, in as few crossings between wasm
//! and JavaScript as possible, without the `worker` crate's event macro. The rest are thin structs over what the platform offers:
//! [`d1`], [`kv`], [`blob`], [`queue`], [`limiter`], [`http`], [`clock`], [`rng`], [`log`]; bindings come from an [`Env`], and
//! [`ports`] puts the kernel's ports over them.
//!
//! The JavaScript halves are in `js/`; `js/entry.mjs` is the main module of every Worker and also what survives a trap.
//! Platform handles belong to the request that they came with: nothing here keeps one in a static.

pub mod blob;
pub mod clock;
pub mod d1;
pub mod entry;
pub mod env;
pub mod error;
pub mod http;
mod js;
pub mod kv;
pub mod limiter;
pub mod log;
pub mod mail;
pub mod ports;
pub mod queue;
pub mod rng;

pub use entry::{Context, Incoming};
pub use env::Env;
pub use error::PlatformError;

/// For the expansion of [`worker!`] only.
#[doc(hidden)]
pub use wasm_bindgen;
