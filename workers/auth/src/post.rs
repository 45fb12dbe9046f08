//! Mail of this Worker: under the name that stands over the door, with links to the host it was asked for on.

use crate::door::Door;
use kernel::{Mutation, Request, Result, app::App};
use mail::{Brand, Letter, Link, Mail};

/// Posts a letter with a change.
///
/// # Errors
/// An incident when it can't be written.
pub fn letter(change: Mutation, app: &App, door: Door<'_>, to: &str, letter: Letter) -> Result<Mutation> {
    store::mail::post(change, app, &under(app, door, Mail::new(to, letter)))
}
/// The same, posted only if there is somebody to read it: an answer takes as long whether or not there is.
///
/// # Errors
/// As [`letter`].
pub fn letter_if(somebody: bool, change: Mutation, app: &App, door: Door<'_>, to: &str, letter: Letter) -> Result<Mutation> {
    store::mail::post(change, app, &under(app, door, Mail::new(to, letter)).only_if(somebody))
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
