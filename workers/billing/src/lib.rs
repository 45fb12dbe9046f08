//! Stripe's events come in here: verified over their raw bytes, stored, acknowledged. What they mean is read again at Stripe by
//! the jobs Worker; this one holds no key for Stripe's API.

pub mod routes;

use kernel::{
    Sql,
    ports::Queue,
    route::{Entry, command},
    worker::{Binding, Worker},
};
use routes::stripe_event::StripeEvent;

/// Its routes.
pub const ROUTES: &[Entry] = &[command::<StripeEvent>()];

/// Which of Stripe's modes this deployment takes events of: `test` or `live`.
pub const STRIPE_MODE: &str = "STRIPE_MODE";

/// The Worker.
pub const WORKER: Worker = Worker {
    name: "billing",
    routes: ROUTES,
    fallback: &[],
    bindings: &[Binding::Db, Binding::Kv, Binding::Limiters, Binding::Send(Queue::Stripe)],
    vars: &[STRIPE_MODE],
    secrets: &[stripe::signature::VARIABLE],
    consumes: &[],
    crons: &[],
};

/// Its statements, for the catalogue test.
pub const CATALOGUES: &[&[Sql]] = &[];

#[cfg(target_family = "wasm")]
edge::worker!(WORKER);
