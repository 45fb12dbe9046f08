//! What is the same for everything on one page: the token of its forms, the choice of colors, the message of the form before.

use crate::Page;
use html::{Account, Look, Shell, Theme, part::Tone};
use kernel::{
    App, Millis, Principal, Read, Request, Write,
    flash::{self, Flash},
    host::Site,
    route::Method,
};
use store::forms;

/// The context of a handler, whether it reads or writes.
pub trait Context<'a> {
    /// The Worker's state and configuration.
    fn app(&self) -> &'a App;
    /// The site that the host resolved to.
    fn site(&self) -> &'a Site;
    /// Who is calling.
    fn principal(&self) -> &'a Principal;
    /// Bytes for a form cookie.
    fn random(&self) -> [u8; 32];
    /// The time of the request.
    fn now(&self) -> Millis;
}
impl<'a> Context<'a> for Read<'a> {
    fn app(&self) -> &'a App {
        Read::app(self)
    }
    fn site(&self) -> &'a Site {
        Read::site(self)
    }
    fn principal(&self) -> &'a Principal {
        Read::principal(self)
    }
    fn random(&self) -> [u8; 32] {
        Read::random(self)
    }
    fn now(&self) -> Millis {
        Read::now(self)
    }
}
impl<'a> Context<'a> for Write<'a> {
    fn app(&self) -> &'a App {
        Write::app(self)
    }
    fn site(&self) -> &'a Site {
        Write::site(self)
    }
    fn principal(&self) -> &'a Principal {
        Write::principal(self)
    }
    fn random(&self) -> [u8; 32] {
        Write::random(self)
    }
    fn now(&self) -> Millis {
        Write::now(self)
    }
}

/// What is the same for everything on one page. One is made for each page.
pub struct Frame<'a> {
    pub(crate) app: &'a App,
    pub(crate) site: &'a Site,
    pub(crate) principal: &'a Principal,
    pub(crate) path: &'a str,
    /// The page to come back to from what has none of its own.
    back: &'a str,
    pub(crate) set_cookie: Option<String>,
    pub(crate) flash: Option<Flash>,
    pub(crate) now: Millis,
    csrf: String,
    theme: Theme,
}
impl<'a> Frame<'a> {
    /// The frame of the page that answers a request.
    pub fn of(cx: &impl Context<'a>, req: &'a Request) -> Self {
        let (app, principal) = (cx.app(), cx.principal());
        let shown = forms::show(&app.config.keys, req, principal, cx.random());
        Self {
            app,
            site: cx.site(),
            principal,
            path: req.path(),
            back: page_of(req),
            set_cookie: shown.set_cookie,
            flash: flash::of(req),
            now: cx.now(),
            csrf: shown.token,
            theme: Theme::of(req),
        }
    }
    /// The token for the page's own forms.
    pub fn csrf(&self) -> &str {
        &self.csrf
    }
    /// The surface's name: the product, or the tenant at its portal.
    pub fn brand(&self) -> &'a str {
        match self.site {
            Site::Portal(tenant) => &tenant.name,
            Site::App | Site::Platform | Site::Api => "Portico",
        }
    }
    /// A page of the surface with nothing in its menus.
    pub(crate) fn plain<'f>(&'f self, look: Look, title: &'f str) -> Page<'f> {
        let mut shell = Shell::new(look, self.brand(), title);
        shell.theme = self.theme;
        shell.local = self.app.config.is_local();
        shell.flash = self.flash.as_ref().map(|f| html::Flash {
            tone: match f.tone {
                flash::Tone::Done => Tone::Good,
                flash::Tone::Failed => Tone::Bad,
            },
            text: &f.text,
        });
        shell.brand_sheet = match self.site {
            Site::Portal(tenant) if tenant.branding > 0 => Some(format!("/brand.css?v={}", tenant.branding)),
            Site::Portal(_) | Site::App | Site::Platform | Site::Api => None,
        };
        shell.logo = match self.site {
            Site::Portal(tenant) => tenant.logo_path(),
            Site::App | Site::Platform | Site::Api => None,
        };
        Page::new(self, shell)
    }
    /// The menu of whoever is signed in.
    pub(crate) fn account(&self) -> Account<'_> {
        Account { csrf: &self.csrf, back: self.back, ..Account::new(self.principal.label()) }
    }
}

/// The page to come back to: the one that was asked for. A form that comes back with what was wrong stands at an address that may be
/// no page; then it is the nearest one above it.
fn page_of(req: &Request) -> &str {
    if req.method() == Method::Get {
        return req.path();
    }
    crate::app::page_above(req.path())
}
