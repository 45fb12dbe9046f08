//! Links in mails: used once, for one thing, on one host, in time; and what a reset and a change of address do.

use crate::browser::{Browser, NEW, deployment, enroll, link, opens, templates, to};
use kernel::{Id, time::Span};
use testkit::world::PASSWORD;

const APP: &str = "app.localhost";

#[test]
fn a_sign_in_link_works_once_in_time_in_its_own_browser_and_on_its_own_host() {
    let h = deployment();
    let (member, customer) = (&h.world.team.members[1], &h.world.team.customers[0]);
    for (host, email, other) in
        [(APP.to_owned(), &member.email, h.world.team.portal()), (h.world.team.portal(), &customer.email, h.world.free.portal())]
    {
        h.clock.advance(Span::minutes(11));
        let b = Browser::new(&h, &host);
        assert_eq!(to(&b.send("/sign-in/link?next=%2Faccount", "/sign-in/link", &[("email", email)])), (303, "/sign-in/link/sent"));
        let path = link(&h, email, "sign_in_link", "link");
        let stranger = Browser::new(&h, &host);
        stranger.get("/sign-in");
        assert!(stranger.get(&path).text().unwrap().contains("Open this link where you asked for it"));
        assert_eq!(Browser::new(&h, &other).get(&path).status, 404, "another host");
        assert_eq!(b.get(&path.replace("/sign-in/link/open", "/reset/choose")).status, 404, "another purpose");
        assert_eq!(b.get(&path).status, 200);
        assert!(!b.is_in(), "a look signs nobody in");
        let used = b.filled(&path, "/sign-in/link/open", &[]);
        assert_eq!(to(&b.send(&path, "/sign-in/link/open", &[])), (303, "/account"));
        assert!(b.is_in());
        assert_eq!(h.call(&auth::WORKER, used).status, 410, "once");
        // Too late; and a newer one takes the place of an older one.
        b.send("/sign-in/link", "/sign-in/link", &[("email", email)]);
        let older = link(&h, email, "sign_in_link", "link");
        h.clock.advance(Span::minutes(6));
        b.send("/sign-in/link", "/sign-in/link", &[("email", email)]);
        let newer = link(&h, email, "sign_in_link", "link");
        assert_eq!(b.get(&older).status, 410);
        h.clock.advance(Span::minutes(10));
        let late = b.get(&newer);
        assert!(
            late.status == 410 && late.text().unwrap().contains("has expired") && late.text().unwrap().contains("href=\"/sign-in/link\"")
        );
    }
    for odd in ["", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "'; DROP TABLE tokens"] {
        let page = Browser::new(&h, APP).get(&format!("/sign-in/link/open?token={}", odd.replace(' ', "%20")));
        assert!(page.status == 404 && page.text().unwrap().contains("does not work here"), "{odd}");
    }
}

#[test]
fn of_two_who_use_one_link_at_once_one_gets_in() {
    for seed in 0..4 {
        let h = deployment();
        let member = &h.world.team.members[1];
        let b = Browser::new(&h, APP);
        b.send("/sign-in/link", "/sign-in/link", &[("email", &member.email)]);
        let path = link(&h, &member.email, "sign_in_link", "link");
        let calls = vec![b.filled(&path, "/sign-in/link/open", &[]), b.filled(&path, "/sign-in/link/open", &[])];
        let mut statuses: Vec<u16> = h.together(&auth::WORKER, calls, seed).iter().map(|r| r.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 410]);
    }
}

#[test]
fn a_reset_ends_everything_but_the_second_factor_and_signs_nobody_in() {
    let h = deployment();
    let member = &h.world.team.members[1];
    enroll(&h, member.user.as_str());
    let b = Browser::new(&h, APP);
    b.send("/sign-in/link", "/sign-in/link", &[("email", &member.email)]);
    let old_link = link(&h, &member.email, "sign_in_link", "link");
    h.clock.advance(Span::minutes(6));
    b.send("/reset", "/reset", &[("email", &member.email)]);
    let path = link(&h, &member.email, "reset_password", "link");
    for (secret, says) in [("", "New password is missing"), ("short", "at least 15"), ("passwordpassword", "attackers try first")] {
        let bad = b.send(&path, "/reset/choose", &[("password", secret)]);
        assert!(bad.status == 422 && bad.text().unwrap().contains(says), "{says}");
    }
    assert_eq!(b.get(&path).header("referrer-policy"), Some("no-referrer"));
    assert_eq!(to(&b.send(&path, "/reset/choose", &[("password", NEW)])), (303, "/sign-in"));
    assert!(b.token().is_none() && !opens(&h, APP, &member.session.token), "every session ended");
    assert_eq!((b.get(&path).status, b.get(&old_link).status), (410, 410), "every link too");
    assert!(templates(&h, &member.email).contains(&"password_changed".to_owned()));
    assert_eq!(b.sign_in(&member.email, PASSWORD).status, 422);
    assert_eq!(to(&b.sign_in(&member.email, NEW)), (303, "/challenge"), "the second factor stays in force");
}

#[test]
fn three_mails_in_five_minutes_whoever_asks() {
    let h = deployment();
    let email = &h.world.team.members[1].email;
    let statuses: Vec<u16> = (0..5)
        .map(|n| {
            let b = Browser::new(&h, APP);
            *b.ip.borrow_mut() = format!("203.0.113.{n}");
            b.send("/reset", "/reset", &[("email", email)]).status
        })
        .collect();
    assert_eq!(statuses, [303, 303, 303, 429, 429]);
}

#[test]
fn an_address_changes_once_the_new_one_is_confirmed_and_the_old_one_can_undo_it() {
    let h = deployment();
    for (host, email, id) in [
        (APP.to_owned(), h.world.team.members[1].email.clone(), h.world.team.members[1].user.to_string()),
        (h.world.team.portal(), h.world.team.customers[0].email.clone(), h.world.team.customers[0].id.to_string()),
    ] {
        let new = format!("new-{}@example.com", &id[..3]);
        let (b, elsewhere) = (Browser::new(&h, &host), Browser::new(&h, &host));
        b.sign_in(&email, PASSWORD);
        elsewhere.sign_in(&email, PASSWORD);
        assert_eq!(to(&b.send("/account/email", "/account/email", &[("email", &new)])), (303, "/account"));
        let path = link(&h, &new, "confirm_new_address", "link");
        // A stranger at the address can do nothing with the link.
        let stranger = Browser::new(&h, &host);
        assert!(stranger.get(&path).text().unwrap().contains("Sign in to confirm"));
        let before = b.token().unwrap();
        assert_eq!(to(&b.send(&path, "/account/email/confirm", &[])), (303, "/account"));
        assert!(b.get("/account").text().unwrap().contains(&new) && !elsewhere.is_in() && !opens(&h, &host, &before));
        assert_eq!(stranger.sign_in(&email, PASSWORD).status, 422);
        let undo = link(&h, &email, "address_changed", "undo");
        h.clock.advance(Span::hours(71));
        assert_eq!(stranger.get(&undo).status, 200);
        assert_eq!(to(&stranger.send(&undo, "/account/email/undo", &[])), (303, "/reset"));
        assert!(!b.is_in(), "every session ended");
        assert_eq!(to(&stranger.sign_in(&email, PASSWORD)), (303, "/"));
        assert_eq!(stranger.get(&undo).status, 410);
    }
}

#[test]
fn somebody_elses_address_is_not_told_and_not_taken() {
    let h = deployment();
    let (one, two) = (&h.world.team.members[1], &h.world.team.members[2]);
    let b = Browser::new(&h, APP);
    b.sign_in(&one.email, PASSWORD);
    assert_eq!(to(&b.send("/account/email", "/account/email", &[("email", &two.email)])), (303, "/account"));
    assert_eq!(templates(&h, &two.email), ["already_registered"]);
    assert_eq!(b.send("/account/email", "/account/email", &[("email", &one.email)]).status, 422);
    // Taken between asking and confirming.
    b.send("/account/email", "/account/email", &[("email", "free@example.com")]);
    let path = link(&h, "free@example.com", "confirm_new_address", "link");
    h.db.execute("UPDATE users SET email = 'free@example.com' WHERE id = ?1", &[(&two.user).into()]);
    let late = b.send(&path, "/account/email/confirm", &[]);
    assert!(late.status == 409 && late.text().unwrap().contains("This address is taken"));
    assert_eq!(h.db.text("SELECT email FROM users WHERE id = ?1", &[(&one.user).into()]), one.email);
}

/// Whoever took an account over can't keep it by changing its address, its password or both once more: the link at the first address
/// gives it back, and those at theirs do nothing afterwards.
#[test]
fn the_first_address_takes_the_account_back_whatever_was_changed_since() {
    for portal in [false, true] {
        let h = deployment();
        let (host, email, id) = if portal {
            (h.world.team.portal(), h.world.team.customers[0].email.clone(), h.world.team.customers[0].id.to_string())
        } else {
            ("app.localhost".to_owned(), h.world.team.members[1].email.clone(), h.world.team.members[1].user.to_string())
        };
        let thief = Browser::new(&h, &host);
        thief.sign_in(&email, PASSWORD);
        let change = |to: &str, from: &str| {
            thief.send("/account/email", "/account/email", &[("email", to)]);
            assert_eq!(thief.send(&link(&h, to, "confirm_new_address", "link"), "/account/email/confirm", &[]).status, 303, "{to}");
            link(&h, from, "address_changed", "undo")
        };
        let undo = change("one@evil.example", &email);
        let thiefs = change("two@evil.example", "one@evil.example");
        assert_eq!(thief.send("/account/password", "/account/password", &[("current", PASSWORD), ("password", NEW)]).status, 303);
        thief.send("/reset", "/reset", &[("email", "two@evil.example")]);
        let reset = link(&h, "two@evil.example", "reset_password", "link");
        assert_eq!(thief.send(&reset, "/reset/choose", &[("password", "orchard-lantern-tidal")]).status, 303);

        let owner = Browser::new(&h, &host);
        owner.get("/sign-in");
        assert_eq!(owner.send(&undo, "/account/email/undo", &[]).header("location"), Some("/reset"), "{host}");
        let table = if portal { "customers" } else { "users" };
        let now = || h.db.text(&format!("SELECT email FROM {table} WHERE id = ?1"), &[id.as_str().into()]);
        assert_eq!(now(), email);
        assert_eq!(thief.get(&thiefs).status, 410, "{host}");
        assert_eq!(now(), email);
        assert_eq!(h.db.count("SELECT count(*) FROM sessions WHERE subject = ?1", &[id.as_str().into()]), 0, "{host}");
    }
}
