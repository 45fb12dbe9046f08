//! The token of a form: bound to the browser it was shown in and to who was signed in there (OWASP signed double submit).
//!
//! What keeps a form from being acted on twice is [`crate::once`].

pub use crate::once::{Once, SUBMIT, fresh_id, taken_id};

use crate::sessions::{FORM_COOKIE, cookie};
use crypto::keyring::{KeyRing, Purpose};
use kernel::{Principal, Request, time::Span};

/// How long a browser keeps its form cookie: the longest that browsers allow (RFC 6265bis §5.5). It proves nothing by itself.
const KEPT: Span = Span::days(400);

fn message(browser: &str, principal: &Principal) -> Vec<u8> {
    let who = principal.session().map(ToString::to_string).unwrap_or_default();
    format!("{}!{browser}!{}!{who}", browser.len(), who.len()).into_bytes()
}

/// The token for a form shown in the browser that holds `browser` as its form cookie.
pub fn token(keys: &KeyRing, browser: &str, principal: &Principal) -> String {
    keys.sign(Purpose::Csrf, &message(browser, principal))
}

/// Verifies a token in constant time.
pub fn verify(keys: &KeyRing, browser: &str, principal: &Principal, token: &str) -> bool {
    keys.verify(Purpose::Csrf, &message(browser, principal), token)
}

/// What a page needs in order to show forms.
pub struct Shown {
    /// For the hidden field.
    pub token: String,
    /// The `Set-Cookie` of a browser that has no form cookie yet.
    pub set_cookie: Option<String>,
}

/// Prepares the forms of a page. `random` is 32 bytes from the rng port; they are used only when the browser has no form cookie.
pub fn show(keys: &KeyRing, req: &Request, principal: &Principal, random: [u8; 32]) -> Shown {
    match req.cookie(FORM_COOKIE).filter(|held| crypto::token::well_formed(held)) {
        Some(browser) => Shown { token: token(keys, &browser, principal), set_cookie: None },
        None => {
            let browser = crypto::token::encode(&random);
            let set_cookie = Some(cookie(FORM_COOKIE, &browser, KEPT));
            Shown { token: token(keys, &browser, principal), set_cookie }
        }
    }
}
