//! The pages about one's own account, within the menus of their surface.

use kernel::host::Site;
use shell::{AccountPlace, ConsolePlace, Context, Frame, Page, Place, PortalPlace};

/// A page about the person who is signed in.
pub fn account<'f, 'a>(cx: &impl Context<'a>, frame: &'f Frame<'f>, place: AccountPlace, title: &'f str) -> Page<'f> {
    match cx.site() {
        Site::App => frame.app(Place::Account(place), title),
        Site::Portal(_) => frame.portal(PortalPlace::Account, title),
        Site::Platform | Site::Api => frame.platform(ConsolePlace::Account, title),
    }
}
