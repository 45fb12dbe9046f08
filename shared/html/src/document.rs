//! The document around every page: head, skip link, navigation, the organization one is in, who is signed in, notices.

mod banner;
mod menus;
mod navigation;

pub use banner::{Banner, BannerKind, Flash};
pub use menus::{Account, Org, Switcher};
pub use navigation::{Crumb, Link, Section};

use crate::{assets, icon::Icon, theme::Theme};
use kernel::host::Surface;
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// Which surface a page belongs to, so that nobody acts on the wrong one: each has an accent, the console a label besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// The staff's app.
    App,
    /// A tenant's portal.
    Portal,
    /// The operators' console.
    Platform,
    /// No surface in particular: errors before anything is known.
    Plain,
}
impl Look {
    /// The look of a surface.
    pub const fn of(surface: Surface) -> Self {
        match surface {
            Surface::App => Self::App,
            Surface::Portal => Self::Portal,
            Surface::Platform => Self::Platform,
            Surface::Api => Self::Plain,
        }
    }
    const fn class(self) -> &'static str {
        match self {
            Self::App => "look-app",
            Self::Portal => "look-portal",
            Self::Platform => "look-platform",
            Self::Plain => "look-plain",
        }
    }
    const fn icon(self) -> &'static str {
        match self {
            Self::App => "/assets/icon-app.svg",
            Self::Portal | Self::Plain => "/assets/icon-portal.svg",
            Self::Platform => "/assets/icon-platform.svg",
        }
    }
}

/// What stands around the content of a page. [`Shell::new`] makes one with nothing in it; the rest is set where it is known.
#[derive(Debug, Clone)]
pub struct Shell<'a> {
    /// The surface.
    pub look: Look,
    /// What the surface is called: the product, or the tenant.
    pub brand: &'a str,
    /// The page's own title.
    pub title: &'a str,
    /// Whether the page shows what was wrong with a form: the title says so first, where screen readers begin.
    pub failed: bool,
    /// The colors chosen.
    pub theme: Theme,
    /// Whether this is a developer's copy: the page says so.
    pub local: bool,
    /// The tenant's own colors, `/brand.css?v=N`: a stylesheet of a few variables after ours.
    pub brand_sheet: Option<String>,
    /// The tenant's logo, from our own host; its initials stand where it has none.
    pub logo: Option<String>,
    /// The way to this page, without itself.
    pub crumbs: Vec<Crumb<'a>>,
    /// The navigation, in sections.
    pub nav: Vec<Section<'a>>,
    /// The organization one is in, and the others.
    pub switcher: Option<Switcher<'a>>,
    /// Who is signed in.
    pub account: Option<Account<'a>>,
    /// Where `?q=` searches; none where nothing can be searched.
    pub search: Option<String>,
    /// Notices above everything: support access, incidents, maintenance, test mode.
    pub banners: Vec<Banner<'a>>,
    /// What the form before did.
    pub flash: Option<Flash<'a>>,
    /// The pages beside this one, where the navigation does not list them.
    pub beside: Vec<crate::page::Tab<'a>>,
    /// When the session ends, where that is soon enough to be warned of.
    pub session: Option<Ends>,
}

/// When a session ends: the script warns of it in time (WCAG 2.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ends {
    /// In how many seconds, if nothing happens.
    pub seconds: i64,
    /// Whether that is its end whatever happens.
    pub last: bool,
}
impl<'a> Shell<'a> {
    /// A page with nothing around it.
    pub const fn new(look: Look, brand: &'a str, title: &'a str) -> Self {
        Self {
            look,
            brand,
            title,
            failed: false,
            theme: Theme::System,
            local: false,
            brand_sheet: None,
            logo: None,
            crumbs: Vec::new(),
            nav: Vec::new(),
            switcher: None,
            account: None,
            search: None,
            banners: Vec::new(),
            flash: None,
            beside: Vec::new(),
            session: None,
        }
    }
}

/// A whole page.
pub fn document(shell: &Shell<'_>, main: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" data-theme=[shell.theme.attribute()] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content=(match shell.theme { Theme::System => "light dark", other => other.as_str() });
                meta name="robots" content="noindex";
                title { @if shell.failed { "Error: " } (shell.title) " · " (shell.brand) }
                link rel="preload" href=(assets::font()) as="font" type="font/woff2" crossorigin;
                link rel="stylesheet" href=(assets::stylesheet());
                @if let Some(sheet) = &shell.brand_sheet { link rel="stylesheet" href=(sheet); }
                link rel="icon" type="image/svg+xml" href=(shell.look.icon());
                script type="module" src=(assets::script()) {}
            }
            body class=(shell.look.class()) data-session-ends=[shell.session.map(|s| s.seconds)] data-session-last=[shell.session.filter(|s| s.last).map(|_| "")] {
                a class="skip" href="#main" { "Skip to content" }
                @if shell.look == Look::Platform {
                    section class="console" aria-label="Surface" { strong { "Operator console" } span { "You see every organization" } }
                }
                @for banner in &shell.banners { (banner.render()) }
                (around(shell, main))
            }
        }
    };
    let PreEscaped(text) = page;
    text
}

/// A side bar where there is a surface to move in, a bar at the top of a portal, and next to nothing around a signed-out page.
fn around(shell: &Shell<'_>, main: &Markup) -> Markup {
    let portal = shell.look == Look::Portal;
    let content = html! {
        @if portal { (navigation::crumbs(&shell.crumbs)) }
        main id="main" tabindex="-1" {
            @if let Some(flash) = &shell.flash { (flash.render()) }
            @if !shell.beside.is_empty() { (crate::page::tabs("Your account", &shell.beside)) }
            (main)
        }
        @if portal { footer class="foot" { p { "Powered by Portico" } } }
    };
    let bare = shell.nav.is_empty() && shell.account.is_none();
    html! {
        @if bare {
            div class="bare" {
                header class="brand-bar" { (brand(shell)) @if shell.local { (local()) } }
                (content)
            }
        } @else {
            div class=(if portal { "page top-nav" } else { "page side-nav" }) {
                header class="around" {
                    div class="side" {
                        @match &shell.switcher { Some(switcher) => (switcher.render(shell.brand)), None => (brand(shell)) }
                        @if !shell.nav.is_empty() { (navigation::wide(&shell.nav)) }
                    }
                    div class="bar" {
                        @if !shell.nav.is_empty() { (navigation::small(&shell.nav)) }
                        @if !portal { (navigation::crumbs(&shell.crumbs)) }
                        div class="tools" {
                            @if shell.local { (local()) }
                            @if let Some(action) = &shell.search {
                                a class="tool" href=(action) data-palette="" data-search=(action) { (Icon::Search.render()) span { "Search" } }
                            }
                            @if let Some(account) = &shell.account { (account.render(shell.theme)) }
                        }
                    }
                }
                div class="content" { (content) }
            }
        }
    }
}

fn brand(shell: &Shell<'_>) -> Markup {
    html! {
        a class="brand" href="/" {
            @if let Some(logo) = &shell.logo { img class="logo" src=(logo) alt="" height="28"; }
            @else {
                span class="mark" aria-hidden="true" { @if shell.look == Look::Portal { (crate::part::initials(shell.brand)) } @else { (arch()) } }
            }
            span class="clip" { (shell.brand) }
        }
    }
}

/// Our own sign, as in the icons of the browser's tabs.
fn arch() -> Markup {
    html! {
        svg viewBox="0 0 32 32" width="18" height="18" fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round" focusable="false" {
            path d="M7 25V15a9 9 0 0 1 18 0v10M13 25v-9a3 3 0 0 1 6 0v9" {}
        }
    }
}

fn local() -> Markup {
    html! { span class="badge local" { "Local" } }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(look: Look) -> Shell<'static> {
        Shell {
            account: Some(Account { csrf: "tok", ..Account::new("<i>") }),
            nav: vec![Section { title: "", links: vec![Link::new("Here & now", "/here").here(true), Link::new("There", "/there")] }],
            ..Shell::new(look, "A & <b>", "\"T\"")
        }
    }

    #[test]
    fn what_people_named_is_text() {
        let page = document(&shell(Look::App), &html! { h1 { "x" } });
        assert!(page.contains("A &amp; &lt;b&gt;") && page.contains("&lt;i&gt;") && !page.contains("<i>"));
    }

    #[test]
    fn only_the_console_is_labelled_as_one() {
        for look in [Look::App, Look::Portal, Look::Platform, Look::Plain] {
            let page = document(&shell(look), &html! { h1 { "x" } });
            assert_eq!(page.contains("Operator console"), look == Look::Platform);
            assert_eq!(page.contains("Powered by Portico"), look == Look::Portal);
        }
    }

    #[test]
    fn nothing_is_inline_and_one_stylesheet_is_linked() {
        let page = document(&shell(Look::App), &html! { h1 { "x" } });
        for banned in ["<style", "style=", " onclick", "javascript:"] {
            assert!(!page.contains(banned), "{banned}");
        }
        assert_eq!(page.matches("<script").count(), page.matches("<script type=\"module\" src=\"/assets/app.js?v=").count());
        assert!(page.contains("\"></script>"), "the script has no text of its own");
        assert_eq!(page.matches("rel=\"stylesheet\"").count(), 1);
        assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">"));
        assert!(page.contains("class=\"skip\" href=\"#main\"") && page.contains("<main id=\"main\""));
    }

    #[test]
    fn a_chosen_theme_is_in_the_document_before_anything_is_drawn() {
        let dark = Shell { theme: Theme::Dark, ..shell(Look::App) };
        let page = document(&dark, &html! {});
        assert!(
            page.starts_with("<!DOCTYPE html><html lang=\"en\" data-theme=\"dark\">") && page.contains("color-scheme\" content=\"dark\"")
        );
        assert!(!document(&shell(Look::App), &html! {}).contains(" data-theme=\""));
    }

    #[test]
    fn the_page_one_is_on_is_marked_and_no_other() {
        let page = document(&shell(Look::App), &html! {});
        // Twice: beside the page, and in the menu of small screens.
        assert_eq!((page.matches("href=\"/here\"").count(), page.matches("aria-current=\"page\"").count()), (2, 2));
        assert!(page.contains("Here &amp; now"));
    }

    #[test]
    fn a_signed_out_page_has_no_menus() {
        let page = document(&Shell::new(Look::Portal, "Acme", "Sign in"), &html! { h1 { "x" } });
        assert!(!page.contains("<details") && !page.contains("<nav") && page.contains("class=\"bare\""));
    }

    #[test]
    fn a_session_that_ends_soon_tells_the_script() {
        let page = |session| document(&Shell { session, ..shell(Look::Platform) }, &html! {});
        assert!(!page(None).contains("data-session"));
        let idle = page(Some(Ends { seconds: 1_790, last: false }));
        assert!(idle.contains("data-session-ends=\"1790\"") && !idle.contains("data-session-last"));
        assert!(page(Some(Ends { seconds: 90, last: true })).contains("data-session-ends=\"90\" data-session-last"));
        // The names that the script reads.
        let script = include_str!("../../../workers/switch/public/assets/app.js");
        assert!(script.contains("dataset.sessionEnds") && script.contains("\"sessionLast\" in"));
    }

    #[test]
    fn a_tenants_colors_come_after_ours() {
        let page = document(&Shell { brand_sheet: Some("/brand.css?v=3".to_owned()), ..shell(Look::Portal) }, &html! {});
        assert!(page.find("/assets/app.css").unwrap() < page.find("/brand.css?v=3").unwrap());
        let logo = document(&Shell { logo: Some("/logo?v=\"3".to_owned()), ..shell(Look::Portal) }, &html! {});
        assert!(logo.contains("<img class=\"logo\" src=\"/logo?v=&quot;3\" alt=\"\" height=\"28\">") && !logo.contains("class=\"mark\""));
    }
}
