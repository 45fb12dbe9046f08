//! Pages for whoever develops, at `/dev/…` of the app's host. Local only: this Worker is never deployed (tests/boundaries), and each
//! page refuses to exist elsewhere ([`only_local`]).

pub mod routes;

use kernel::{
    Result, Sql,
    config::Config,
    error::Code,
    route::{Entry, query},
    worker::{Binding, Worker},
};
use routes::{components, mail_html, mail_json, mail_list, mail_page};

/// Its routes.
pub const ROUTES: &[Entry] = &[
    query::<components::Components>(),
    query::<mail_list::MailList>(),
    query::<mail_json::MailJson>(),
    query::<mail_page::MailPage>(),
    query::<mail_html::MailHtml>(),
];

/// The Worker.
pub const WORKER: Worker = Worker {
    name: "dev",
    routes: ROUTES,
    fallback: &[],
    bindings: &[Binding::Db, Binding::Kv, Binding::Limiters],
    vars: &[],
    secrets: &[],
    consumes: &[],
    crons: &[],
};

/// Its statements, for the catalogue test.
pub const CATALOGUES: &[&[Sql]] = &[routes::mails::CATALOGUE];

/// Whether this is a developer's machine. Every page here asks first, in case one is ever deployed by mistake.
///
/// # Errors
/// 404 elsewhere.
pub fn only_local(config: &Config) -> Result<()> {
    if config.is_local() { Ok(()) } else { Err(Code::NotFound.into()) }
}

#[cfg(target_family = "wasm")]
edge::worker!(WORKER, pages = html::error_page);
