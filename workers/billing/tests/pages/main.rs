//! The organization's billing pages, through dispatch, with Stripe's emulator behind the HTTP port.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod buying;
mod changing;
mod choosing;
mod pressing;
mod repairing;
mod stage;
mod table;
