//! Exports: asked for here, made by the jobs Worker, downloaded here through a signed link.

pub mod routes;

use kernel::{
    Sql,
    ports::Queue,
    route::{Entry, command, disclosure, query},
    worker::{Binding, Worker},
};
use routes::{download::Download, export_create::ExportCreate, export_get::ExportGet, export_list::ExportList};

/// Its routes.
pub const ROUTES: &[Entry] = &[query::<ExportList>(), command::<ExportCreate>(), query::<ExportGet>(), disclosure::<Download>()];

/// The Worker.
pub const WORKER: Worker = Worker {
    name: "exports",
    routes: ROUTES,
    fallback: &[],
    bindings: &[Binding::Db, Binding::Kv, Binding::Limiters, Binding::Exports, Binding::Send(Queue::Exports)],
    vars: &[],
    secrets: &[],
    consumes: &[],
    crons: &[],
};

/// Its statements, for the catalogue test.
pub const CATALOGUES: &[&[Sql]] =
    &[routes::download::CATALOGUE, routes::export_create::CATALOGUE, routes::export_get::CATALOGUE, routes::export_list::CATALOGUE];

#[cfg(target_family = "wasm")]
edge::worker!(WORKER);
