//! A page with everything around it, ready to be filled.

use crate::Frame;
use html::{Banner, Crumb, Shell, document};
use kernel::Reply;
use maud::Markup;

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
