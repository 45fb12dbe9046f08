//! The second factor: codes once, races, tries, recovery codes, operators' first one, sudo.

use crate::browser::{Browser, Seconds, code, deployment, enroll, letters, link, opens, templates, to};
use auth::WORKER;
use kernel::{Id, time::Span};
use testkit::{Replied, world::PASSWORD};

const APP: &str = "app.localhost";

fn at_challenge<'h>(h: &'h testkit::Harness, email: &str) -> Browser<'h> {
    let b = Browser::new(h, APP);
    assert_eq!(to(&b.sign_in(email, PASSWORD)), (303, "/challenge"));
    b
}

#[test]
fn a_code_works_once_and_makes_a_new_session() {
    let h = deployment();
    let member = &h.world.team.members[1];
    let secret = enroll(&h, member.user.as_str());
    let b = at_challenge(&h, &member.email);
    let half = b.token().unwrap();
    let good = code(&h, &secret);
    assert_eq!(to(&b.send("/challenge", "/challenge", &[("code", &good)])), (303, "/"));
    let whole = b.token().unwrap();
    assert!(b.is_in() && whole != half && !opens(&h, APP, &half), "the half one is dead");
    assert_eq!(h.db.count("SELECT second_factor FROM sessions WHERE token_hash = ?1", &[crypto::token::hash(&whole).into()]), 1);
    // The same code again, in another browser, a moment later; then the one of the next step.
    let thief = at_challenge(&h, &member.email);
    let again = thief.send("/challenge", "/challenge", &[("code", &good)]);
    assert!(again.status == 422 && again.text().unwrap().contains("has already been used"));
    assert!(!thief.is_in());
    h.clock.advance(Span::seconds(30));
    assert_eq!(thief.send("/challenge", "/challenge", &[("code", &code(&h, &secret))]).status, 303);
    // A code from before the last one that was used is none either.
    let late = at_challenge(&h, &member.email);
    let before = crypto::totp::code(&secret, h.clock.now_seconds() / 30 - 1);
    assert_eq!(late.send("/challenge", "/challenge", &[("code", &before)]).status, 422);
}

#[test]
fn of_two_who_use_one_code_at_once_one_gets_in() {
    for seed in 0..5 {
        let h = deployment();
        let member = &h.world.team.members[1];
        let secret = enroll(&h, member.user.as_str());
        let (one, two) = (at_challenge(&h, &member.email), at_challenge(&h, &member.email));
        let good = code(&h, &secret);
        let calls = [&one, &two].map(|b| b.filled("/challenge", "/challenge", &[("code", &good)])).into();
        let replies = h.together(&WORKER, calls, seed);
        let mut statuses: Vec<u16> = replies.iter().map(|r| r.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 422], "seed {seed}");
    }
}

#[test]
fn five_wrong_codes_start_over_and_ten_wait() {
    let h = deployment();
    let member = &h.world.team.members[1];
    let secret = enroll(&h, member.user.as_str());
    let b = at_challenge(&h, &member.email);
    for n in 0..5 {
        let wrong = b.send("/challenge", "/challenge", &[("code", "000000")]);
        assert_eq!(wrong.status, 422, "{n}");
        assert!(!wrong.text().unwrap().contains("value=\"000000\""));
    }
    let over = b.send("/challenge", "/challenge", &[("code", &code(&h, &secret))]);
    assert_eq!(to(&over), (303, "/sign-in"), "the sixth is not looked at");
    assert!(b.token().is_none());
    assert_eq!(h.db.count("SELECT count(*) FROM audit_events WHERE action = 'second_factor.refused' AND outcome = 'denied'", &[]), 5);
    // Fifty at once, over ten sign-ins: ten for the account and no more.
    let all: Vec<Browser<'_>> = (0..10)
        .map(|n| {
            let b = Browser::new(&h, APP);
            *b.ip.borrow_mut() = format!("203.0.113.{n}");
            b.sign_in(&member.email, PASSWORD);
            b
        })
        .collect();
    let calls = (0..50).map(|n| all[n % 10].filled("/challenge", "/challenge", &[("code", "000000")])).collect();
    let replies = h.together(&WORKER, calls, 3);
    let looked_at = replies.iter().filter(|r| r.status == 422).count();
    assert_eq!(looked_at, 4, "four are left of ten in a quarter of an hour: the sixth was counted although it was not looked at");
    assert!(replies.iter().any(|r| r.status == 429 && r.header("retry-after").is_some()));
}

#[test]
fn a_recovery_code_works_once_and_is_told() {
    let h = deployment();
    let member = &h.world.team.members[1];
    let b = Browser::new(&h, APP);
    b.sign_in(&member.email, PASSWORD);
    // Set up by the pages, so that the codes are real.
    let page = b.get("/account/security/authenticator");
    let text = page.text().unwrap();
    assert!(text.contains("<svg class=\"qr\"") && !text.contains("style="));
    let key = text.split("data-copy=\"Key for the authenticator app\">").nth(1).unwrap().split('<').next().unwrap().replace(' ', "");
    let secret = unbase32(&key);
    let wrong = h.call(&WORKER, b.filled_on(&page, "/account/security/authenticator", &[("code", "123")]));
    assert!(wrong.status == 422 && wrong.text().unwrap().contains(&key[..4]), "the same picture again");
    let old = b.token().unwrap();
    let done = h.call(&WORKER, b.filled_on(&page, "/account/security/authenticator", &[("code", &code(&h, &secret))]));
    b.keep(&done);
    assert_eq!(to(&done), (303, "/account/security/recovery-codes/new"));
    assert!(!opens(&h, APP, &old), "a new token");
    let shown = b.get("/account/security/recovery-codes/new");
    let text = shown.text().unwrap();
    let codes: Vec<String> =
        text.split("data-copy=\"Recovery codes\">").nth(1).unwrap().split('<').next().unwrap().lines().map(str::to_owned).collect();
    assert_eq!((codes.len(), codes[0].len()), (10, 29));
    assert!(text.contains("download=\"recovery-codes.txt\""));
    assert_eq!(to(&b.get("/account/security/recovery-codes/new")), (303, "/account/security"), "shown once");
    for code in &codes {
        assert_eq!(h.db.count("SELECT count(*) FROM recovery_codes WHERE hash LIKE '%' || ?1 || '%'", &[code.as_str().into()]), 0);
        assert!(!h.log.contains(code));
    }
    assert_eq!(templates(&h, &member.email), ["factor_added"]);
    // In by one, typed carelessly; the same one again does nothing.
    let c = at_challenge(&h, &member.email);
    assert_eq!(c.send("/challenge", "/challenge", &[("code", &codes[3].to_lowercase().replace('-', " "))]).status, 303);
    assert!(c.is_in());
    let d = at_challenge(&h, &member.email);
    assert_eq!(d.send("/challenge", "/challenge", &[("code", &codes[3])]).status, 422);
    let told = letters(&h, &member.email).into_iter().filter(|(t, _)| t == "recovery_code_used").collect::<Vec<_>>();
    assert_eq!((told.len(), told[0].1["left"].as_i64()), (1, Some(9)));
    // Few are left: said after signing in and on the page.
    h.db.execute(
        "UPDATE recovery_codes SET used_at = 1 WHERE hash NOT IN (SELECT hash FROM recovery_codes WHERE used_at IS NULL LIMIT 4)",
        &[],
    );
    let left: Vec<&String> = codes
        .iter()
        .filter(|c| {
            h.db.count(
                "SELECT count(*) FROM recovery_codes WHERE hash = ?1 AND used_at IS NULL",
                &[crypto::hash::sha256_hex(c.replace('-', "").as_bytes()).into()],
            ) == 1
        })
        .collect();
    assert_eq!(d.send("/challenge", "/challenge", &[("code", left[0])]).status, 303);
    assert!(d.get("/account/security").text().unwrap().contains("Few recovery codes are left"));
    // New ones kill the old.
    let made = d.send("/account/security/recovery-codes", "/account/security/recovery-codes", &[]);
    assert_eq!(to(&made), (303, "/account/security/recovery-codes/new"));
    let e = at_challenge(&h, &member.email);
    assert_eq!(e.send("/challenge", "/challenge", &[("code", left[1])]).status, 422);
}

#[test]
fn an_operator_is_none_without_a_second_factor_and_sets_it_up_on_the_way_in() {
    let h = deployment();
    let operator = &h.world.operator;
    let b = Browser::new(&h, "platform.localhost");
    assert_eq!(to(&b.sign_in(&operator.email, PASSWORD)), (303, "/challenge"));
    assert!(!b.is_in());
    let page = b.get("/challenge");
    let text = page.text().unwrap();
    let key = text.split("data-copy=\"Key for the authenticator app\">").nth(1).unwrap().split('<').next().unwrap().replace(' ', "");
    assert_eq!(h.db.count("SELECT count(*) FROM authenticators", &[]), 0, "looking stores nothing");
    let half = b.token().unwrap();
    // A picture of somebody else's, or one that was changed, is none.
    let keys = &h.app(&WORKER).config.keys;
    let other = store::factors::offer(keys, "usr_other", [1; 20], [1; 12], kernel::ports::Clock::now(&*h.clock)).unwrap();
    let forged = h.call(&WORKER, b.filled_on(&page, "/challenge", &[("offer", &other.sealed), ("code", &code(&h, &[1; 20]))]));
    assert_eq!(to(&forged), (303, "/challenge"));
    let done = h.call(&WORKER, b.filled_on(&page, "/challenge", &[("code", &code(&h, &unbase32(&key)))]));
    b.keep(&done);
    assert_eq!(to(&done), (303, "/account/security/recovery-codes/new"));
    assert!(b.is_in() && !opens(&h, "platform.localhost", &half));
    assert_eq!(templates(&h, &operator.email), ["factor_added"]);
    // The code that set it up opens nothing more.
    let again = Browser::new(&h, "platform.localhost");
    again.sign_in(&operator.email, PASSWORD);
    assert_eq!(again.send("/challenge", "/challenge", &[("code", &code(&h, &unbase32(&key)))]).status, 422);
}

#[test]
fn a_second_factor_stands_before_a_link_as_well() {
    let h = deployment();
    let member = &h.world.team.members[1];
    enroll(&h, member.user.as_str());
    let b = Browser::new(&h, APP);
    b.send("/sign-in/link", "/sign-in/link", &[("email", &member.email)]);
    let path = link(&h, &member.email, "sign_in_link", "link");
    assert_eq!(to(&b.send(&path, "/sign-in/link/open", &[])), (303, "/challenge"));
    assert!(!b.is_in());
}

#[test]
fn who_proves_again_goes_on_under_a_new_token_for_ten_minutes() {
    let h = deployment();
    let member = &h.world.team.members[1];
    let b = Browser::new(&h, APP);
    b.sign_in(&member.email, PASSWORD);
    h.clock.advance(Span::minutes(11));
    assert_eq!(to(&b.get("/account/email")), (303, "/confirm?next=%2Faccount%2Femail"));
    let old = b.token().unwrap();
    let wrong = b.send("/confirm", "/confirm", &[("password", "wrong")]);
    assert_eq!((wrong.status, b.token().as_deref()), (422, Some(old.as_str())));
    let right = b.send("/confirm?next=%2Faccount%2Femail", "/confirm", &[("password", PASSWORD)]);
    assert_eq!(to(&right), (303, "/account/email"));
    assert!(b.get("/account/email").status == 200 && !opens(&h, APP, &old));
    assert!(right.cookie(store::sessions::COOKIE).is_some());
    // With an authenticator a password does not do.
    let secret = enroll(&h, member.user.as_str());
    h.clock.advance(Span::minutes(11));
    assert!(b.get("/confirm").text().unwrap().contains("authenticator app"));
    assert_eq!(b.send("/confirm", "/confirm", &[("password", PASSWORD)]).status, 422);
    let good = code(&h, &secret);
    assert_eq!(b.send("/confirm", "/confirm", &[("code", &good)]).status, 303);
    assert_eq!(b.send("/confirm", "/confirm", &[("code", &good)]).status, 422, "a code works once here too");
    // Five tries in ten minutes.
    h.clock.advance(Span::minutes(30));
    let statuses: Vec<u16> = (0..7).map(|_| b.send("/confirm", "/confirm", &[("code", "000000")]).status).collect();
    assert_eq!(statuses, [422, 422, 422, 422, 422, 429, 429]);
}

/// Reads what an app reads.
pub fn unbase32(text: &str) -> Vec<u8> {
    let mut bits = String::new();
    for c in text.chars() {
        let n = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(c).unwrap();
        bits.push_str(&format!("{n:05b}"));
    }
    bits.as_bytes().chunks_exact(8).map(|b| u8::from_str_radix(std::str::from_utf8(b).unwrap(), 2).unwrap()).collect()
}
