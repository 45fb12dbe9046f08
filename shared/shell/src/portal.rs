//! A tenant's portal: the customer's own pages, in the tenant's name and colors.

use crate::{Context, Frame, Page};
use html::{Icon, Link, Look, Section};
use kernel::{Principal, Reply, Request, Result, error::Error, principal::Customer};
use maud::Markup;

/// Where a page stands in a portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortalPlace {
    /// Where they stand.
    Home,
    /// The list of their tickets.
    Tickets,
    /// A page below the list.
    Ticket,
    /// Profile, password, second factor, sessions.
    Account,
    /// The inbox.
    Notifications,
    /// Who has looked at the account, and why.
    Access,
    /// Their data, and deleting it.
    Privacy,
}

/// Every page of a portal that there is, in order. A new one is a line here.
const NAV: &[(PortalPlace, &str, Icon, &str)] = &[
    (PortalPlace::Home, "Home", Icon::Home, "/"),
    (PortalPlace::Tickets, "My tickets", Icon::Ticket, "/tickets"),
    (PortalPlace::Privacy, "Privacy", Icon::Lock, "/privacy"),
];
/// Every page about the person that there is, for the menu under their name. A new one is a line here.
const ACCOUNT: &[(&str, Icon, &str)] = &[
    ("Profile", Icon::User, "/account"),
    ("Security", Icon::Shield, "/account/security"),
    ("Sessions", Icon::Monitor, "/account/sessions"),
    ("Notification settings", Icon::Bell, crate::notifications::CHOICES),
];

/// A page of a portal.
pub fn page<'a>(cx: &impl Context<'a>, req: &'a Request, place: PortalPlace, title: &str, main: &Markup) -> Reply {
    Frame::of(cx, req).portal(place, title).reply(main)
}
/// Its form again, with what was wrong: 422.
pub fn again<'a>(cx: &impl Context<'a>, req: &'a Request, place: PortalPlace, title: &str, main: &Markup) -> Reply {
    Frame::of(cx, req).portal(place, title).again(main)
}

/// The customer that is signed in.
///
/// # Errors
/// An incident on a route that lets others in.
pub fn customer<'a>(cx: &impl Context<'a>) -> Result<&'a Customer> {
    match cx.principal() {
        Principal::Customer(customer) => Ok(customer),
        other => Err(Error::incident("the signed-in customer", other.kind())),
    }
}

impl Frame<'_> {
    /// A page of a portal.
    pub fn portal<'f>(&'f self, place: PortalPlace, title: &'f str) -> Page<'f> {
        let Principal::Customer(customer) = self.principal else { return self.plain(Look::Portal, title) };
        let link = |(at, label, icon, path): &(PortalPlace, &'static str, Icon, &'static str)| {
            Link::new(label, *path).icon(*icon).here(*at == place)
        };
        self.plain(Look::Portal, title).shell(|shell| {
            shell.nav = vec![Section { title: "", links: NAV.iter().map(link).collect() }];
            let mut account = self.account();
            account.links = ACCOUNT.iter().map(|(label, icon, path)| (*label, *icon, (*path).to_owned())).collect();
            shell.beside = crate::page::beside(self.path, &account.links);
            account.unread = customer.unread;
            account.notifications = Some(crate::notifications::INBOX.to_owned());
            shell.account = Some(account);
        })
    }
}
