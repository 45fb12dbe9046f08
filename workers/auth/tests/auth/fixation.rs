//! A session's token from before a step is dead after it (security-and-ui.md §1.1 S4, S7; ASVS 7.2.4): whoever planted or copied it
//! holds nothing.

use crate::{
    browser::{Browser, NEW, code, deployment, enroll, link, opens},
    challenge::unbase32,
};
use auth::WORKER;
use kernel::time::Span;
use store::sessions::COOKIE;
use testkit::{Harness, get, world::PASSWORD};

/// Somebody who may sign in: host, address, account.
type Who = (String, String, String);
fn people(h: &Harness) -> [Who; 2] {
    let (member, customer) = (&h.world.team.members[1], &h.world.team.customers[0]);
    [
        ("app.localhost".to_owned(), member.email.clone(), member.user.to_string()),
        (h.world.team.portal(), customer.email.clone(), customer.id.to_string()),
    ]
}
fn signed_in<'h>(h: &'h Harness, who: &Who) -> Browser<'h> {
    let b = Browser::new(h, &who.0);
    b.sign_in(&who.1, PASSWORD);
    b
}
fn add_factor(h: &Harness, b: &Browser<'_>) {
    let page = b.get("/account/security/authenticator");
    let text = page.text().unwrap();
    let key = text.split("data-copy=\"Key for the authenticator app\">").nth(1).unwrap().split('<').next().unwrap().replace(' ', "");
    let done = h.call(&WORKER, b.filled_on(&page, "/account/security/authenticator", &[("code", &code(h, &unbase32(&key)))]));
    assert_eq!(done.status, 303, "{:?}", done.text());
    b.keep(&done);
}

/// A step, by a browser that is ready for it. Gives the token from right before.
type Step = (&'static str, bool, fn(&Harness, &Who) -> (String, Option<String>));
fn around(b: &Browser<'_>, step: impl FnOnce(&Browser<'_>)) -> (String, Option<String>) {
    let before = b.token().unwrap();
    step(b);
    (before, b.token())
}
/// What each leaves signed in stands beside it.
const STEPS: &[Step] = &[
    ("signing in over a planted session", true, |h, who| {
        let attacker = if who.0 == "app.localhost" { &h.world.team.members[2].session } else { &h.world.team.customers[1].session };
        let b = Browser::new(h, &who.0);
        b.jar.borrow_mut().insert(COOKIE.into(), attacker.token.clone());
        around(&b, |b| drop(b.sign_in(&who.1, PASSWORD)))
    }),
    ("signing in over a made-up token", true, |h, who| {
        let b = Browser::new(h, &who.0);
        b.jar.borrow_mut().insert(COOKIE.into(), crypto::token::encode(&[5; 32]));
        around(&b, |b| drop(b.sign_in(&who.1, PASSWORD)))
    }),
    ("a sign-in link over a planted session", true, |h, who| {
        let attacker = if who.0 == "app.localhost" { &h.world.team.members[2].session } else { &h.world.team.customers[1].session };
        let b = Browser::new(h, &who.0);
        b.send("/sign-in/link", "/sign-in/link", &[("email", &who.1)]);
        b.jar.borrow_mut().insert(COOKIE.into(), attacker.token.clone());
        let path = link(h, &who.1, "sign_in_link", "link");
        around(&b, |b| drop(b.send(&path, "/sign-in/link/open", &[])))
    }),
    ("the second factor", true, |h, who| {
        let secret = enroll(h, &who.2);
        let b = signed_in(h, who);
        around(&b, |b| drop(b.send("/challenge", "/challenge", &[("code", &code(h, &secret))])))
    }),
    ("proving again", true, |h, who| {
        let b = signed_in(h, who);
        h.clock.advance(Span::minutes(11));
        around(&b, |b| drop(b.send("/confirm", "/confirm", &[("password", PASSWORD)])))
    }),
    ("another password", true, |h, who| {
        let b = signed_in(h, who);
        around(&b, |b| drop(b.send("/account/password", "/account/password", &[("current", PASSWORD), ("password", NEW)])))
    }),
    ("adding an authenticator", true, |h, who| {
        let b = signed_in(h, who);
        around(&b, |b| add_factor(h, b))
    }),
    ("another address", true, |h, who| {
        let b = signed_in(h, who);
        b.send("/account/email", "/account/email", &[("email", "new@nowhere.example")]);
        let path = link(h, "new@nowhere.example", "confirm_new_address", "link");
        around(&b, |b| drop(b.send(&path, "/account/email/confirm", &[])))
    }),
    ("removing the authenticator", false, |h, who| {
        let secret = enroll(h, &who.2);
        let b = signed_in(h, who);
        b.send("/challenge", "/challenge", &[("code", &code(h, &secret))]);
        let path = "/account/security/authenticator/remove";
        around(&b, |b| drop(b.send(path, path, &[])))
    }),
    ("a reset", false, |h, who| {
        let b = signed_in(h, who);
        b.send("/reset", "/reset", &[("email", &who.1)]);
        let path = link(h, &who.1, "reset_password", "link");
        around(&b, |b| drop(b.send(&path, "/reset/choose", &[("password", NEW)])))
    }),
    ("signing out", false, |h, who| {
        let b = signed_in(h, who);
        around(&b, |b| drop(b.send("/account", "/sign-out", &[])))
    }),
];

#[test]
fn a_token_from_before_a_step_is_dead_after_it() {
    let mut steps = 0;
    for (what, stays, step) in STEPS {
        for at in 0..2 {
            let h = deployment();
            let who = &people(&h)[at];
            let (before, after) = step(&h, who);
            let what = format!("{what} at {}", who.0);
            assert!(!opens(&h, &who.0, &before), "{what}: the token from before opens");
            let hash = crypto::token::hash(&before);
            assert_eq!(h.db.count("SELECT count(*) FROM sessions WHERE token_hash = ?1", &[hash.into()]), 0, "{what}");
            assert_ne!(after.as_ref(), Some(&before), "{what}");
            assert_eq!(after.is_some_and(|token| opens(&h, &who.0, &token)), *stays, "{what}: what is there afterwards");
            steps += 1;
        }
    }
    println!("{steps} steps");
}

/// The half session of before the second factor opens nothing afterwards either, and no cookie works on another host.
#[test]
fn a_session_is_its_host_s() {
    let h = deployment();
    let hosts = ["app.localhost".to_owned(), h.world.team.portal(), h.world.free.portal(), "platform.localhost".to_owned()];
    let sessions = [
        &h.world.team.members[0].session,
        &h.world.team.customers[0].session,
        &h.world.free.customers[0].session,
        &h.world.operator.session,
    ];
    for session in sessions {
        for host in &hosts {
            assert_eq!(opens(&h, host, &session.token), *host == session.host, "{} at {host}", session.host);
        }
    }
}

/// Operators: half an hour unseen, twelve hours at all, by the clock and not by the cookie (security-and-ui.md §1.1 S5, S6).
#[test]
fn an_operator_s_session_ends_by_the_clock() {
    let token = |h: &Harness| h.world.operator.session.token.clone();
    let opens = |h: &Harness| opens(h, "platform.localhost", &token(h));
    let began =
        "UPDATE sessions SET created_at = ?1, seen_at = ?1, expires_at = ?1 + 43200000, idle_until = ?1 + 1800000 WHERE token_hash = ?2";
    let fresh = || {
        let h = deployment();
        let now = kernel::ports::Clock::now(&*h.clock);
        h.db.execute(began, &[now.into(), crypto::token::hash(&token(&h)).into()]);
        h
    };
    let h = fresh();
    h.clock.advance(Span::millis(30 * 60_000 - 1));
    assert!(opens(&h), "a moment before half an hour");
    h.clock.advance(Span::millis(30 * 60_000 - 1));
    assert!(opens(&h), "each use counts anew");
    h.clock.advance(Span::minutes(30));
    assert!(!opens(&h), "half an hour unseen");
    let page = h.call(&WORKER, get("/account").host("platform.localhost").cookie(COOKIE, &token(&h)));
    assert_eq!(page.header("location"), Some("/sign-in?next=%2Faccount"));
    let h = fresh();
    for _ in 0..35 {
        h.clock.advance(Span::minutes(20));
        assert!(opens(&h));
    }
    h.clock.advance(Span::millis(20 * 60_000 - 1));
    assert!(opens(&h), "a moment before twelve hours");
    h.clock.advance(Span::millis(1));
    assert!(!opens(&h), "twelve hours, however busy");
}
