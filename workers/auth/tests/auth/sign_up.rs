//! New accounts: nothing before the address is confirmed, nothing that tells who has one, nobody confirms for somebody else.

use crate::browser::{Browser, NEW, OTHER, bare, deployment, letters, link, templates, to};
use auth::{WORKER, password};
use kernel::time::Span;
use testkit::{Harness, world::PASSWORD};

const APP: &str = "app.localhost";
const ADA: &str = "ada@example.com";

fn users(h: &Harness, email: &str) -> i64 {
    h.db.count("SELECT count(*) FROM users WHERE email = ?1", &[email.into()])
}
fn sign_up(b: &Browser<'_>, email: &str, secret: &str) -> kernel::Reply {
    b.send("/sign-up", "/sign-up", &[("name", "Ada Lovelace"), ("email", email), ("password", secret)])
}

#[test]
fn an_account_is_made_once_its_address_is_confirmed() {
    let h = deployment();
    let b = Browser::new(&h, APP);
    assert_eq!(to(&sign_up(&b, "Ada@Example.com", NEW)), (303, "/sign-up/sent"));
    assert_eq!(
        (users(&h, ADA), h.db.count("SELECT count(*) FROM tokens WHERE detail LIKE '%Ada%' OR detail LIKE '%argon2%'", &[])),
        (0, 0)
    );
    let path = link(&h, ADA, "verify_address", "link");
    let page = b.get(&path);
    assert_eq!((page.status, page.header("referrer-policy")), (200, Some("no-referrer")));
    assert!(
        users(&h, ADA) == 0 && !page.text().unwrap().contains("The password that you chose"),
        "a look changes nothing; the same browser needs no password"
    );
    let token = path.split("token=").nth(1).unwrap();
    let done = b.send(&path, "/sign-up/verify", &[]);
    assert_eq!(to(&done), (303, "/new"));
    assert!(b.is_in() && users(&h, ADA) == 1);
    assert!(!h.log.contains(token) && !h.log.contains(NEW));
    let again = b.get(&path);
    assert!(again.status == 410 && again.text().unwrap().contains("already been used"));
    let c = Browser::new(&h, APP);
    assert_eq!(to(&c.sign_in(ADA, NEW)), (303, "/"));
}

#[test]
fn the_answer_does_not_tell_who_has_an_account() {
    let h = deployment();
    let known = h.world.team.members[0].email.clone();
    let unknown = "x".repeat(known.len() - 12) + "@example.com";
    let (one, two) = (Browser::new(&h, APP), Browser::new(&h, APP));
    *two.ip.borrow_mut() = "198.51.100.2".into();
    let hashes = password::computed();
    let (a, b) = (sign_up(&one, &known, NEW), sign_up(&two, &unknown, NEW));
    assert_eq!(password::computed() - hashes, 2, "the same work");
    let shown = |r: &kernel::Reply| {
        (r.status, r.headers.iter().filter(|(n, _)| n != "x-request-id").cloned().collect::<Vec<_>>(), r.text().unwrap().to_owned())
    };
    assert_eq!(shown(&a), shown(&b));
    assert_eq!(bare(&one.get("/sign-up/sent")), bare(&two.get("/sign-up/sent")));
    assert_eq!(
        (templates(&h, &known), templates(&h, &unknown)),
        (vec!["already_registered".to_owned()], vec!["verify_address".to_owned()])
    );
    // Links and resets likewise.
    for path in ["/sign-in/link", "/reset", "/sign-up/resend"] {
        h.clock.advance(Span::minutes(11));
        let page = if path == "/sign-up/resend" { "/sign-up/sent" } else { path };
        let (a, b) = (one.send(page, path, &[("email", &known)]), two.send(page, path, &[("email", "nobody@nowhere.example")]));
        assert_eq!(shown(&a), shown(&b), "{path}");
        assert!(templates(&h, "nobody@nowhere.example").is_empty());
    }
}

#[test]
fn nobody_confirms_an_account_for_somebody_elses_password() {
    let h = deployment();
    // An attacker signs up with the victim's address and a password of their own; the victim clicks the link.
    let (attacker, victim) = (Browser::new(&h, APP), Browser::new(&h, APP));
    sign_up(&attacker, ADA, NEW);
    let path = link(&h, ADA, "verify_address", "link");
    let page = victim.get(&path);
    assert!(page.text().unwrap().contains("The password that you chose") && page.text().unwrap().contains("If you did not sign up"));
    assert_eq!(victim.send(&path, "/sign-up/verify", &[("password", "")]).status, 422);
    let statuses: Vec<u16> = (0..7).map(|_| victim.send(&path, "/sign-up/verify", &[("password", OTHER)]).status).collect();
    assert_eq!(statuses, [422, 422, 422, 422, 422, 429, 429], "five tries on one link");
    assert_eq!(users(&h, ADA), 0);
    // Who did sign up, and opens the mail on another device, is let in by the password.
    h.clock.advance(Span::hours(3));
    let phone = Browser::new(&h, APP);
    assert_eq!(to(&phone.send(&path, "/sign-up/verify", &[("password", NEW)])), (303, "/new"));
}

#[test]
fn a_link_is_resent_as_a_new_one_at_most_three_times() {
    let h = deployment();
    let b = Browser::new(&h, APP);
    sign_up(&b, ADA, NEW);
    h.clock.advance(Span::minutes(11));
    let statuses: Vec<u16> = (0..4).map(|_| b.send("/sign-up/sent", "/sign-up/resend", &[("email", ADA)]).status).collect();
    assert_eq!(statuses, [303, 303, 303, 429]);
    assert_eq!(letters(&h, ADA).len(), 4);
    assert_eq!(to(&b.send(&link(&h, ADA, "verify_address", "link"), "/sign-up/verify", &[])), (303, "/new"));
    // Of two sign-ups one becomes the account; the other link says so.
    let first = letters(&h, ADA)[0].1["link"].as_str().unwrap().split("localhost:8787").nth(1).unwrap().to_owned();
    let late = b.send(&first, "/sign-up/verify", &[]);
    assert!(late.status == 409 && late.text().unwrap().contains("You have an account already"));
    assert_eq!(users(&h, ADA), 1);
}

#[test]
fn a_bad_form_is_shown_again_with_what_was_typed_but_the_password() {
    let h = deployment();
    let b = Browser::new(&h, APP);
    let hashes = password::computed();
    for (name, email, secret, says) in [
        ("", ADA, NEW, "Your name is missing"),
        ("Ada", "ada", NEW, "This is not an e-mail address"),
        ("Ada", "", NEW, "E-mail address is missing"),
        ("Ada", ADA, "short", "This has 5 characters; at least 15 are needed"),
        ("Ada", ADA, PASSWORD, "list of passwords that attackers try first"),
        ("Ada", ADA, "ada@example.com 1", "your own address or the name of this place"),
        ("Ada", ADA, &"x9".repeat(70), "at most 128 are allowed"),
    ] {
        let reply = b.send("/sign-up", "/sign-up", &[("name", name), ("email", email), ("password", secret)]);
        let text = reply.text().unwrap();
        assert_eq!(reply.status, 422, "{says}");
        assert!(
            text.contains(says)
                && text.contains("<title>Error: ")
                && text.contains(&format!("value=\"{email}\"").replace("value=\"\"", "")),
            "{says}: {text}"
        );
        assert!(secret.is_empty() || !text.contains(&format!("value=\"{secret}\"")));
    }
    assert_eq!((password::computed(), h.db.count("SELECT count(*) FROM mails WHERE template = 'verify_address'", &[])), (hashes, 0));
}

#[test]
fn customers_sign_up_where_their_company_lets_them_and_the_plan_has_room() {
    let h = deployment();
    let org = &h.world.free;
    let closed = Browser::new(&h, &org.portal());
    let page = closed.get("/sign-up");
    assert!(page.status == 403 && page.text().unwrap().contains("Accounts are by invitation"));
    let (browser, token) = h.form_token(&WORKER, None);
    let forced = testkit::post("/sign-up").host(&org.portal()).cookie(store::sessions::FORM_COOKIE, &browser).same_origin();
    let forced = h.call(&WORKER, forced.form(&[("name", "A"), ("email", ADA), ("password", NEW), ("csrf", &token)]));
    assert_eq!(forced.status, 403);
    h.db.execute("UPDATE orgs SET self_sign_up = 1 WHERE id = ?1", &[(&org.id).into()]);
    h.restart();
    h.kv.clear();
    let b = Browser::new(&h, &org.portal());
    assert_eq!(to(&sign_up(&b, ADA, NEW)), (303, "/sign-up/sent"));
    let path = link(&h, ADA, "verify_address", "link");
    // The same link on another host is none.
    assert_eq!(Browser::new(&h, APP).get(&path).status, 404);
    // The plan is full: nothing is made, and the link stays good for later.
    let have = h.db.count("SELECT count(*) FROM customers WHERE org_id = ?1 AND deleted_at IS NULL", &[(&org.id).into()]);
    for n in have..100 {
        h.db.insert(
            "customers",
            &[
                ("org_id", (&org.id).into()),
                ("id", format!("cus_{n:032x}").into()),
                ("email", format!("c{n}@x.example").into()),
                ("name", "C".into()),
                ("created_at", 1_i64.into()),
            ],
        );
    }
    let full = b.send(&path, "/sign-up/verify", &[]);
    assert!(full.status == 403 && full.text().unwrap().contains("no room for another account"));
    h.db.execute("DELETE FROM customers WHERE org_id = ?1 AND email = 'c99@x.example'", &[(&org.id).into()]);
    assert_eq!(to(&b.send(&path, "/sign-up/verify", &[])), (303, "/"));
    assert!(b.is_in());
    assert_eq!(
        h.db.count(
            "SELECT count(*) FROM outbox WHERE org_id = ?1 AND type = 'customer.created' AND payload LIKE '%ada@example.com%'",
            &[(&org.id).into()]
        ),
        1
    );
}
