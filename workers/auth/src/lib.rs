//! Sign-in and sign-out on the three surfaces for people.
//!
//! [`door`] says who may come in where, [`password`] is the only place that hashes, [`next`] is where a visitor may be led back to.

pub mod door;
pub mod next;
pub mod password;
pub mod routes;

use kernel::{
    Sql,
    route::{Entry, command, query},
    worker::{Binding, Worker},
};
use routes::{sign_in, sign_in_page, sign_out};

/// Its routes.
pub const ROUTES: &[Entry] = &[
    query::<sign_in_page::SignInPage>(),
    command::<sign_in::SignIn>(),
    command::<sign_out::SignOut>(),
];

/// The Worker.
pub const WORKER: Worker = Worker {
    name: "auth",
    routes: ROUTES,
    fallback: &[],
    bindings: &[Binding::Db, Binding::Kv, Binding::Limiters],
    vars: &[],
    secrets: &[],
    consumes: &[],
    crons: &[],
};

/// Its statements, for the catalogue test.
pub const CATALOGUES: &[&[Sql]] = &[door::CATALOGUE];

#[cfg(target_family = "wasm")]
edge::worker!(WORKER, pages = html::error_page);
