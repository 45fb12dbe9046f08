//! The token of a form: bound to the browser it was shown in and to who was signed in there (OWASP signed double submit).

use crypto::keyring::{KeyRing, Purpose};
use kernel::Principal;

fn message(browser: &str, principal: &Principal) -> Vec<u8> {
    let who = match principal {
        Principal::Staff(s) => s.session.to_string(),
        Principal::Customer(c) => c.session.to_string(),
        Principal::Operator(o) => o.session.to_string(),
        Principal::Anonymous | Principal::Key(_) | Principal::System(..) => String::new(),
    };
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
