//! The menus at the edge of a page: the organization one is in, and one's own account. Both open without a script.

use crate::{
    form::TOKEN,
    icon::Icon,
    part::{initials, thousands},
    theme::Theme,
};
use maud::{Markup, html};

/// An organization that one can move to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Org<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where its overview is.
    pub href: String,
    /// Whether one is in it.
    pub here: bool,
}

/// The organization one is in, and the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switcher<'a> {
    /// What the closed menu says; empty outside of any organization.
    pub current: &'a str,
    /// All of them.
    pub orgs: Vec<Org<'a>>,
    /// Where a new one is made; none where nobody may.
    pub create: Option<&'a str>,
}
impl Switcher<'_> {
    pub(super) fn render(&self, brand: &str) -> Markup {
        let shown = if self.current.is_empty() { brand } else { self.current };
        html! {
            details class="menu switch" name="menus" {
                summary {
                    span class="mark" aria-hidden="true" { (initials(shown)) }
                    span class="unseen" { "Organization: " }
                    span class="clip" { bdi { (shown) } }
                    (Icon::ChevronsUpDown.render())
                }
                div class="sheet" {
                    @if !self.orgs.is_empty() {
                        p class="nav-title" { "Organizations" }
                        ul role="list" {
                            @for org in &self.orgs {
                                li { a href=(org.href) aria-current=[org.here.then_some("true")] {
                                    span class="mark" aria-hidden="true" { (initials(org.name)) }
                                    span class="clip" { bdi { (org.name) } }
                                    @if org.here { (Icon::Check.render()) }
                                } }
                            }
                        }
                    }
                    ul role="list" class="rule" {
                        li { a href="/" { (Icon::Building.render()) span { "All organizations" } } }
                        @if let Some(href) = self.create { li { a href=(href) { (Icon::Plus.render()) span { "New organization" } } } }
                    }
                }
            }
        }
    }
}

/// Who is signed in, with what they can do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account<'a> {
    /// Their name.
    pub name: &'a str,
    /// The token of the forms in the menu.
    pub csrf: &'a str,
    /// The pages about themselves: label, icon, address.
    pub links: Vec<(&'a str, Icon, String)>,
    /// Where their notifications are; none where there are none yet.
    pub notifications: Option<String>,
    /// How many of them are unread.
    pub unread: i64,
    /// The page they are on, to come back to after a choice of colors.
    pub back: &'a str,
}
impl<'a> Account<'a> {
    /// Somebody, by name.
    pub const fn new(name: &'a str) -> Self {
        Self { name, csrf: "", links: Vec::new(), notifications: None, unread: 0, back: "/" }
    }
    pub(super) fn render(&self, theme: Theme) -> Markup {
        let unread = (self.unread > 0).then(|| thousands(self.unread));
        html! {
            @if let Some(href) = &self.notifications {
                a class="tool bell" href=(href) {
                    (Icon::Bell.render())
                    span class="unseen" { "Notifications" @if let Some(n) = &unread { ", " (n) " unread" } }
                    @if let Some(n) = &unread { span class="dot" aria-hidden="true" { (n) } }
                }
            }
            details class="menu account" name="menus" {
                summary { span class="avatar" aria-hidden="true" { (initials(self.name)) } span class="unseen" { "Account: " (self.name) } }
                div class="sheet" {
                    p class="who" { span class="quiet" { "Signed in as" } strong class="clip" { bdi { (self.name) } } }
                    @if !self.links.is_empty() {
                        ul role="list" class="rule" { @for (label, icon, href) in &self.links { li { a href=(href) { (icon.render()) span { (label) } } } } }
                    }
                    form class="themes rule" method="post" action="/theme" data-theme-form="" {
                        input type="hidden" name=(TOKEN) value=(self.csrf);
                        input type="hidden" name="next" value=(self.back);
                        p class="nav-title" id="theme-label" { "Theme" }
                        div role="group" aria-labelledby="theme-label" {
                            @for choice in Theme::ALL {
                                button type="submit" name="theme" value=(choice.as_str()) aria-pressed=(if choice == theme { "true" } else { "false" }) {
                                    (match choice { Theme::System => Icon::Monitor, Theme::Light => Icon::Sun, Theme::Dark => Icon::Moon }.render())
                                    span { (choice.label()) }
                                }
                            }
                        }
                    }
                    form class="rule" method="post" action="/sign-out" {
                        input type="hidden" name=(TOKEN) value=(self.csrf);
                        button type="submit" class="row" { (Icon::LogOut.render()) span { "Sign out" } }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_the_menu_has_its_token_and_the_choice_is_pressed() {
        let text = Account { csrf: "t\"k", ..Account::new("Ada") }.render(Theme::Dark).into_string();
        assert_eq!((text.matches("<form").count(), text.matches("name=\"csrf\" value=\"t&quot;k\"").count()), (2, 2));
        assert!(text.contains("value=\"dark\" aria-pressed=\"true\"") && text.matches("aria-pressed=\"true\"").count() == 1);
    }

    #[test]
    fn what_is_unread_is_said_in_words_too() {
        let account = Account { notifications: Some("/n".into()), unread: 1_200, ..Account::new("Ada") };
        let text = account.render(Theme::System).into_string();
        assert!(text.contains("Notifications, 1,200 unread"));
        assert!(!Account { unread: 0, ..account }.render(Theme::System).into_string().contains("unread"));
    }

    #[test]
    fn one_organization_is_marked_in_the_switcher() {
        let org = |name, here| Org { name, href: format!("/o/{name}"), here };
        let text = Switcher { current: "a<b", orgs: vec![org("a<b", true), org("c", false)], create: None }.render("Portico").into_string();
        assert!(text.contains("a&lt;b") && text.matches("aria-current=\"true\"").count() == 1 && !text.contains("New organization"));
    }
}
