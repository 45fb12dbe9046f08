//! What stands around every page of a portal: the tenant's name, and who is signed in.

use html::{
    Link, Look, Shell, Who, document,
    part::{Tone, badge},
};
use kernel::{Principal, Read, Reply, Request, Result, error::Error, host::Site, principal::Customer};
use maud::Markup;
use store::forms;

/// The customer that is signed in.
///
/// # Errors
/// An incident on a route that lets others in.
pub fn customer<'a>(cx: &Read<'a>) -> Result<&'a Customer> {
    match cx.principal() {
        Principal::Customer(customer) => Ok(customer),
        other => Err(Error::incident("the signed-in customer", other.kind())),
    }
}

/// The page. `home` tells whether it is the start itself.
pub fn page(cx: &Read<'_>, req: &Request, home: bool, title: &str, main: &Markup) -> Reply {
    let brand = match cx.site() {
        Site::Portal(tenant) => tenant.name.as_str(),
        Site::App | Site::Platform | Site::Api => "Customer portal",
    };
    let shown = forms::show(&cx.app().config.keys, req, cx.principal(), cx.random());
    let who = Who { name: cx.principal().label(), csrf: &shown.token };
    let nav = [Link { label: "My tickets", href: "/".into(), here: home }];
    let reply = Reply::html(200, document(&Shell { look: Look::Portal, brand, title, failed: false, nav: &nav, who: Some(who) }, main));
    match shown.set_cookie {
        Some(cookie) => reply.with("set-cookie", cookie),
        None => reply,
    }
}

/// The status of a ticket, as it looks to the customer.
pub fn status(word: &str) -> Markup {
    match word {
        "open" => badge(Tone::Good, "open"),
        // Pending is the team's word: it is the customer who is waited for.
        "pending" => badge(Tone::Warn, "waiting for you"),
        other => badge(Tone::Plain, other),
    }
}
