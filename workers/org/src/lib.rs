//! The staff's app.

use kernel::{
    Sql,
    route::Entry,
    worker::{Binding, Worker},
};

/// Its routes.
pub const ROUTES: &[Entry] = &[];

/// The Worker.
pub const WORKER: Worker = Worker {
    name: "org",
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
