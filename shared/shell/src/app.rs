//! The staff's app: the pages of an organization, and the person's own.

use crate::{Context, Frame, Page};
use html::{Icon, Link, Look, Org, Section, Switcher};
use kernel::{
    Principal, Reply, Request,
    principal::{Ability, Staff},
};
use maud::Markup;

/// Where a page stands in the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// The list of organizations, and what belongs to none.
    Home,
    /// A page about the person.
    Account(AccountPlace),
    /// A page of the organization with that slug.
    Org(&'a str, OrgPlace),
}
/// A page about the person who is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountPlace {
    /// Name and address.
    Profile,
    /// Password and second factor.
    Security,
    /// Where they are signed in.
    Sessions,
    /// What they were told.
    Inbox,
    /// What they are told about, and how.
    Notifications,
}
/// A page of an organization, or one below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrgPlace {
    /// At a glance.
    Overview,
    /// Tickets.
    Tickets,
    /// Customers.
    Customers,
    /// Members and invitations.
    Members,
    /// Plan, invoices.
    Billing,
    /// API keys.
    ApiKeys,
    /// Webhook endpoints and deliveries.
    Webhooks,
    /// Exports.
    Exports,
    /// The audit log.
    Audit,
    /// Use of the API and of limits.
    Usage,
    /// The inbox of whoever is signed in.
    Notifications,
    /// What was searched for: no entry of the navigation.
    Search,
    /// Settings.
    Settings(SettingsPlace),
}
/// A page of an organization's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingsPlace {
    /// Name and address.
    General,
    /// Whether the portal is open, and for whom.
    Portal,
    /// Colors.
    Branding,
    /// Own domains.
    Domains,
    /// What members must prove, and how long sessions last.
    Security,
    /// What is on, and why.
    Features,
    /// Handing over, deleting.
    Danger,
}

/// An entry of an organization's navigation.
struct Entry {
    section: &'static str,
    place: OrgPlace,
    label: &'static str,
    icon: Icon,
    /// Before the slug. A Worker of its own has a beginning of its own: the platform leads requests by how their path begins.
    under: &'static str,
    /// After the slug.
    path: &'static str,
    /// Who sees it: who may open the page.
    needs: Ability,
}
const fn entry(section: &'static str, place: OrgPlace, label: &'static str, icon: Icon, path: &'static str, needs: Ability) -> Entry {
    Entry { section, place, label, icon, under: "/o/", path, needs }
}
impl Entry {
    const fn under(mut self, under: &'static str) -> Self {
        self.under = under;
        self
    }
    fn address(&self, slug: &str) -> String {
        format!("{}{slug}{}", self.under, self.path)
    }
}

/// Every page of an organization that there is, in order. A new one is a line here.
const ORG: &[Entry] = &[
    entry("", OrgPlace::Overview, "Overview", Icon::Home, "", Ability::Read),
    entry("", OrgPlace::Tickets, "Tickets", Icon::Ticket, "/tickets", Ability::Read),
    entry("", OrgPlace::Customers, "Customers", Icon::Contact, "/customers", Ability::Read),
    entry("Organization", OrgPlace::Members, "Members", Icon::Users, "/members", Ability::Read),
    entry("Organization", OrgPlace::Billing, "Billing", Icon::Card, "", Ability::Read).under("/billing/"),
    entry("Organization", OrgPlace::Settings(SettingsPlace::General), "Settings", Icon::Settings, "/settings", Ability::Read),
];
/// Every page about the person that there is, in order. A new one is a line here.
const ACCOUNT: &[(AccountPlace, &str, Icon, &str)] = &[
    (AccountPlace::Profile, "Profile", Icon::User, "/account"),
    (AccountPlace::Security, "Security", Icon::Shield, "/account/security"),
    (AccountPlace::Sessions, "Sessions", Icon::Monitor, "/account/sessions"),
    (AccountPlace::Inbox, "Inbox", Icon::Inbox, crate::notifications::INBOX),
    (AccountPlace::Notifications, "Notification settings", Icon::Bell, crate::notifications::CHOICES),
];
/// Every page of an organization's settings that there is, in order. A new one is a line here.
const SETTINGS: &[(SettingsPlace, &str, &str, Ability)] = &[
    (SettingsPlace::General, "General", "", Ability::Read),
    (SettingsPlace::Portal, "Portal", "/portal", Ability::Read),
    (SettingsPlace::Branding, "Branding", "/branding", Ability::Read),
    (SettingsPlace::Domains, "Domains", "/domains", Ability::Read),
    (SettingsPlace::Security, "Security", "/security", Ability::Read),
    (SettingsPlace::Danger, "Danger zone", "/danger", Ability::Own),
];
/// The page where an organization is made, once there is one.
const CREATE: Option<&str> = Some("/new");
/// The page of an organization that searches, below `/o/{slug}`, once there is one. It takes `?q=`.
const SEARCH: Option<&str> = Some("/search");

/// A page of the app.
pub fn page<'a>(cx: &impl Context<'a>, req: &'a Request, place: Place<'_>, title: &str, main: &Markup) -> Reply {
    Frame::of(cx, req).app(place, title).reply(main)
}
/// Its form again, with what was wrong: 422.
pub fn again<'a>(cx: &impl Context<'a>, req: &'a Request, place: Place<'_>, title: &str, main: &Markup) -> Reply {
    Frame::of(cx, req).app(place, title).again(main)
}

impl Frame<'_> {
    /// A page of the app.
    pub fn app<'f>(&'f self, place: Place<'_>, title: &'f str) -> Page<'f> {
        let Principal::Staff(staff) = self.principal else { return self.plain(Look::App, title) };
        self.plain(Look::App, title).shell(|shell| {
            shell.nav = match place {
                Place::Org(slug, here) => of_org(staff, slug, here),
                Place::Home => vec![Section { title: "", links: vec![Link::new("Organizations", "/").icon(Icon::Building).here(true)] }],
                Place::Account(here) => of_account(here),
            };
            let slug = match place {
                Place::Org(slug, _) => slug,
                Place::Home | Place::Account(_) => "",
            };
            let org = |o: &'f kernel::principal::OrgLink| Org { name: &o.name, href: format!("/o/{}", o.slug), here: o.slug == slug };
            let orgs: Vec<Org<'f>> = staff.orgs.iter().map(org).collect();
            let current = orgs.iter().find(|o| o.here).map_or("", |o| o.name);
            shell.switcher = Some(Switcher { current, orgs, create: CREATE });
            shell.search = SEARCH.filter(|_| !slug.is_empty()).map(|path| format!("/o/{slug}{path}"));
            let mut account = self.account();
            account.links = ACCOUNT.iter().map(|(_, label, icon, path)| (*label, *icon, (*path).to_owned())).collect();
            account.unread = staff.unread;
            account.notifications = Some(crate::notifications::INBOX.to_owned());
            shell.account = Some(account);
        })
    }
}

fn of_org(staff: &Staff, slug: &str, here: OrgPlace) -> Vec<Section<'static>> {
    let role = staff.membership.as_ref().map(|(_, role)| *role);
    let mut sections: Vec<Section<'static>> = Vec::new();
    for e in ORG.iter().filter(|e| role.is_some_and(|role| role.may(e.needs))) {
        let settings = matches!((here, e.place), (OrgPlace::Settings(_), OrgPlace::Settings(_)));
        let link = Link::new(e.label, e.address(slug)).icon(e.icon).here(here == e.place || settings);
        match sections.last_mut() {
            Some(section) if section.title == e.section => section.links.push(link),
            _ => sections.push(Section { title: e.section, links: vec![link] }),
        }
    }
    sections
}

fn of_account(here: AccountPlace) -> Vec<Section<'static>> {
    let link = |(place, label, icon, path): &(AccountPlace, &'static str, Icon, &'static str)| {
        Link::new(label, *path).icon(*icon).here(*place == here)
    };
    vec![
        Section { title: "", links: vec![Link::new("Organizations", "/").icon(Icon::Building)] },
        Section { title: "Your account", links: ACCOUNT.iter().map(link).collect() },
    ]
}

/// The address of a page of an organization, if there is such a page.
pub fn address(slug: &str, place: OrgPlace) -> Option<String> {
    match place {
        OrgPlace::Settings(of) => SETTINGS.iter().find(|(p, ..)| *p == of).map(|(_, _, path, _)| format!("/o/{slug}/settings{path}")),
        other => ORG.iter().find(|e| e.place == other).map(|e| e.address(slug)),
    }
}

/// The nearest page at or above a path: of an organization, one of its navigation or its settings; elsewhere the first part of the path,
/// which is a page on every surface.
pub(crate) fn page_above(path: &str) -> &str {
    let to = |end: usize| path.get(..end).unwrap_or("/");
    let Some(slug) = path.strip_prefix("/o/").map(|rest| rest.find('/').unwrap_or(rest.len())) else {
        return to(path.get(1..).and_then(|rest| rest.find('/')).map_or(path.len(), |end| end + 1));
    };
    let base = "/o/".len() + slug;
    let below = path.get(base..).unwrap_or_default();
    let within = |page: &str| below.strip_prefix(page).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let settings = SETTINGS.iter().map(|(_, _, page, _)| ("/settings", *page));
    let pages = ORG.iter().map(|e| (e.path, "")).chain(settings).map(|(first, then)| format!("{first}{then}"));
    to(base + pages.filter(|page| within(page)).map(|page| page.len()).max().unwrap_or(0))
}

/// The tabs of an organization's settings, as far as the role of whoever is signed in opens them.
pub fn settings_tabs(principal: &Principal, slug: &str, here: SettingsPlace) -> Markup {
    let role = match principal {
        Principal::Staff(staff) => staff.membership.as_ref().map(|(_, role)| *role),
        _ => None,
    };
    let open = SETTINGS.iter().filter(|(.., needs)| role.is_some_and(|role| role.may(*needs)));
    let tabs: Vec<_> = open.map(|(place, label, path, _)| (*label, format!("/o/{slug}/settings{path}"), *place == here)).collect();
    html::page::tabs("Settings", &tabs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_s_address_lies_under_a_page() {
        for (path, page) in [
            ("/o/acme/settings/branding/logo", "/o/acme/settings/branding"),
            ("/o/acme/settings/branding", "/o/acme/settings/branding"),
            ("/o/acme/settings/domains/dom_1/check", "/o/acme/settings/domains"),
            ("/o/acme/settings", "/o/acme/settings"),
            ("/o/acme/settings/slug", "/o/acme/settings"),
            ("/o/acme/tickets/tic_1/comments", "/o/acme/tickets"),
            ("/o/acme/membersonly", "/o/acme"),
            ("/o/acme/steps/hide", "/o/acme"),
            ("/o/acme", "/o/acme"),
            ("/account/security/password", "/account"),
            ("/tickets", "/tickets"),
            ("/", "/"),
        ] {
            assert_eq!(page_above(path), page, "{path}");
        }
    }
}
