//! A small Stripe: enough of the pinned API version that Portico's billing runs without an account, and that its failures can be
//! rehearsed. For local development and tests; never deployed.
//!
//! [`core`] is a pure state machine: a request and the time in, an answer and signed webhooks out, its state one value that
//! serializes. It is written against Stripe's published specification and behavior, not against our client. [`host`] puts settings, a
//! kept state and a control desk around it, still without I/O; `glue` drives that on workerd.
//!
//! Where it knowingly differs from Stripe: every payment succeeds at once (there are no invoices, payment methods or prorations),
//! prices and products are seeded and read-only, any month is one calendar month in UTC, and restricted keys can do everything.

// Stripe's objects are long literals.
#![recursion_limit = "256"]

pub mod core;
#[cfg(target_family = "wasm")]
mod glue;
pub mod host;

#[cfg(target_family = "wasm")]
edge::raw_worker!(fetch = crate::glue::fetch, scheduled = crate::glue::scheduled);
