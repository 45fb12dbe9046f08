//! A tenant's portal for its customers: their own tickets, and nothing of anybody else. Also answers what no other Worker's routes
//! match on a portal's host, so that a wrong address gets a page.
//!
//! Whether the portal is open is judged with the session (`store::sessions`), so no page of a closed one opens for anybody.

pub mod full;
pub mod routes;
pub mod words;

use kernel::{
    Sql,
    host::Surface,
    ports::Queue,
    route::{Entry, command, disclosure, query},
    worker::{Binding, Worker},
};
use routes::{brand, home, logo, notifications, privacy, tickets};

/// Its routes.
pub const ROUTES: &[Entry] = &[
    query::<home::Home>(),
    query::<brand::Brand>(),
    query::<logo::Logo>(),
    query::<tickets::list::TicketList>(),
    query::<tickets::create_page::TicketNewPage>(),
    command::<tickets::create::TicketCreate>(),
    query::<tickets::page::TicketPage>(),
    command::<tickets::comment::TicketComment>(),
    command::<tickets::close::TicketClose>(),
    query::<privacy::page::PrivacyPage>(),
    disclosure::<privacy::export::PrivacyExport>(),
    query::<privacy::delete_page::PrivacyDeletePage>(),
    command::<privacy::delete::PrivacyDelete>(),
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
    bindings: &[Binding::Db, Binding::Kv, Binding::Assets, Binding::Limiters, Binding::Send(Queue::Events), Binding::Send(Queue::Mail)],
    vars: &[],
    secrets: &[],
    consumes: &[],
    crons: &[],
};

/// Its statements, for the catalogue test.
pub const CATALOGUES: &[&[Sql]] = &[
    home::CATALOGUE,
    brand::CATALOGUE,
    tickets::list::CATALOGUE,
    tickets::page::CATALOGUE,
    tickets::comment::CATALOGUE,
    privacy::page::CATALOGUE,
    privacy::data::CATALOGUE,
    privacy::delete::CATALOGUE,
];

#[cfg(target_family = "wasm")]
edge::worker!(WORKER, pages = html::error_page);
