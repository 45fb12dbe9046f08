//! Stripe, as far as Portico needs it: webhooks verified over raw bytes, and a handful of calls typed by the fields that are read.
//!
//! Everything is pure but [`client::Transport`], the port through which a request leaves: `edge` puts the platform's fetch behind
//! it, tests put the emulator's state machine behind it. Base URL, secret key and API version are configuration. Unknown fields
//! and unknown values of enumerations are accepted everywhere: Stripe adds them without notice.
//!
//! Why no ready-made SDK: size, build time and strictness; see the design notes on Stripe.

pub mod calls;
pub mod charge;
pub mod checkout;
pub mod client;
pub mod decline;
pub mod error;
pub mod event;
pub mod fact;
pub mod invoice;
pub mod objects;
pub mod portal;
pub mod setup;
pub mod signature;
pub mod subscription;
pub mod units;

pub use client::{Client, Config};
pub use error::{Cause, StripeError};
pub use setup::{Mode, Setup};
