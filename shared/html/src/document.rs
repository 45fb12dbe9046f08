//! The document around every page: head, skip link, the surface's name, who is signed in, sign-out.

use crate::{assets, form};
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

/// A link of the navigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What it says.
    pub label: &'static str,
    /// Where it leads.
    pub href: String,
    /// Whether this page is in there.
    pub here: bool,
}

/// Who is signed in, with the token of the sign-out form.
#[derive(Debug, Clone, Copy)]
pub struct Who<'a> {
    /// Their name.
    pub name: &'a str,
    /// The form's token.
    pub csrf: &'a str,
}

/// What stands around the content of a page.
#[derive(Debug, Clone, Copy)]
pub struct Shell<'a> {
    /// The surface.
    pub look: Look,
    /// What the surface is called: the product, or the tenant.
    pub brand: &'a str,
    /// The page's own title.
    pub title: &'a str,
    /// Whether the page shows what was wrong with a form: the title says so first, where screen readers begin.
    pub failed: bool,
    /// The navigation.
    pub nav: &'a [Link],
    /// Who is signed in.
    pub who: Option<Who<'a>>,
}

/// A whole page.
pub fn document(shell: &Shell<'_>, main: &Markup) -> String {
    let Shell { look, brand, title, failed, nav, who } = *shell;
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { @if failed { "Error: " } (title) " · " (brand) }
                link rel="stylesheet" href=(assets::stylesheet());
                link rel="icon" type="image/svg+xml" href=(look.icon());
            }
            body class=(look.class()) {
                a class="skip" href="#main" { "Skip to content" }
                header class="top" {
                    @if look == Look::Platform {
                        p class="console" { strong { "Operator console" } span { "You see every organization" } }
                    }
                    div class="bar" {
                        a class="brand" href="/" { (brand) }
                        @if !nav.is_empty() {
                            nav aria-label="Main" {
                                ul {
                                    @for link in nav {
                                        li { a href=(link.href) aria-current=[link.here.then_some("page")] { (link.label) } }
                                    }
                                }
                            }
                        }
                        @if let Some(who) = who {
                            div class="who" {
                                span class="name" { span class="quiet" { "Signed in as " } (who.name) }
                                (form::button("/sign-out", who.csrf, "Sign out"))
                            }
                        }
                    }
                }
                main id="main" tabindex="-1" { (main) }
                @if look == Look::Portal { footer class="foot" { p { "Powered by Portico" } } }
            }
        }
    };
    let PreEscaped(text) = page;
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(look: Look) -> Shell<'static> {
        Shell { look, brand: "A & <b>", title: "\"T\"", failed: false, nav: &[], who: Some(Who { name: "<i>", csrf: "tok" }) }
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
        }
    }

    #[test]
    fn nothing_is_inline_and_one_stylesheet_is_linked() {
        let page = document(&shell(Look::App), &html! { h1 { "x" } });
        for banned in ["<script", "<style", "style=", " onclick", "javascript:"] {
            assert!(!page.contains(banned), "{banned}");
        }
        assert_eq!(page.matches("rel=\"stylesheet\"").count(), 1);
        assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">"));
        assert!(page.contains("class=\"skip\" href=\"#main\"") && page.contains("<main id=\"main\""));
    }
}
