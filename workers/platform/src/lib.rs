//! The operators' console: all organizations, and the background work that needs a human. Also answers what no other Worker's
//! routes match on the console's host, so that a wrong address gets a page.

pub mod routes;

use kernel::{
    Sql,
    host::Surface,
    route::{Entry, query},
    worker::{Binding, Worker},
};
use routes::{jobs, orgs};

/// Its routes.
pub const ROUTES: &[Entry] = &[query::<orgs::Orgs>(), query::<jobs::Jobs>()];

/// The Worker.
pub const WORKER: Worker = Worker {
    name: "platform",
    routes: ROUTES,
    fallback: &[Surface::Platform],
    bindings: &[Binding::Db, Binding::Kv, Binding::Limiters],
    vars: &[],
    secrets: &[],
    consumes: &[],
    crons: &[],
};

/// Its statements, for the catalogue test.
pub const CATALOGUES: &[&[Sql]] = &[jobs::CATALOGUE, orgs::CATALOGUE];

#[cfg(target_family = "wasm")]
edge::worker!(WORKER, pages = html::error_page);
