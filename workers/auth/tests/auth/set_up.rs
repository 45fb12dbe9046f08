//! The first operator: by the secret of whoever deployed it, once.

use crate::browser::{Browser, NEW, code, deployment, to};
use crate::challenge::unbase32;
use auth::WORKER;
use kernel::time::Span;
use testkit::{Harness, world::PASSWORD};

const HOST: &str = "platform.localhost";
const TOKEN: &str = "a-token-of-this-deployment";

fn fresh() -> Harness {
    let h = deployment();
    h.set("PLATFORM_BOOTSTRAP_TOKEN", TOKEN);
    h.db.execute("DELETE FROM operators", &[]);
    h
}
const FORM: [(&str, &str); 4] = [("setup_token", TOKEN), ("name", "Grace Hopper"), ("email", "grace@example.com"), ("password", NEW)];

#[test]
fn the_first_operator_is_made_and_the_form_is_gone() {
    let h = fresh();
    let b = Browser::new(&h, HOST);
    assert!(b.get("/sign-in").text().unwrap().contains("Set up this deployment"));
    for (field, value, says) in
        [("setup_token", "wrong", "not the setup token"), ("email", "x", "not an e-mail address"), ("password", "short", "at least 15")]
    {
        let mut form = FORM;
        form.iter_mut().find(|(n, _)| *n == field).unwrap().1 = value;
        let bad = b.send("/setup", "/setup", &form);
        assert!(bad.status == 422 && bad.text().unwrap().contains(says), "{field}");
        assert!(!bad.text().unwrap().contains(TOKEN) && !bad.text().unwrap().contains(NEW));
    }
    assert_eq!(to(&b.send("/setup", "/setup", &FORM)), (303, "/challenge"));
    assert!(!b.is_in(), "an authenticator comes before anything else");
    let page = b.get("/challenge");
    let key = page
        .text()
        .unwrap()
        .split("data-copy=\"Key for the authenticator app\">")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap()
        .replace(' ', "");
    let done = h.call(&WORKER, b.filled_on(&page, "/challenge", &[("code", &code(&h, &unbase32(&key)))]));
    b.keep(&done);
    assert!(b.is_in());
    assert_eq!((b.get("/setup").status, h.db.count("SELECT count(*) FROM operators WHERE role = 'admin'", &[])), (404, 1));
    assert!(!b.get("/sign-in").text().unwrap().contains("Set up this deployment") && !h.log.contains(TOKEN));
}

#[test]
fn an_account_that_is_there_becomes_operator_by_its_own_password() {
    let h = fresh();
    let member = &h.world.team.members[0];
    let b = Browser::new(&h, HOST);
    let form = |password| [("setup_token", TOKEN), ("name", "x"), ("email", member.email.as_str()), ("password", password)];
    assert_eq!(b.send("/setup", "/setup", &form(NEW)).status, 422);
    assert_eq!(to(&b.send("/setup", "/setup", &form(PASSWORD))), (303, "/challenge"));
    assert_eq!(h.db.count("SELECT count(*) FROM operators WHERE user_id = ?1", &[(&member.user).into()]), 1);
}

#[test]
fn of_two_at_once_one_is_made_and_five_tries_an_hour_are_all() {
    for seed in 0..4 {
        let h = fresh();
        let calls = (0..2)
            .map(|n| {
                let b = Browser::new(&h, HOST);
                *b.ip.borrow_mut() = format!("203.0.113.{n}");
                let email = format!("op{n}@example.com");
                b.filled("/setup", "/setup", &[("setup_token", TOKEN), ("name", "x"), ("email", &email), ("password", NEW)])
            })
            .collect();
        let mut statuses: Vec<u16> = h.together(&WORKER, calls, seed).iter().map(|r| r.status).collect();
        statuses.sort_unstable();
        assert_eq!((statuses, h.db.count("SELECT count(*) FROM operators", &[])), (vec![303, 404], 1));
        assert_eq!(h.db.count("SELECT count(*) FROM users WHERE email LIKE 'op%@example.com'", &[]), 1, "nothing of the other is left");
    }
    let h = fresh();
    let b = Browser::new(&h, HOST);
    let mut form = FORM;
    form[0].1 = "guess";
    let statuses: Vec<u16> = (0..6).map(|_| b.send("/setup", "/setup", &form).status).collect();
    assert_eq!(statuses, [422, 422, 422, 422, 422, 429]);
    h.clock.advance(Span::hours(2));
    assert_eq!(b.send("/setup", "/setup", &FORM).status, 303);
    assert_eq!(fresh_with_operator().get("/setup").status, 404);
}

/// A deployment with operators never shows the form.
fn fresh_with_operator() -> Browser<'static> {
    Browser::new(Box::leak(Box::new(deployment())), HOST)
}
