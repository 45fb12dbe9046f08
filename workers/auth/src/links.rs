//! Links out of mails: looking one up, and the page of one that can't be used, with the way forward.

use crate::door::Door;
use crypto::keyring::KeyRing;
use html::form;
use kernel::{Error, Millis, Read, Reply, Request, Result, Row, Write, sql::Stmt};
use maud::{Markup, html};
use shell::{Context, Frame};
use store::{
    sessions::FORM_COOKIE,
    tokens::{self, Found, Purpose, Trouble},
};

/// What looks something up, whether it then only shows or also changes something.
pub trait Looks<'a>: Context<'a> {
    /// Runs a read statement and takes its first row.
    fn look(&self, stmt: Stmt) -> impl Future<Output = Result<Option<Row>>> + 'a;
    /// Now.
    fn moment(&self) -> Millis;
}
impl<'a> Looks<'a> for Read<'a> {
    fn look(&self, stmt: Stmt) -> impl Future<Output = Result<Option<Row>>> + 'a {
        self.first(stmt)
    }
    fn moment(&self) -> Millis {
        self.now()
    }
}
impl<'a> Looks<'a> for Write<'a> {
    fn look(&self, stmt: Stmt) -> impl Future<Output = Result<Option<Row>>> + 'a {
        self.first(stmt)
    }
    fn moment(&self) -> Millis {
        self.now()
    }
}

/// The link that a token is of, on the host that was asked.
///
/// # Errors
/// What the database refused.
pub async fn find<'a>(cx: &impl Looks<'a>, req: &Request, purpose: Purpose, token: &str) -> Result<std::result::Result<Found, Trouble>> {
    let row = match tokens::find(token) {
        Some(stmt) => cx.look(stmt).await?,
        None => None,
    };
    tokens::judge(row.as_ref(), purpose, req.host(), cx.moment())
}

/// A page with a token in its address: nobody it leads to learns the address.
#[must_use]
pub fn discreet(reply: Reply) -> Reply {
    reply.with("referrer-policy", "no-referrer")
}

/// What the pages of one purpose say of a link that can't be used.
const fn words(purpose: Purpose) -> (&'static str, &'static str, &'static str) {
    match purpose {
        Purpose::SignUp => ("Sign up again, and a new link is sent to you.", "/sign-up", "Sign up"),
        Purpose::SignIn => ("Ask for a new one.", "/sign-in/link", "Get a new link"),
        Purpose::Reset => ("Ask for a new one.", "/reset", "Get a new link"),
        Purpose::NewAddress => ("Ask for the change again, and a new link is sent to the new address.", "/account/email", "Change address"),
        Purpose::UndoAddress => ("If somebody else changed your address, contact support.", "/sign-in", "Sign in"),
        Purpose::CustomerInvitation => ("Ask the company that invited you to send the invitation again.", "/sign-in", "Sign in"),
    }
}

/// The page of a link that can't be used.
pub fn trouble(frame: &Frame<'_>, purpose: Purpose, why: Trouble) -> Reply {
    let (status, title, what) = match why {
        Trouble::Expired => (410, "This link has expired", "Links in e-mails work for a limited time."),
        Trouble::Used => (410, "This link has already been used", "Each link works once, and a newer one takes its place."),
        Trouble::Unknown => (404, "This link does not work here", "It may be incomplete: open it from the e-mail once more."),
    };
    let (way, href, label) = words(purpose);
    let text = html! { (what) " " (way) };
    dead(frame, status, title, &text, href, label)
}

/// A page that says why there is nothing to do here, with the way forward.
pub fn dead(frame: &Frame<'_>, status: u16, title: &str, text: &Markup, href: &str, label: &str) -> Reply {
    let main =
        html! { section class="narrow" { h1 { (title) } div class="card" { p { (text) } p { (form::primary_link(href, label)) } } } };
    discreet(frame.bare(title).status(status).reply(&main))
}

/// The page that says that a mail was sent, whether or not one was: the same to everybody.
pub fn sent(door: Door<'_>, what: &str, again: &str) -> Markup {
    html! {
        section class="narrow" {
            h1 { "Check your e-mail" }
            div class="card" {
                p { (what) }
                p class="quiet" { "The e-mail comes from " (door.name()) " and may take a minute. If you don't see it, check your spam folder." }
                p { a class="button" href=(again) { "Send it again" } }
            }
            p { a href=(kernel::dispatch::SIGN_IN) { "Back to sign-in" } }
        }
    }
}

/// What goes with a link to sign in: the browser that asked for it, and where it wanted to go.
#[derive(serde::Serialize, serde::Deserialize)]
pub struct Asked {
    /// The hash of the browser's form cookie.
    pub browser: String,
    /// Where to go afterwards; may be empty.
    pub next: String,
}

/// The hash of the browser's form cookie: what ties a link to the browser that asked for it. Empty when it has none.
pub fn browser(req: &Request) -> String {
    req.cookie(FORM_COOKIE).map(|held| crypto::token::hash(&held)).unwrap_or_default()
}
/// What went with a link to sign in.
///
/// # Errors
/// An incident when it can't be read.
pub fn asked(found: &Found, keys: &KeyRing) -> Result<Asked> {
    serde_json::from_str(&found.detail(keys)?).map_err(|e| Error::incident("reading a link's detail", e.to_string()))
}
/// Whether a link is opened in the browser that asked for it.
///
/// # Errors
/// As [`asked`].
pub fn begun_here(found: &Found, keys: &KeyRing, req: &Request) -> Result<bool> {
    let (asked, here) = (asked(found, keys)?, browser(req));
    Ok(!here.is_empty() && asked.browser == here)
}
