//! One's own account: name, password, sessions, removing the second factor, light and dark.

use crate::browser::{Browser, NEW, code, deployment, enroll, opens, templates, to};
use kernel::{Id, time::Span};
use testkit::{Harness, world::PASSWORD};

const APP: &str = "app.localhost";

/// The three kinds of account, each signed in twice.
fn people(h: &Harness) -> Vec<(Browser<'_>, Browser<'_>, String, String)> {
    let (member, customer, operator) = (&h.world.team.members[1], &h.world.team.customers[0], &h.world.operator);
    let mut all = Vec::new();
    for (host, email, id) in [
        (APP.to_owned(), &member.email, member.user.to_string()),
        (h.world.team.portal(), &customer.email, customer.id.to_string()),
        ("platform.localhost".to_owned(), &operator.email, operator.user.to_string()),
    ] {
        let secret = host.starts_with("platform").then(|| enroll(h, &id));
        let two = [0, 1].map(|_| {
            let b = Browser::new(h, &host);
            b.sign_in(email, PASSWORD);
            if let Some(secret) = &secret {
                h.clock.advance(Span::seconds(30));
                b.send("/challenge", "/challenge", &[("code", &code(h, secret))]);
            }
            assert!(b.is_in(), "{host}");
            b
        });
        let [one, two] = two;
        all.push((one, two, email.clone(), id));
    }
    all
}

#[test]
fn a_password_is_changed_by_the_one_that_is_there_and_ends_the_other_sessions() {
    let h = deployment();
    for (b, other, email, _) in people(&h) {
        let wrong = b.send("/account/password", "/account/password", &[("current", "wrong"), ("password", NEW)]);
        assert!(wrong.status == 422 && wrong.text().unwrap().contains("This is not your password"));
        let same = b.send("/account/password", "/account/password", &[("current", PASSWORD), ("password", PASSWORD)]);
        assert_eq!(same.status, 422);
        let before = b.token().unwrap();
        assert_eq!(
            to(&b.send("/account/password", "/account/password", &[("current", PASSWORD), ("password", NEW)])),
            (303, "/account/security")
        );
        assert!(b.is_in() && !other.is_in() && !opens(&h, &b.host, &before));
        assert!(templates(&h, &email).contains(&"password_changed".to_owned()));
    }
    // Five tries in ten minutes.
    let b = Browser::of(&h, &h.world.team.members[2].session);
    let statuses: Vec<u16> =
        (0..6).map(|_| b.send("/account/password", "/account/password", &[("current", "wrong"), ("password", NEW)]).status).collect();
    assert_eq!(statuses, [422, 422, 422, 422, 422, 429]);
}

#[test]
fn who_is_signed_in_once_is_told_so_and_an_address_that_is_not_known_is_not_left_empty() {
    let h = deployment();
    for (b, _, _, id) in people(&h) {
        let shown = |b: &Browser<'_>| b.get("/account/sessions").text().unwrap().to_owned();
        let two = shown(&b);
        assert!(two.contains("href=\"/account/sessions/end-others\"") && !two.contains("nowhere else") && two.contains("198.51.100.1"));
        let keep = crypto::token::hash(&b.token().unwrap());
        h.db.execute("DELETE FROM sessions WHERE subject = ?1 AND token_hash <> ?2", &[id.as_str().into(), keep.as_str().into()]);
        h.db.execute("UPDATE sessions SET ip = '' WHERE subject = ?1", &[id.as_str().into()]);
        h.restart();
        h.kv.clear();
        let one = shown(&b);
        assert!(!one.contains("/account/sessions/end-others") && one.contains("You are not signed in anywhere else."), "{one}");
        assert!(one.contains("Not known"));
    }
}

#[test]
fn a_name_is_kept_and_a_bad_one_is_not() {
    let h = deployment();
    for (b, ..) in people(&h) {
        assert_eq!(b.send("/account", "/account", &[("name", "")]).status, 422);
        assert_eq!(b.send("/account", "/account", &[("name", &"x".repeat(101))]).status, 422);
        assert_eq!(to(&b.send("/account", "/account", &[("name", "Ada <b>")])), (303, "/account"));
        let page = b.get("/account");
        assert!(page.text().unwrap().contains("Your name is saved.") && page.text().unwrap().contains("value=\"Ada &lt;b&gt;\""));
    }
}

#[test]
fn sessions_are_listed_and_ended_one_or_all() {
    let h = deployment();
    for (b, other, email, id) in people(&h) {
        let list = b.get("/account/sessions");
        let text = list.text().unwrap();
        assert!(text.contains("This one") && text.contains("198.51.100.1"));
        let row = h.db.rows("SELECT id FROM sessions WHERE token_hash = ?1", &[crypto::token::hash(&other.token().unwrap()).into()]);
        let session = row[0].text(0).unwrap();
        let page = format!("/account/sessions/end?session={session}");
        assert!(text.contains(&page));
        assert_eq!(to(&b.send(&page, "/account/sessions/end", &[])), (303, "/account/sessions"));
        assert!(!other.is_in() && b.is_in());
        // Somebody else's session is not one's own to end.
        let foreign =
            h.db.rows("SELECT id FROM sessions WHERE subject <> ?1 LIMIT 1", &[id.as_str().into()])[0].text(0).unwrap().to_owned();
        let before = h.db.count("SELECT count(*) FROM sessions", &[]);
        b.send(&page, "/account/sessions/end", &[("session", &foreign)]);
        assert_eq!(h.db.count("SELECT count(*) FROM sessions", &[]), before);
        let old = b.token().unwrap();
        b.send("/account/sessions/end-others", "/account/sessions/end-others", &[("which", "others")]);
        assert!(b.is_in() && !opens(&h, &b.host, &old), "a new token");
        assert_eq!(h.db.count("SELECT count(*) FROM sessions WHERE subject = ?1", &[id.as_str().into()]), 1);
        let all = b.send("/account/sessions/end-others", "/account/sessions/end-others", &[("which", "all")]);
        assert_eq!((to(&all), all.header("clear-site-data")), ((303, "/sign-in"), Some("\"cache\", \"storage\"")));
        assert!(!b.is_in() && templates(&h, &email).contains(&"all_sessions_ended".to_owned()));
        // What is sensitive asks again after ten minutes.
        h.clock.advance(Span::minutes(1));
    }
    let b = Browser::of(&h, &h.world.stale[0]);
    for path in ["/account/sessions/end-others", "/account/email", "/account/security/authenticator", "/account/security/recovery-codes"] {
        assert!(b.get(path).header("location").is_some_and(|to| to.starts_with("/confirm?next=")), "{path}");
    }
}

#[test]
fn a_second_factor_is_removed_with_everything_that_rested_on_it() {
    let h = deployment();
    let member = &h.world.team.members[1];
    let secret = enroll(&h, member.user.as_str());
    let b = Browser::new(&h, APP);
    b.sign_in(&member.email, PASSWORD);
    b.send("/challenge", "/challenge", &[("code", &code(&h, &secret))]);
    assert!(b.get("/account/security").text().unwrap().contains("Manage"));
    let path = "/account/security/authenticator/remove";
    assert_eq!(to(&b.send(path, path, &[])), (303, "/sign-in"));
    assert!(!b.is_in() && !opens(&h, APP, &member.session.token));
    assert_eq!(templates(&h, &member.email), ["factor_removed"]);
    assert_eq!(to(&b.sign_in(&member.email, PASSWORD)), (303, "/"));
    assert_eq!(to(&b.get("/account/security/recovery-codes")), (303, "/account/security"));
}

#[test]
fn light_and_dark_are_kept_in_the_browser_and_lead_back_to_this_host_only() {
    let h = deployment();
    for session in [&h.world.team.members[1].session, &h.world.team.customers[0].session, &h.world.operator.session] {
        let b = Browser::of(&h, session);
        let writes = h.db.writes();
        assert_eq!(to(&b.send("/account", "/theme", &[("theme", "dark"), ("next", "/account/security")])), (303, "/account/security"));
        assert_eq!(h.db.writes(), writes);
        assert!(b.get("/account").text().unwrap().contains("data-theme=\"dark\""));
        assert_eq!(to(&b.send("/account", "/theme", &[("theme", "light"), ("next", "https://evil.example/")])), (303, "/"));
        assert_eq!(b.send("/account", "/theme", &[("theme", "\"><script>")]).status, 422);
    }
}
