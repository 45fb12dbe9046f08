//! The staff's app: the organizations of an account, and of each its overview and its tickets. Also answers what no other Worker's
//! routes match on the app's host, so that a wrong address gets a page.

pub mod routes;
pub mod words;

use kernel::{
    Sql,
    host::Surface,
    route::{Entry, command, query},
    worker::{Binding, Worker},
};
use routes::{home, notifications, overview, ticket_list, ticket_page};

/// Its routes.
pub const ROUTES: &[Entry] = &[
    query::<home::Home>(),
    query::<overview::Overview>(),
    query::<ticket_list::TicketList>(),
    query::<ticket_page::TicketPage>(),
    query::<notifications::inbox_page::InboxPage>(),
    command::<notifications::open::Open>(),
    command::<notifications::read_all::ReadAll>(),
    query::<notifications::choices_page::ChoicesPage>(),
    command::<notifications::choices::Choose>(),
];

/// The Worker.
pub const WORKER: Worker = Worker {
    name: "org",
    routes: ROUTES,
    fallback: &[Surface::App],
    bindings: &[Binding::Db, Binding::Kv, Binding::Limiters],
    vars: &[],
    secrets: &[],
    consumes: &[],
    crons: &[],
};

/// Its statements, for the catalogue test.
pub const CATALOGUES: &[&[Sql]] = &[home::CATALOGUE, overview::CATALOGUE, ticket_list::CATALOGUE, ticket_page::CATALOGUE];

#[cfg(target_family = "wasm")]
edge::worker!(WORKER, pages = html::error_page);
