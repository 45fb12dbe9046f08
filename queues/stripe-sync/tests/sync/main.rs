//! The billing thread from end to end, natively: Stripe's emulator, the door, the database, the queue and its consumer.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod convergence;
mod effects;
mod failures;
mod ledger;
mod lifecycle;
mod races;
mod repair;
mod stage;
