//! The ways through a surface: sections beside the page, the same in a menu where there is no room, and the way here.

use crate::icon::Icon;
use maud::{Markup, html};

/// A link of the navigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link<'a> {
    /// What it says.
    pub label: &'a str,
    /// Where it leads.
    pub href: String,
    /// What stands before it.
    pub icon: Option<Icon>,
    /// Whether this page is in there.
    pub here: bool,
    /// How many things wait there; nothing is shown for none.
    pub count: i64,
}
impl<'a> Link<'a> {
    /// A link that leads elsewhere.
    pub fn new(label: &'a str, href: impl Into<String>) -> Self {
        Self { label, href: href.into(), icon: None, here: false, count: 0 }
    }
    /// With an icon.
    #[must_use]
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }
    /// Whether this page is in there.
    #[must_use]
    pub fn here(mut self, here: bool) -> Self {
        self.here = here;
        self
    }
    /// With how many things wait there.
    #[must_use]
    pub fn count(mut self, count: i64) -> Self {
        self.count = count;
        self
    }
}

/// Links that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section<'a> {
    /// What they are about; empty for the first ones.
    pub title: &'a str,
    /// The links.
    pub links: Vec<Link<'a>>,
}

/// A step of the way to a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crumb<'a> {
    /// What it says.
    pub label: &'a str,
    /// Where it leads.
    pub href: String,
}
impl<'a> Crumb<'a> {
    /// A step.
    pub fn new(label: &'a str, href: impl Into<String>) -> Self {
        Self { label, href: href.into() }
    }
}

fn sections(nav: &[Section<'_>]) -> Markup {
    html! {
        @for section in nav {
            @if !section.links.is_empty() {
                @if !section.title.is_empty() { p class="nav-title" { (section.title) } }
                ul role="list" {
                    @for link in &section.links {
                        li { a href=(link.href) aria-current=[link.here.then_some("page")] {
                            @if let Some(icon) = link.icon { (icon.render()) }
                            span { (link.label) }
                            @if link.count > 0 { span class="count" { (crate::part::thousands(link.count)) } }
                        } }
                    }
                }
            }
        }
    }
}

pub(super) fn wide(nav: &[Section<'_>]) -> Markup {
    html! { nav class="nav wide" aria-label="Main" data-nav="" { (sections(nav)) } }
}

pub(super) fn small(nav: &[Section<'_>]) -> Markup {
    html! {
        details class="menu small" name="menus" {
            summary { (Icon::Menu.render()) span class="unseen" { "Menu" } }
            nav class="nav sheet" aria-label="Main" { (sections(nav)) }
        }
    }
}

pub(super) fn crumbs(crumbs: &[Crumb<'_>]) -> Markup {
    html! {
        @if !crumbs.is_empty() {
            nav class="crumbs" aria-label="Breadcrumb" {
                ol role="list" { @for crumb in crumbs { li { a href=(crumb.href) { bdi { (crumb.label) } } } } }
            }
        }
    }
}
