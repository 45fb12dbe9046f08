//! What stands around every page of the app: who is signed in, and the pages of the organization one is in.

use html::{
    Link, Look, Shell, Who, document,
    part::{Tone, badge},
};
use kernel::{Read, Reply, Request};
use maud::Markup;
use store::forms;

/// Which entry of an organization's navigation a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// No organization yet.
    Home,
    /// The overview of the organization with that slug.
    Overview(&'a str),
    /// Its tickets.
    Tickets(&'a str),
}

impl Place<'_> {
    fn nav(self) -> Vec<Link> {
        let links = |slug: &str, tickets: bool| {
            vec![
                Link { label: "Organizations", href: "/".into(), here: false },
                Link { label: "Overview", href: format!("/o/{slug}"), here: !tickets },
                Link { label: "Tickets", href: format!("/o/{slug}/tickets"), here: tickets },
            ]
        };
        match self {
            Self::Home => vec![Link { label: "Organizations", href: "/".into(), here: true }],
            Self::Overview(slug) => links(slug, false),
            Self::Tickets(slug) => links(slug, true),
        }
    }
}

/// The page.
pub fn page(cx: &Read<'_>, req: &Request, place: Place<'_>, title: &str, main: &Markup) -> Reply {
    let shown = forms::show(&cx.app().config.keys, req, cx.principal(), cx.random());
    let who = Who { name: cx.principal().label(), csrf: &shown.token };
    let shell = Shell { look: Look::App, brand: "Portico", title, failed: false, nav: &place.nav(), who: Some(who) };
    let reply = Reply::html(200, document(&shell, main));
    match shown.set_cookie {
        Some(cookie) => reply.with("set-cookie", cookie),
        None => reply,
    }
}

/// The status of a ticket.
pub fn status(word: &str) -> Markup {
    badge(
        match word {
            "open" => Tone::Good,
            "pending" => Tone::Warn,
            _ => Tone::Plain,
        },
        word,
    )
}

/// The priority of a ticket. What is as usual does not ask for attention.
pub fn priority(word: &str) -> Markup {
    badge(
        match word {
            "urgent" => Tone::Bad,
            "high" => Tone::Warn,
            _ => Tone::Plain,
        },
        word,
    )
}
