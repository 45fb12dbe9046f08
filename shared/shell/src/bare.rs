//! Pages with nothing to move in: sign-in, sign-up, links out of mails, the second factor. In the look of their surface.

use crate::{Context, Frame, Page};
use html::Look;
use kernel::{Reply, Request};
use maud::Markup;

/// A page without menus, on whichever surface it is.
pub fn page<'a>(cx: &impl Context<'a>, req: &'a Request, title: &str, main: &Markup) -> Reply {
    Frame::of(cx, req).bare(title).reply(main)
}
/// Its form again, with what was wrong: 422.
pub fn again<'a>(cx: &impl Context<'a>, req: &'a Request, title: &str, main: &Markup) -> Reply {
    Frame::of(cx, req).bare(title).again(main)
}

impl Frame<'_> {
    /// A page without menus, on whichever surface it is.
    pub fn bare<'f>(&'f self, title: &'f str) -> Page<'f> {
        self.plain(Look::of(self.site.surface()), title)
    }
}
