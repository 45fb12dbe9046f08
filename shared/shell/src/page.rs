//! A page with everything around it, ready to be filled.

use crate::Frame;
use html::{Banner, Crumb, Icon, Shell, document, page::Tab};
use kernel::Reply;
use maud::Markup;

/// The pages about the person beside the one they are on; none elsewhere. Password and address stand below the page that leads to them.
pub(crate) fn beside<'a>(path: &str, links: &[(&'a str, Icon, String)]) -> Vec<Tab<'a>> {
    let of = match path {
        "/account/password" => "/account/security",
        path if path.starts_with("/account/email") => "/account",
        path => path,
    };
    if of != "/account" && !of.starts_with("/account/") {
        return Vec::new();
    }
    let here = |href: &str| if href == "/account" { of == href } else { of.starts_with(href) };
    links.iter().map(|(label, _, href)| (*label, href.clone(), here(href))).collect()
}

/// A page to be filled.
pub struct Page<'f> {
    frame: &'f Frame<'f>,
    shell: Shell<'f>,
    status: u16,
}
impl<'f> Page<'f> {
    pub(crate) fn new(frame: &'f Frame<'f>, shell: Shell<'f>) -> Self {
        Self { frame, shell, status: 200 }
    }
    pub(crate) fn shell(mut self, change: impl FnOnce(&mut Shell<'f>)) -> Self {
        change(&mut self.shell);
        self
    }
    /// A step of the way here, after those there are.
    #[must_use]
    pub fn crumb(mut self, label: &'f str, href: impl Into<String>) -> Self {
        self.shell.crumbs.push(Crumb::new(label, href));
        self
    }
    /// A notice above the page.
    #[must_use]
    pub fn banner(mut self, banner: Banner<'f>) -> Self {
        self.shell.banners.push(banner);
        self
    }
    /// With another status than 200: what a page says of itself, such as 409.
    #[must_use]
    pub const fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }
    /// The form again, with what was wrong with it: 422, and its title says so first.
    pub fn again(mut self, main: &Markup) -> Reply {
        self.shell.failed = true;
        self.status(422).reply(main)
    }
    /// The page.
    pub fn reply(self, main: &Markup) -> Reply {
        let Self { frame, shell, status } = self;
        let mut reply = Reply::html(status, document(&shell, main));
        if let Some(cookie) = &frame.set_cookie {
            reply = reply.with("set-cookie", cookie.as_str());
        }
        if frame.flash.is_some() { reply.flash_shown() } else { reply }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_about_the_person_stand_beside_each_other() {
        let links = [("Profile", "/account"), ("Security", "/account/security"), ("Sessions", "/account/sessions")];
        let links = links.map(|(label, href)| (label, Icon::User, href.to_owned()));
        let here = |path: &str| -> Vec<&str> { beside(path, &links).iter().filter(|tab| tab.2).map(|tab| tab.0).collect() };
        assert_eq!(here("/account"), ["Profile"]);
        assert_eq!(here("/account/email"), ["Profile"]);
        assert_eq!(here("/account/password"), ["Security"]);
        assert_eq!(here("/account/security/authenticator"), ["Security"]);
        assert_eq!(here("/account/sessions/end"), ["Sessions"]);
        assert!(beside("/tickets", &links).is_empty() && beside("/accounts", &links).is_empty());
    }
}
