//! Webhook endpoints and deliveries, as the API offers them.

use kernel::{
    Sql,
    route::Entry,
    worker::{Binding, Worker},
};

/// Its routes.
pub const ROUTES: &[Entry] = &[];

/// The Worker.
pub const WORKER: Worker = Worker {
    name: "webhooks",
    routes: ROUTES,
    fallback: &[],
    bindings: &[Binding::Db, Binding::Kv, Binding::Limiters],
    vars: &[],
    secrets: &[],
    consumes: &[],
    crons: &[],
};

/// Its statements, for the catalogue test.
pub const CATALOGUES: &[&[Sql]] = &[];
