//! A new account, by whoever wants one: asked for, confirmed by mail, then made.

pub mod page;
pub mod request;
pub mod resend;
pub mod sent;
pub mod verify;
pub mod verify_page;

use crate::{door::Door, fields, links, post};
use crypto::{keyring::KeyRing, secret::constant_time_eq};
use kernel::{Mutation, Request, Result, Write, dispatch::SIGN_IN, error::Error, input::FieldError};
use mail::Letter;
use store::tokens::{self, Found, Issue, Purpose};

/// What waits beside the link, sealed.
#[derive(Default, serde::Serialize, serde::Deserialize)]
struct Pending {
    name: String,
    password_hash: String,
    /// The hash of the form cookie of the browser that began it.
    browser: String,
    next: String,
}
impl Pending {
    fn of(found: &Found, keys: &KeyRing) -> Result<Self> {
        serde_json::from_str(&found.detail(keys)?).map_err(|e| Error::incident("reading a sign-up", e.to_string()))
    }
    fn begun_here(&self, req: &Request) -> bool {
        let here = links::browser(req);
        !here.is_empty() && constant_time_eq(here.as_bytes(), self.browser.as_bytes())
    }
    /// Issues the link and posts it; where there is an account, its owner is told that somebody tried. The same statements either way,
    /// and where nobody waits for anything: then nothing is kept or sent.
    fn issue(&self, cx: &Write<'_>, req: &Request, door: Door<'_>, change: Mutation, email: &str, to: To) -> Result<Mutation> {
        let detail = serde_json::to_string(self).map_err(|e| Error::incident("writing a sign-up", e.to_string()))?;
        let subject = if to == To::Newcomer { email } else { "" };
        let of = Issue { purpose: Purpose::SignUp, subject, org: door.org(), host: req.host(), email, detail: Some(&detail) };
        let (change, issued) = tokens::issue(change, cx.app(), &of)?;
        let link = tokens::link(cx.app(), req.host(), "/sign-up/verify", &issued)?;
        let letter = match to {
            To::Owner => {
                Letter::AlreadyRegistered { sign_in: post::page(cx.app(), req, SIGN_IN)?, reset: post::page(cx.app(), req, "/reset")? }
            }
            To::Newcomer | To::Nobody => Letter::VerifyAddress { name: self.name.clone(), link, expires: issued.expires },
        };
        post::letter_if(to != To::Nobody, change, cx.app(), door, email, letter)
    }
}

/// Whom a sign-up concerns.
#[derive(Clone, Copy, PartialEq, Eq)]
enum To {
    /// Who wants an account.
    Newcomer,
    /// Who has one.
    Owner,
    /// Nobody: a mail that was asked for again, and that nobody waits for.
    Nobody,
}

/// That the password is not the one that was chosen.
fn wrong_password() -> FieldError {
    FieldError {
        pointer: format!("/{}", fields::PASSWORD),
        code: "not_allowed",
        message: "This is not the password that was chosen.".into(),
        fix: "Check it, or sign up again to choose another.".into(),
    }
}
