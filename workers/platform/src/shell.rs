//! What stands around every page of the console.

use html::{Link, Look, Shell, Who, document};
use kernel::{Read, Reply, Request};
use maud::Markup;
use store::forms;

/// A page of the console's navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// All organizations.
    Orgs,
    /// Background work.
    Jobs,
}

/// The page.
pub fn page(cx: &Read<'_>, req: &Request, place: Place, title: &str, main: &Markup) -> Reply {
    let shown = forms::show(&cx.app().config.keys, req, cx.principal(), cx.random());
    let who = Who { name: cx.principal().label(), csrf: &shown.token };
    let nav = [
        Link { label: "Organizations", href: "/".into(), here: place == Place::Orgs },
        Link { label: "Background work", href: "/jobs".into(), here: place == Place::Jobs },
    ];
    let reply = Reply::html(
        200,
        document(&Shell { look: Look::Platform, brand: "Portico", title, failed: false, nav: &nav, who: Some(who) }, main),
    );
    match shown.set_cookie {
        Some(cookie) => reply.with("set-cookie", cookie),
        None => reply,
    }
}
