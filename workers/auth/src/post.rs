//! Mail of this Worker: under the name that stands over the door, with links to the host it was asked for on.

use crate::door::Door;
use kernel::{Committed, Id, MailId, Mutation, Reply, Request, Result, Write, app::App, audit::Action};
use mail::{Among, Asked, Brand, Letter, Link, Mail, Wish};

/// Posts a letter with a change.
///
/// # Errors
/// An incident when it can't be written.
pub fn letter(change: Mutation, app: &App, door: Door<'_>, to: &str, letter: Letter) -> Result<Mutation> {
    store::mail::post(change, app, &under(app, door, Mail::new(to, letter)))
}
/// The same, posted once under that key.
///
/// # Errors
/// As [`letter`].
pub fn letter_once(change: Mutation, app: &App, door: Door<'_>, to: &str, letter: Letter, key: String) -> Result<Mutation> {
    store::mail::post(change, app, &under(app, door, Mail::new(to, letter)).once(key))
}
fn under<'a>(app: &App, door: Door<'a>, mail: Mail<'a>) -> Mail<'a> {
    match door {
        Door::Customer(tenant) => mail.from(Brand::of(&app.config, tenant)).about(&tenant.org),
        Door::Staff | Door::Operator => mail,
    }
}

/// Takes in what was asked for with an address, and answers: one batch of the same statements and rows
/// whatever the address is. Nobody is looked up before the answer; what comes of it is the mail queue's.
///
/// # Errors
/// What the database refused.
pub async fn ask(
    cx: &Write<'_>,
    req: &Request,
    door: Door<'_>,
    (wish, action): (Wish, Action),
    email: &str,
    detail: Option<String>,
    reply: Reply,
) -> Result<Committed> {
    let id: MailId = cx.id();
    let (among, brand) = match door {
        Door::Staff => (Among::Staff, Brand::default()),
        Door::Operator => (Among::Operators, Brand::default()),
        Door::Customer(tenant) => (Among::Customers, Brand::of(&cx.app().config, tenant)),
    };
    let asked = Asked { wish, among, host: req.host().to_owned(), detail, brand };
    let change = cx.mutation_in(door.log(), action, id.as_str())?;
    store::mail::ask(change, cx.app(), &id, door.org(), email, asked)?.commit(reply).await
}

/// A page of the host that a request was sent to. The host is one of ours, or a tenant's that was proven: it was resolved.
///
/// # Errors
/// An incident when it is no address.
pub fn page(app: &App, req: &Request, path: &str) -> Result<Link> {
    Ok(Link::at(&app.config.origin(req.host()), path)?)
}
/// Where one looks after one's account.
///
/// # Errors
/// As [`page`].
pub fn account(app: &App, req: &Request) -> Result<Link> {
    page(app, req, "/account/security")
}
