//! Browsers that an account was signed in on: a new one is told by mail, a known one passes the lock of failed sign-ins.
//!
//! The cookie holds 32 random bytes and is one for all accounts of a browser on a host; a row ties its hash to one account.

use crate::sessions::cookie;
use kernel::{Millis, Request, sql::Stmt, time::Span};

/// The cookie.
pub const COOKIE: &str = "__Host-portico-device";
/// How long a browser keeps it: the longest that browsers allow (RFC 6265bis §5.5).
const KEPT: Span = Span::days(400);

kernel::sql! {
    Write Global("which browsers an account uses is its own; they belong to no organization") SEEN(3) -> [] =
        "INSERT INTO devices(subject, hash, created_at, seen_at) VALUES(?1, ?2, ?3, ?3) ON CONFLICT(subject, hash) DO UPDATE SET seen_at = excluded.seen_at";
    Read Global("which browsers an account uses is its own; they belong to no organization")
    KNOWN(2) -> ["this", "any"] =
        "SELECT EXISTS(SELECT 1 FROM devices WHERE subject = ?1 AND hash = ?2) AS this, EXISTS(SELECT 1 FROM devices WHERE subject = ?1) AS \"any\"";
    Write Global("an account's browsers are forgotten with it, or when somebody else may have used one") FORGET(1) -> [] =
        "DELETE FROM devices WHERE subject = ?1";
}

/// The hash of the browser's cookie; empty when it has none, which is nobody's.
pub fn hash(req: &Request) -> String {
    req.cookie(COOKIE).filter(|held| crypto::token::well_formed(held)).map(|held| crypto::token::hash(&held)).unwrap_or_default()
}

/// Whether this browser is known to an account, and whether any is: two columns.
pub fn known(subject: &str, hash: &str) -> Stmt {
    KNOWN.bind([subject.into(), hash.into()])
}

/// Makes the browser known to an account. With the `Set-Cookie` of one that has none yet; `random` is 32 bytes from the rng port.
pub fn seen(req: &Request, subject: &str, now: Millis, random: [u8; 32]) -> (Stmt, Option<String>) {
    let held = hash(req);
    let (hash, fresh) = if held.is_empty() {
        let token = crypto::token::encode(&random);
        (crypto::token::hash(&token), Some(cookie(COOKIE, &token, KEPT)))
    } else {
        (held, None)
    };
    (SEEN.bind([subject.into(), hash.into(), now.into()]), fresh)
}

/// Forgets every browser of an account.
pub fn forget(subject: &str) -> Stmt {
    FORGET.bind([subject.into()])
}
