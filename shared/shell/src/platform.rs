//! The operators' console.

use crate::{Context, Frame, Page};
use html::{Ends, Icon, Link, Look, Section};
use kernel::{
    Principal, Reply, Request,
    principal::{Duty, Operator},
};
use maud::Markup;

/// Where a page stands in the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsolePlace {
    /// At a glance.
    Home,
    /// What was searched for.
    Search,
    /// All organizations, and one of them.
    Orgs,
    /// Accounts.
    Users,
    /// Sessions in somebody's place.
    Support,
    /// What we hold beside what the provider says.
    Billing,
    /// Feature flags.
    Flags,
    /// Maintenance.
    Maintenance,
    /// Incident notices.
    Incidents,
    /// Background work.
    Jobs,
    /// What was refused by limits.
    Abuse,
    /// The audit log over all organizations.
    Audit,
    /// Operators.
    Operators,
    /// Version, migrations, bindings.
    Status,
    /// Profile, password, second factor, sessions of whoever is signed in.
    Account,
}

/// Every page of the console that there is, in order, with who sees it. A new one is a line here.
const NAV: &[(&str, ConsolePlace, &str, Icon, &str, Duty)] = &[
    ("", ConsolePlace::Home, "Overview", Icon::Home, "/", Duty::Look),
    ("", ConsolePlace::Orgs, "Organizations", Icon::Building, "/orgs", Duty::Look),
    ("", ConsolePlace::Users, "Users", Icon::Users, "/users", Duty::Look),
    ("", ConsolePlace::Billing, "Billing", Icon::Card, "/billing", Duty::Look),
    ("System", ConsolePlace::Jobs, "Background work", Icon::Layers, "/jobs", Duty::Look),
    ("System", ConsolePlace::Audit, "Audit log", Icon::Scroll, "/audit", Duty::Look),
    ("System", ConsolePlace::Abuse, "Limits and abuse", Icon::Shield, "/abuse", Duty::Look),
    ("System", ConsolePlace::Operators, "Operators", Icon::Key, "/operators", Duty::Look),
    ("System", ConsolePlace::Status, "System status", Icon::Activity, "/status", Duty::Look),
];
/// Every page about the person that there is, for the menu under their name. A new one is a line here.
const ACCOUNT: &[(&str, Icon, &str)] = &[
    ("Profile", Icon::User, "/account"),
    ("Security", Icon::Shield, "/account/security"),
    ("Sessions", Icon::Monitor, "/account/sessions"),
];
/// The page that searches everything, once there is one. It takes `?q=`.
const SEARCH: Option<&str> = None;

/// A page of the console.
pub fn page<'a>(cx: &impl Context<'a>, req: &'a Request, place: ConsolePlace, title: &str, main: &Markup) -> Reply {
    Frame::of(cx, req).platform(place, title).reply(main)
}
/// Its form again, with what was wrong: 422.
pub fn again<'a>(cx: &impl Context<'a>, req: &'a Request, place: ConsolePlace, title: &str, main: &Markup) -> Reply {
    Frame::of(cx, req).platform(place, title).again(main)
}

impl Frame<'_> {
    /// A page of the console.
    pub fn platform<'f>(&'f self, place: ConsolePlace, title: &'f str) -> Page<'f> {
        let Principal::Operator(operator) = self.principal else { return self.plain(Look::Platform, title) };
        self.plain(Look::Platform, title).shell(|shell| {
            shell.nav = nav(operator, place);
            shell.search = SEARCH.map(str::to_owned);
            let mut account = self.account();
            account.links = ACCOUNT.iter().map(|(label, icon, path)| (*label, *icon, (*path).to_owned())).collect();
            shell.beside = crate::page::beside(self.path, &account.links);
            let left = |until: kernel::Millis| until.get().saturating_sub(self.now.get()) / 1000;
            shell.session = Some(Ends { seconds: left(operator.idle_until).max(0), last: operator.idle_until >= operator.expires_at });
            shell.account = Some(account);
        })
    }
}

fn nav(operator: &Operator, here: ConsolePlace) -> Vec<Section<'static>> {
    let mut sections: Vec<Section<'static>> = Vec::new();
    for (section, place, label, icon, path, _) in NAV.iter().filter(|(.., duty)| operator.role.may(*duty)) {
        let link = Link::new(label, *path).icon(*icon).here(*place == here);
        match sections.last_mut() {
            Some(last) if last.title == *section => last.links.push(link),
            _ => sections.push(Section { title: section, links: vec![link] }),
        }
    }
    sections
}
