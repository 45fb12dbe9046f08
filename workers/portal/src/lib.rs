//! A tenant's portal for its customers: their own tickets, and nothing of anybody else. Also answers what no other Worker's routes
//! match on a portal's host, so that a wrong address gets a page.
//!
//! Whether the portal is open is judged with the session (`store::sessions`), so no page of a closed one opens for anybody.

pub mod routes;
pub mod words;

use kernel::{
    Sql,
    host::Surface,
    route::{Entry, command, query},
    worker::{Binding, Worker},
};
use routes::{home, notifications, ticket_page};

/// Its routes.
pub const ROUTES: &[Entry] = &[
    query::<home::Home>(),
    query::<ticket_page::TicketPage>(),
    query::<notifications::inbox_page::InboxPage>(),
    command::<notifications::open::Open>(),
    command::<notifications::read_all::ReadAll>(),
    query::<notifications::choices_page::ChoicesPage>(),
    command::<notifications::choices::Choose>(),
];

/// The Worker.
pub const WORKER: Worker = Worker {
    name: "portal",
    routes: ROUTES,
    fallback: &[Surface::Portal],
    bindings: &[Binding::Db, Binding::Kv, Binding::Limiters],
    vars: &[],
    secrets: &[],
    consumes: &[],
    crons: &[],
};

/// Its statements, for the catalogue test.
pub const CATALOGUES: &[&[Sql]] = &[home::CATALOGUE, ticket_page::CATALOGUE];

#[cfg(target_family = "wasm")]
edge::worker!(WORKER, pages = html::error_page);
