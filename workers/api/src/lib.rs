//! The external API's own resources: `/v1/me`, customers, tickets and their comments. Also answers what no other Worker's routes match
//! on the API host, so that a wrong address gets a problem document.

pub mod routes;

use kernel::{
    Sql,
    host::Surface,
    ports::Queue,
    route::{Entry, command, query},
    worker::{Binding, Worker},
};
use routes::{
    comment_create, comment_list, customer_create, customer_get, customer_list, customer_update, me, member_list, ticket_create,
    ticket_get, ticket_list, ticket_update,
};

/// Its routes.
pub const ROUTES: &[Entry] = &[
    query::<me::Me>(),
    query::<customer_list::CustomerList>(),
    command::<customer_create::CustomerCreate>(),
    query::<customer_get::CustomerGet>(),
    command::<customer_update::CustomerUpdate>(),
    query::<member_list::MemberList>(),
    query::<ticket_list::TicketList>(),
    command::<ticket_create::TicketCreate>(),
    query::<ticket_get::TicketGet>(),
    command::<ticket_update::TicketUpdate>(),
    query::<comment_list::CommentList>(),
    command::<comment_create::CommentCreate>(),
];

/// The Worker.
pub const WORKER: Worker = Worker {
    name: "api",
    routes: ROUTES,
    fallback: &[Surface::Api],
    bindings: &[Binding::Db, Binding::Kv, Binding::Limiters, Binding::Send(Queue::Events), Binding::Send(Queue::Mail)],
    vars: &[],
    secrets: &[],
    consumes: &[],
    crons: &[],
};

/// Its statements, for the catalogue test.
pub const CATALOGUES: &[&[Sql]] =
    &[customer_list::CATALOGUE, member_list::CATALOGUE, ticket_list::CATALOGUE, ticket_get::CATALOGUE, comment_list::CATALOGUE];

#[cfg(target_family = "wasm")]
edge::worker!(WORKER);
