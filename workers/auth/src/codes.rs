//! Recovery codes on their way to being shown once: sealed to their account in a cookie that lives for two minutes, so that the
//! page which shows them is one that a reload shows no more.

use crypto::{
    keyring::KeyRing,
    seal::{self, Place},
};
use kernel::{Request, Result, error::Error, time::Span};
use store::sessions;

/// The page that shows them.
pub const SHOWN: &str = "/account/security/recovery-codes/new";
/// The cookie.
const COOKIE: &str = "__Host-portico-codes";
/// How long they wait.
const WAIT: Span = Span::minutes(2);
/// From so few on, whoever has them is told to make new ones.
pub const FEW: i64 = 3;

fn place(subject: &str) -> Place<'_> {
    Place { tenant: "", table: "recovery_codes", column: "shown", row: subject }
}

/// The `Set-Cookie` that carries a set of codes to the page that shows them. `nonce` is 12 fresh bytes from the rng port.
///
/// # Errors
/// An incident when it can't be sealed.
pub fn cookie(keys: &KeyRing, subject: &str, codes: &[String], nonce: [u8; 12]) -> Result<String> {
    let sealed = seal::seal(keys, &place(subject), codes.join("\n").as_bytes(), nonce)
        .map_err(|_| Error::incident("sealing recovery codes", subject))?;
    Ok(sessions::cookie(COOKIE, &sealed, WAIT))
}
/// The `Set-Cookie` that takes them away.
pub fn gone() -> String {
    sessions::cookie(COOKIE, "", Span::millis(0))
}
/// The codes that a request brings, if they are its account's.
pub fn brought(keys: &KeyRing, subject: &str, req: &Request) -> Option<Vec<String>> {
    let plain = seal::open(keys, &place(subject), &req.cookie(COOKIE)?).ok()?;
    Some(String::from_utf8(plain).ok()?.lines().map(str::to_owned).collect())
}
