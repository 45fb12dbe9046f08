//! By password: the cap of failures, known browsers, the lock, bans, second factors.

use crate::browser::{Browser, NEW, deployment, enroll, link, opens, templates, to};
use auth::password;
use kernel::time::Span;
use store::devices;
use testkit::world::PASSWORD;

const APP: &str = "app.localhost";

#[test]
fn a_hundred_failures_switch_the_password_off_until_a_new_one_is_set() {
    let h = deployment();
    let member = &h.world.team.members[1];
    h.db.execute("UPDATE users SET failures = 98 WHERE id = ?1", &[(&member.user).into()]);
    let b = Browser::new(&h, APP);
    assert_eq!(b.sign_in(&member.email, "wrong").status, 422);
    assert!(templates(&h, &member.email).is_empty(), "ninety-nine");
    assert_eq!(b.sign_in(&member.email, "wrong").status, 422);
    h.clock.advance(Span::minutes(2));
    let right = b.sign_in(&member.email, PASSWORD);
    assert_eq!(right.status, 422, "the right one opens nothing any more");
    assert!(right.text().unwrap().contains("don't match") && !b.is_in());
    assert_eq!(templates(&h, &member.email), ["password_off"], "told once");
    // Whoever is signed in stays signed in; a reset switches it on again.
    assert!(opens(&h, APP, &member.session.token));
    b.send("/reset", "/reset", &[("email", &member.email)]);
    let path = link(&h, &member.email, "reset_password", "link");
    assert_eq!(to(&b.send(&path, "/reset/choose", &[("password", NEW)])), (303, "/sign-in"));
    h.clock.advance(Span::minutes(2));
    assert_eq!(to(&b.sign_in(&member.email, NEW)), (303, "/"));
    assert_eq!(h.db.count("SELECT failures FROM users WHERE id = ?1", &[(&member.user).into()]), 0);
}

#[test]
fn a_success_forgets_the_failures_before_it() {
    let h = deployment();
    let (member, customer) = (&h.world.team.members[1], &h.world.team.customers[0]);
    for (host, email, table) in [(APP.to_owned(), &member.email, "users"), (h.world.team.portal(), &customer.email, "customers")] {
        let b = Browser::new(&h, &host);
        for n in 1..4 {
            assert_eq!(b.sign_in(email, "wrong").status, 422);
            assert_eq!(h.db.count(&format!("SELECT failures FROM {table} WHERE email = ?1"), &[email.as_str().into()]), n);
        }
        assert_eq!(b.sign_in(email, PASSWORD).status, 303);
        assert_eq!(h.db.count(&format!("SELECT sum(failures) FROM {table}"), &[]), 0);
        h.clock.advance(Span::minutes(3));
    }
}

#[test]
fn a_browser_that_the_account_knows_passes_the_lock_and_no_other_does() {
    let h = deployment();
    let (victim, other) = (&h.world.team.members[0], &h.world.team.members[1]);
    let (known, strange) = (Browser::new(&h, APP), Browser::new(&h, APP));
    assert_eq!(known.sign_in(&victim.email, PASSWORD).status, 303);
    assert_eq!(strange.sign_in(&other.email, PASSWORD).status, 303);
    assert!(known.jar.borrow().contains_key(devices::COOKIE));
    let attacker = Browser::new(&h, APP);
    for n in 0..10 {
        *attacker.ip.borrow_mut() = format!("203.0.113.{n}");
        assert_eq!(attacker.sign_in(&victim.email, "wrong").status, 422, "{n}");
    }
    let locked = attacker.sign_in(&victim.email, PASSWORD);
    let wait: i64 = locked.header("retry-after").unwrap().parse().unwrap();
    assert_eq!(locked.status, 429);
    assert!((1..=7_200).contains(&wait), "{wait}");
    let before = password::computed();
    assert_eq!(strange.sign_in(&victim.email, PASSWORD).status, 429, "another account's browser is no key");
    assert_eq!(password::computed(), before, "and reaches no hash");
    assert_eq!(to(&known.sign_in(&victim.email, PASSWORD)), (303, "/"));
    // The success forgave everybody; the attacker may fail again.
    for n in 20..30 {
        *attacker.ip.borrow_mut() = format!("203.0.113.{n}");
        assert_eq!(attacker.sign_in(&victim.email, "wrong").status, 422, "{n}");
    }
    // A stolen browser can't guess on: ten of its own.
    for n in 0..10 {
        *known.ip.borrow_mut() = format!("203.0.114.{n}");
        assert_eq!(known.sign_in(&victim.email, "wrong").status, 422, "{n}");
    }
    assert_eq!(known.sign_in(&victim.email, PASSWORD).status, 429);
}

#[test]
fn the_lock_says_when_it_ends_and_ends_then() {
    let h = deployment();
    let email = &h.world.team.members[0].email;
    let b = Browser::new(&h, APP);
    h.clock.advance(Span::minutes(25));
    for n in 0..10 {
        *b.ip.borrow_mut() = format!("203.0.113.{n}");
        b.sign_in(email, "wrong");
    }
    let wait: i64 = b.sign_in(email, PASSWORD).header("retry-after").unwrap().parse().unwrap();
    assert!(wait < 3_600, "the rest of the window, not all of it: {wait}");
    h.clock.advance(Span::seconds(wait - 5));
    assert_eq!(b.sign_in(email, PASSWORD).status, 429);
    h.clock.advance(Span::seconds(6));
    assert_eq!(b.sign_in(email, PASSWORD).status, 303);
}

#[test]
fn a_new_browser_is_told_but_not_the_first_one() {
    let h = deployment();
    let member = &h.world.team.members[2];
    let (one, two) = (Browser::new(&h, APP), Browser::new(&h, APP));
    one.sign_in(&member.email, PASSWORD);
    one.sign_in(&member.email, PASSWORD);
    assert!(templates(&h, &member.email).is_empty());
    two.sign_in(&member.email, PASSWORD);
    assert_eq!(templates(&h, &member.email), ["new_device"]);
    two.sign_in(&member.email, PASSWORD);
    assert_eq!(templates(&h, &member.email), ["new_device"], "by now it is known");
}

#[test]
fn who_is_banned_learns_why_and_until_when_by_the_right_password_only() {
    let h = deployment();
    let member = &h.world.team.members[2];
    let until = h.clock.now_at().plus(Span::days(2));
    h.db.execute(
        "UPDATE users SET banned_until = ?2, ban_reason = 'Spam from this account' WHERE id = ?1",
        &[(&member.user).into(), until.into()],
    );
    let b = Browser::new(&h, APP);
    assert!(!b.sign_in(&member.email, "wrong").text().unwrap().contains("Spam"));
    let right = b.sign_in(&member.email, PASSWORD);
    assert_eq!(right.status, 403);
    assert!(right.text().unwrap().contains("Spam from this account") && right.text().unwrap().contains(&until.rfc3339()[..10]));
    assert!(b.token().is_none());
    h.clock.advance(Span::days(3));
    assert_eq!(b.sign_in(&member.email, PASSWORD).status, 303, "it has an end");
}

#[test]
fn a_customer_who_has_not_accepted_yet_is_nobody() {
    let h = deployment();
    let customer = &h.world.team.customers[0];
    h.db.execute("UPDATE customers SET status = 'invited' WHERE id = ?1", &[(&customer.id).into()]);
    let b = Browser::new(&h, &h.world.team.portal());
    let reply = b.sign_in(&customer.email, PASSWORD);
    assert!(reply.status == 422 && b.token().is_none());
}

#[test]
fn a_second_factor_stands_before_everything() {
    let h = deployment();
    let (member, customer) = (&h.world.team.members[1], &h.world.team.customers[0]);
    for (host, email, id) in
        [(APP.to_owned(), &member.email, member.user.to_string()), (h.world.team.portal(), &customer.email, customer.id.to_string())]
    {
        enroll(&h, &id);
        let b = Browser::new(&h, &host);
        let reply = b.send("/sign-in?next=%2Faccount%2Fsessions", "/sign-in", &[("email", email), ("password", PASSWORD)]);
        assert_eq!(to(&reply), (303, "/challenge?next=%2Faccount%2Fsessions"));
        for path in ["/account", "/account/security", "/account/sessions", "/confirm", "/account/security/authenticator"] {
            let led = b.get(path);
            assert!(led.status == 303 && led.header("location").unwrap().starts_with("/challenge"), "{path}");
        }
        assert!(templates(&h, email).is_empty() && !b.jar.borrow().contains_key(devices::COOKIE), "half a sign-in makes nothing known");
    }
}

/// The clock as a moment.
trait At {
    fn now_at(&self) -> kernel::Millis;
}
impl At for testkit::time::FrozenClock {
    fn now_at(&self) -> kernel::Millis {
        kernel::ports::Clock::now(self)
    }
}
