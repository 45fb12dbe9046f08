//! The last step of every way in: the session, and what goes with it. A second factor stands before it whatever the way was.

use crate::{
    device,
    door::{Account, Door},
    next, post,
};
use kernel::{
    Mutation, Reply, Request, Result, Write,
    dispatch::{CHALLENGE, NEXT_CAP},
    sql::Stmt,
};
use mail::Letter;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use store::{
    devices,
    sessions::{self, Begin, Browser, Reached},
};

/// How far the first factor gets one: operators never past the challenge, others as far as they have no second factor.
pub const fn by_first_factor(door: Door<'_>, account: &Account) -> Reached {
    if account.factor || matches!(door, Door::Operator) { Reached::Challenge } else { Reached::OneFactor }
}

/// Begins a session with a change, and answers with its cookie. Whatever session this browser had on this host ends, so that a
/// token never outlives a sign-in. Once it gets all the way, the browser becomes one that the account knows; a new one is told.
///
/// # Errors
/// An incident when a mail can't be written.
pub fn begin(
    cx: &Write<'_>,
    req: &Request,
    mut change: Mutation,
    door: Door<'_>,
    account: &Account,
    (method, reached): (&'static str, Reached),
    to: &str,
) -> Result<(Mutation, Reply)> {
    let of = Begin { kind: door.kind(), subject: &account.id, org: door.org(), method, reached, browser: Browser::of(req) };
    let fresh = sessions::begin(&cx.id(), of, cx.now(), cx.random());
    change = change.then_one(fresh.stmt);
    if let Some(old) = req.cookie(sessions::COOKIE) {
        change = change.then(sessions::end(&old));
    }
    let cookie = sessions::cookie(sessions::COOKIE, &fresh.token, sessions::lifetime(door.kind()));
    if reached == Reached::Challenge {
        return Ok((change, Reply::see_other(&challenge(to)).with("set-cookie", cookie)));
    }
    let mut reply = Reply::see_other(next::or_home(to)).with("set-cookie", cookie);
    let (seen, remembered) = devices::seen(req, &account.id, cx.now(), cx.random());
    change = change.then(seen);
    if let Some(cookie) = remembered {
        reply = reply.with("set-cookie", cookie);
    }
    if account.known_anywhere && !account.known_here {
        let letter = Letter::NewDevice {
            name: account.name.clone(),
            at: cx.now(),
            device: device::name(req.user_agent()),
            ip: req.ip().to_owned(),
            account: post::account(cx.app(), req)?,
        };
        change = post::letter(change, cx.app(), door, &account.email, letter)?;
    }
    Ok((change, reply))
}

/// The challenge, and where to go from there.
fn challenge(to: &str) -> String {
    led(CHALLENGE, to)
}
/// A form with the way back from it.
pub fn led(form: &str, to: &str) -> String {
    match next::checked(to) {
        Some("/") | None => form.to_owned(),
        Some(to) if to.len() > NEXT_CAP => form.to_owned(),
        Some(to) => format!("{form}?next={}", utf8_percent_encode(to, NON_ALPHANUMERIC)),
    }
}

/// The session of the browser that sends a request goes on under a new token.
pub fn rotated(reply: Reply, door: Door<'_>, fresh: sessions::Fresh) -> (Stmt, Reply) {
    (fresh.stmt, reply.with("set-cookie", sessions::cookie(sessions::COOKIE, &fresh.token, sessions::lifetime(door.kind()))))
}
