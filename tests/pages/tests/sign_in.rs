//! Sign-in, its throttle, its forms, and what ends a session.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests; what goes wrong in them must stop the test")]

use auth::password;
use kernel::{Reply, host::Surface, time::Span, worker::Worker};
use pages::{field, problems};
use store::sessions::{COOKIE, FORM_COOKIE};
use testkit::{Call, Harness, Replied, get, post, world::PASSWORD};

/// A deployment whose errors are pages.
fn deployment() -> Harness {
    let h = Harness::new();
    h.set_error_page(html::error_page);
    h
}

/// The three ways in: the host, who may come in there, the Worker behind it and the audit log that tells of it.
fn doors(h: &Harness) -> [(String, String, &'static Worker, String); 3] {
    let (org, customer) = (&h.world.team, &h.world.team.customers[0]);
    [
        ("app.localhost".into(), org.members[4].email.clone(), &org::WORKER, "platform".into()),
        (org.portal(), customer.email.clone(), &portal::WORKER, org.id.to_string()),
        ("platform.localhost".into(), h.world.operator.email.clone(), &platform::WORKER, "platform".into()),
    ]
}

/// The form as a browser fills it in: the page is fetched, and its token and cookie are used.
fn attempt(h: &Harness, host: &str, email: &str, secret: &str) -> Call {
    attempt_with(h, host, &[("email", email), ("password", secret)])
}
fn attempt_with(h: &Harness, host: &str, fields: &[(&str, &str)]) -> Call {
    let page = h.call(&auth::WORKER, get("/sign-in").host(host));
    let text = page.text().unwrap();
    let token = field(text, "csrf").unwrap();
    let mut fields = fields.to_vec();
    fields.push(("csrf", token));
    post("/sign-in").host(host).cookie(FORM_COOKIE, &page.cookie(FORM_COOKIE).unwrap()).same_origin().form(&fields)
}
fn sign_in(h: &Harness, host: &str, email: &str, secret: &str) -> Reply {
    h.call(&auth::WORKER, attempt(h, host, email, secret))
}
fn set_cookie(reply: &Reply, name: &str) -> String {
    let mut all = reply.headers.iter().filter(|(n, v)| n == "set-cookie" && v.starts_with(&format!("{name}=")));
    let found = all.next().map(|(_, v)| v.clone()).unwrap_or_default();
    assert!(all.next().is_none(), "{name} is set twice");
    found
}
fn refused(h: &Harness) -> i64 {
    h.db.count("SELECT count(*) FROM audit_events WHERE action = 'session.refused' AND outcome = 'denied'", &[])
}
fn sessions(h: &Harness) -> i64 {
    h.db.count("SELECT count(*) FROM sessions", &[])
}

#[test]
fn each_surface_lets_its_own_people_in() {
    let h = deployment();
    for (host, email, worker, log) in doors(&h) {
        let before = sessions(&h);
        let page = h.call(&auth::WORKER, get("/sign-in").host(&host));
        assert_eq!((page.status, problems(page.text().unwrap())), (200, vec![]), "{host}");
        let call = attempt(&h, &host, &email.to_uppercase(), PASSWORD);
        let reads = (h.db.reads(), h.db.writes());
        let reply = h.call(&auth::WORKER, call);
        // An operator's password is half of the way, whatever the deployment.
        let operator = host.starts_with("platform");
        let to = if operator { "/challenge" } else { "/" };
        assert_eq!((reply.status, reply.header("location")), (303, Some(to)), "{host}: {reply:?}");
        assert_eq!((h.db.reads() - reads.0, h.db.writes() - reads.1), (1, 2), "{host}: count, look up, begin");
        let cookie = set_cookie(&reply, COOKIE);
        assert!(cookie.contains("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=") && !cookie.contains("Domain"), "{cookie}");
        assert_eq!(sessions(&h), before + 1);
        let token = reply.cookie(COOKIE).unwrap();
        assert_eq!(
            h.db.count("SELECT count(*) FROM sessions WHERE token_hash = ?1 OR id = ?1", &[token.as_str().into()]),
            0,
            "only a hash is stored"
        );
        let home = h.call(worker, get("/").host(&host).cookie(COOKIE, &token));
        if operator {
            assert_eq!((home.status, home.header("location")), (303, Some("/challenge")));
        } else {
            assert_eq!((home.status, problems(home.text().unwrap())), (200, vec![]), "{host}");
        }
        let kind = match host.split('.').next() {
            Some("app") => "staff",
            Some("platform") => "operator",
            _ => "customer",
        };
        let written = "SELECT count(*) FROM audit_events WHERE action = ?3 AND actor_kind = ?1 AND org_id = ?2 AND target = actor_id";
        let action = if operator { "session.first_factor" } else { "session.created" };
        assert_eq!(h.db.count(written, &[kind.into(), log.into(), action.into()]), 1, "{kind}");
        assert!(!h.log.contains(&token) && !h.log.contains(PASSWORD));
    }
}

#[test]
fn people_of_one_surface_are_nobody_on_another() {
    let h = deployment();
    let staff = h.world.team.members[4].email.clone();
    let customer = h.world.team.customers[0].email.clone();
    for (host, email) in [
        ("platform.localhost", &staff),
        ("platform.localhost", &h.world.former_operator.email),
        ("northwind.localhost", &staff),
        ("contoso.localhost", &customer),
        ("app.localhost", &customer),
    ] {
        h.clock.advance(Span::minutes(5));
        assert_eq!(sign_in(&h, host, email, PASSWORD).status, 422, "{email} at {host}");
    }
}

#[test]
fn a_refusal_says_neither_whether_the_account_exists_nor_the_password() {
    let h = deployment();
    for (host, email, ..) in doors(&h) {
        h.clock.advance(Span::minutes(5));
        let unknown = "x".repeat(email.len() - 6) + "@y.zzz";
        assert_eq!(unknown.len(), email.len());
        let bare = |reply: &Reply, email: &str| {
            let text = reply.text().unwrap();
            let token = field(text, "csrf").unwrap();
            text.replace(token, "TOKEN").replace(email, "EMAIL")
        };
        let hashes = password::computed();
        let known = sign_in(&h, &host, &email, "not the password, really");
        let nobody = sign_in(&h, &host, &unknown, "not the password, really");
        assert_eq!(password::computed() - hashes, 2, "the same work for both");
        assert_eq!((known.status, nobody.status), (422, 422));
        assert_eq!(bare(&known, &email), bare(&nobody, &unknown));
        let names = |r: &Reply| r.headers.iter().map(|(n, _)| n.to_string()).collect::<Vec<_>>();
        assert_eq!(names(&known), names(&nobody));
        let text = known.text().unwrap();
        assert_eq!(problems(text), Vec::<String>::new());
        assert!(text.contains("<title>Error: ") && text.contains("role=\"alert\""));
        assert_eq!(field(text, "email"), Some(email.as_str()), "what was typed is kept");
        assert!(!text.contains("not the password"), "but never the password");
        assert!(set_cookie(&known, COOKIE).is_empty());
    }
    assert_eq!(refused(&h), 6, "each is recorded");
}

#[test]
fn fields_that_are_missing_or_too_long_are_named_and_cost_no_hash() {
    let h = deployment();
    let long = "a".repeat(300);
    for (fields, names) in [
        (vec![("email", ""), ("password", "")], vec!["field-email-error", "field-password-error"]),
        (vec![("email", "a@b.c")], vec!["field-password-error"]),
        (vec![("email", long.as_str()), ("password", "x")], vec!["field-email-error"]),
        (vec![("email", "a\u{0}@b.c"), ("password", "x")], vec!["field-email-error"]),
        (vec![("email", "a@b.c"), ("password", long.as_str())], vec!["field-password-error"]),
    ] {
        let reply = h.call(&auth::WORKER, attempt_with(&h, "app.localhost", &fields));
        let text = reply.text().unwrap();
        assert_eq!((reply.status, problems(text)), (422, vec![]), "{fields:?}");
        for name in names {
            assert!(text.contains(name), "{name} for {fields:?}");
        }
    }
    let extra = h.call(&auth::WORKER, attempt_with(&h, "app.localhost", &[("email", "a@b.c"), ("password", "x"), ("admin", "1")]));
    assert!(extra.status == 422 && extra.text().unwrap().contains("admin"));
    assert_eq!((password::computed(), refused(&h)), (0, 0));
}

#[test]
fn of_fifty_wrong_attempts_at_once_exactly_ten_reach_the_hash() {
    for seed in 0..3 {
        let h = deployment();
        let email = h.world.team.members[0].email.clone();
        let before = password::computed();
        let calls = (0..50).map(|n| attempt(&h, "app.localhost", &email, "wrong wrong wrong").ip(&format!("198.51.100.{n}"))).collect();
        let replies = h.together(&auth::WORKER, calls, seed);
        assert_eq!(password::computed() - before, 10, "seed {seed}");
        let count = |status| replies.iter().filter(|r| r.status == status).count();
        assert_eq!((count(422), count(429)), (10, 40));
        assert_eq!(refused(&h), 10, "what was refused unheard is not a sign-in");
        let locked = replies.iter().find(|r| r.status == 429).unwrap();
        let wait: i64 = locked.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=7_200).contains(&wait), "{wait}");
        assert!(locked.text().unwrap().contains("Too many attempts"));
        // The right password does not open it either, on any surface where it is the same password; others are not concerned.
        assert_eq!(sign_in(&h, "app.localhost", &email, PASSWORD).status, 429);
        assert_eq!(sign_in(&h, "platform.localhost", &email, PASSWORD).status, 429);
        assert_eq!(sign_in(&h, "app.localhost", &h.world.team.members[1].email, PASSWORD).status, 303);
        assert_eq!(password::computed() - before, 11);
        h.clock.advance(Span::hours(2));
        assert_eq!(sign_in(&h, "app.localhost", &email, PASSWORD).status, 303);
    }
}

#[test]
fn an_unknown_address_is_locked_like_a_known_one() {
    let h = deployment();
    let calls = (0..30).map(|n| attempt(&h, "app.localhost", "nobody@nowhere.example", "wrong").ip(&format!("198.51.100.{n}"))).collect();
    let replies = h.together(&auth::WORKER, calls, 5);
    assert_eq!((password::computed(), replies.iter().filter(|r| r.status == 429).count()), (10, 20));
    assert!(h.db.count("SELECT count(*) FROM rate_windows WHERE subject LIKE '%nowhere%'", &[]) == 0, "what was typed is not stored");
}

#[test]
fn one_address_has_five_attempts_a_minute_whatever_it_tries() {
    let h = deployment();
    let calls = (0..50).map(|n| attempt(&h, "app.localhost", &format!("user{n}@example.com"), "wrong").ip("2001:db8::1")).collect();
    let replies = h.together(&auth::WORKER, calls, 9);
    assert_eq!((password::computed(), replies.iter().filter(|r| r.status == 429).count()), (5, 45));
    assert_eq!(sign_in(&h, "app.localhost", "x@example.com", "wrong").status, 422, "another address");
    let neighbor = attempt(&h, "app.localhost", "x@example.com", "wrong").ip("2001:db8::ffff").header("x-forwarded-for", "192.0.2.1");
    assert_eq!(h.call(&auth::WORKER, neighbor).status, 429, "the /64 is one address, whatever it says of itself");
}

#[test]
fn a_success_is_not_counted_and_forgets_failures() {
    let h = deployment();
    let email = &h.world.team.members[0].email;
    for round in 0..3 {
        for _ in 0..9 {
            h.clock.advance(Span::seconds(61));
            assert_eq!(sign_in(&h, "app.localhost", email, "wrong").status, 422, "round {round}");
        }
        assert_eq!(sign_in(&h, "app.localhost", email, PASSWORD).status, 303);
    }
    h.clock.advance(Span::minutes(3));
    for n in 0..20 {
        assert_eq!(sign_in(&h, "app.localhost", email, PASSWORD).status, 303, "sign-in {n} in one minute");
    }
}

#[test]
fn a_form_that_is_not_ours_does_nothing() {
    let h = deployment();
    let email = &h.world.team.members[4].email;
    let good = || attempt(&h, "app.localhost", email, PASSWORD);
    let fields = [("email", email.as_str()), ("password", PASSWORD), ("csrf", "t1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")];
    let other = h.call(&auth::WORKER, get("/sign-in").host("app.localhost"));
    let before = sessions(&h);
    let bad = [
        good().header("origin", "http://evil.example"),
        good().header("origin", "http://northwind.localhost:8787"),
        good().header("origin", "https://app.localhost:8787"),
        good().header("origin", "null"),
        good().without("origin"),
        good().without("origin").header("sec-fetch-site", "same-site"),
        good().without("origin").header("sec-fetch-site", "cross-site"),
        good().form(&fields),
        good().form(&fields[..2]),
        // The token of this page with the cookie of another browser.
        post("/sign-in").host("app.localhost").same_origin().cookie(FORM_COOKIE, &other.cookie(FORM_COOKIE).unwrap()).form(&[
            ("email", email),
            ("password", PASSWORD),
            ("csrf", field(h.call(&auth::WORKER, get("/sign-in").host("app.localhost")).text().unwrap(), "csrf").unwrap()),
        ]),
    ];
    for (n, call) in bad.into_iter().enumerate() {
        let reply = h.call(&auth::WORKER, call);
        assert_eq!(reply.status, 403, "{n}");
        assert!(reply.text().unwrap().contains("The form could not be verified"));
        assert_eq!(problems(reply.text().unwrap()), Vec::<String>::new());
    }
    assert_eq!((sessions(&h), password::computed()), (before, 0));
    assert_eq!(h.call(&auth::WORKER, good().without("origin").header("sec-fetch-site", "same-origin")).status, 303);
}

#[test]
fn a_form_token_belongs_to_its_session() {
    let h = deployment();
    let (one, two) = (&h.world.team.members[4].session, &h.world.team.members[3].session);
    let (browser, token) = h.form_token(&auth::WORKER, Some(two));
    let stolen = post("/sign-out").session(one).cookie(FORM_COOKIE, &browser).same_origin().form(&[("csrf", &token)]);
    assert_eq!(h.call(&auth::WORKER, stolen).status, 403);
    assert_eq!(h.call(&org::WORKER, get("/").session(one)).status, 200);
}

#[test]
fn after_signing_in_only_paths_of_this_host_are_led_to() {
    let h = deployment();
    let email = &h.world.team.members[4].email;
    for good in ["/o/northwind", "/o/northwind/tickets?status=open"] {
        let page =
            h.call(&auth::WORKER, get(&format!("/sign-in?next={}", good.replace('/', "%2F").replace('?', "%3F"))).host("app.localhost"));
        assert_eq!(field(page.text().unwrap(), "next"), Some(good));
        let call = attempt_with(&h, "app.localhost", &[("email", email), ("password", PASSWORD), ("next", good)]);
        assert_eq!(h.call(&auth::WORKER, call).header("location"), Some(good));
    }
    let long = format!("/{}", "a".repeat(2_100));
    for bad in [
        "//evil",
        "/\\evil",
        "/%5cevil",
        "/%09/evil",
        "\\\\evil",
        "https:evil",
        "https://evil",
        "javascript:alert(1)",
        "https://app.localhost@evil",
        "https://app.localhost.evil",
        "/\r\nLocation: //evil",
        "/\t/evil",
        "/\u{ff0f}evil",
        "/..//evil",
        "/sign-in",
        "evil",
        &long,
    ] {
        let call = attempt_with(&h, "app.localhost", &[("email", email), ("password", PASSWORD), ("next", bad)]);
        let reply = h.call(&auth::WORKER, call);
        assert_eq!((reply.status, reply.header("location")), (303, Some("/")), "{bad:?}");
        let shown = bad.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
        let page = h.call(&auth::WORKER, get(&format!("/sign-in?next={shown}")).host("app.localhost"));
        assert_eq!((page.status, field(page.text().unwrap(), "next")), (200, None), "{bad:?}");
    }
}

#[test]
fn a_page_leads_to_the_form_and_back() {
    let h = deployment();
    for (worker, host, path, next) in [
        (&org::WORKER as &'static Worker, "app.localhost", "/", None),
        (&org::WORKER, "app.localhost", "/o/northwind/tickets?status=open", Some("/o/northwind/tickets?status=open")),
        (&portal::WORKER, "northwind.localhost", "/", None),
        (&platform::WORKER, "platform.localhost", "/jobs", Some("/jobs")),
    ] {
        let reply = h.call(worker, get(path).host(host));
        assert_eq!(reply.status, 303, "{host}{path}");
        let to = reply.header("location").unwrap().to_owned();
        assert!(to.starts_with("/sign-in"));
        let page = h.call(&auth::WORKER, get(&to).host(host));
        assert_eq!(field(page.text().unwrap(), "next"), next, "{to}");
    }
    // A form that was sent without a session is refused: coming back would not send it again.
    let (browser, token) = h.form_token(&auth::WORKER, None);
    let reply = h
        .call(&auth::WORKER, post("/sign-out").host("app.localhost").cookie(FORM_COOKIE, &browser).same_origin().form(&[("csrf", &token)]));
    assert_eq!(reply.status, 401);
    assert!(reply.text().unwrap().contains("href=\"/sign-in\""));
    // Programs get a document: there is nobody to lead anywhere.
    assert_eq!(h.call(&api::WORKER, get("/v1/me").on(Surface::Api)).status, 401);
}

#[test]
fn a_session_is_good_on_its_own_host_only() {
    let h = deployment();
    let all = [
        (&h.world.team.members[4].session, "app.localhost"),
        (&h.world.team.customers[0].session, "northwind.localhost"),
        (&h.world.operator.session, "platform.localhost"),
    ];
    let hosts = [
        ("app.localhost", &org::WORKER as &'static Worker),
        ("northwind.localhost", &portal::WORKER),
        ("contoso.localhost", &portal::WORKER),
        ("platform.localhost", &platform::WORKER),
    ];
    for (session, own) in all {
        for (host, worker) in hosts {
            let reply = h.call(worker, get("/").host(host).session_cookie(session));
            let expected = if host == own { 200 } else { 303 };
            assert_eq!(reply.status, expected, "a session of {own} at {host}");
        }
    }
}

#[test]
fn signing_out_ends_the_session_itself() {
    let h = deployment();
    let workers: [&'static Worker; 3] = [&org::WORKER, &portal::WORKER, &platform::WORKER];
    let people = [&h.world.team.members[4].session, &h.world.team.customers[0].session, &h.world.operator.session];
    for (session, worker) in people.into_iter().zip(workers) {
        assert_eq!(h.call(worker, get("/").session(session)).status, 200);
        let reply = h.call(&auth::WORKER, h.form(&auth::WORKER, post("/sign-out"), Some(session), &[]));
        assert_eq!((reply.status, reply.header("location")), (303, Some("/sign-in")));
        assert!(set_cookie(&reply, COOKIE).starts_with("__Host-portico=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"));
        assert_eq!(reply.header("clear-site-data"), Some("\"cache\", \"storage\""));
        assert_eq!(h.call(worker, get("/").session(session)).status, 303, "the old cookie opens nothing");
    }
    assert_eq!(h.db.count("SELECT count(*) FROM audit_events WHERE action = 'session.ended'", &[]), 3);
}

#[test]
fn signing_in_again_ends_the_session_before() {
    let h = deployment();
    let email = &h.world.team.members[4].email;
    let first = sign_in(&h, "app.localhost", email, PASSWORD).cookie(COOKIE).unwrap();
    let second = h.call(&auth::WORKER, attempt(&h, "app.localhost", email, PASSWORD).cookie(COOKIE, &first)).cookie(COOKIE).unwrap();
    assert_ne!(first, second);
    assert_eq!(h.call(&org::WORKER, get("/").host("app.localhost").cookie(COOKIE, &first)).status, 303);
    assert_eq!(h.call(&org::WORKER, get("/").host("app.localhost").cookie(COOKIE, &second)).status, 200);
    // Of somebody else's session the hash is not known, so nothing else can be ended that way.
    assert_eq!(h.call(&org::WORKER, get("/").session(&h.world.team.members[3].session)).status, 200);
}

#[test]
fn who_is_blocked_learns_it_by_the_right_password_only() {
    let h = deployment();
    let blocked = &h.world.team.blocked;
    let wrong = sign_in(&h, &h.world.team.portal(), &blocked.email, "wrong");
    assert!(wrong.status == 422 && !wrong.text().unwrap().contains("is blocked"));
    let right = sign_in(&h, &h.world.team.portal(), &blocked.email, PASSWORD);
    assert_eq!(right.status, 403);
    assert!(right.text().unwrap().contains("Your account is blocked") && set_cookie(&right, COOKIE).is_empty());
    assert_eq!(h.call(&portal::WORKER, get("/").session(&blocked.session)).status, 303, "a session from before is over");
}

#[test]
fn a_portal_that_is_closed_opens_for_nobody() {
    let h = deployment();
    h.db.execute("UPDATE orgs SET portal_open = 0 WHERE id = ?1", &[(&h.world.free.id).into()]);
    let before = sessions(&h);
    for org in [&h.world.free, &h.world.suspended] {
        let why = if org.slug == "contoso" { "has closed its portal" } else { "serve its customers at the moment" };
        let (person, host) = (&org.customers[0], org.portal());
        let (browser, token) = h.form_token(&auth::WORKER, None);
        let fields = [("email", person.email.as_str()), ("password", PASSWORD), ("csrf", token.as_str())];
        let calls = [
            (&portal::WORKER as &'static Worker, get("/").session(&person.session)),
            (&portal::WORKER, get(&format!("/tickets/{}", org.tickets[0])).session(&person.session)),
            (&auth::WORKER, get("/sign-in").host(&host)),
            (&auth::WORKER, post("/sign-in").host(&host).cookie(FORM_COOKIE, &browser).same_origin().form(&fields)),
        ];
        for (worker, call) in calls {
            let reply = h.call(worker, call);
            let text = reply.text().unwrap();
            assert_eq!((reply.status, problems(text)), (403, vec![]));
            let title = if org.slug == "contoso" { "This portal is closed" } else { "This portal is not available at the moment" };
            assert!(text.contains(title) && text.contains(why), "{text}");
        }
    }
    assert_eq!((sessions(&h), password::computed()), (before, 0));
}

#[test]
fn no_console_opens_by_a_password_alone() {
    for environment in ["local", "production"] {
        let h = deployment();
        h.set("ENVIRONMENT", environment);
        h.set("API_ALIAS_HOST", "");
        let page = h.call(&auth::WORKER, get("/sign-in").on(Surface::Platform));
        let text = page.text().unwrap();
        assert_eq!((page.status, problems(text)), (200, vec![]));
        assert!(text.contains("asks for a code from your authenticator app"));
        let reply = sign_in(&h, "platform.localhost", &h.world.operator.email, PASSWORD);
        let cookie = reply.cookie(COOKIE).unwrap();
        assert_eq!((reply.status, reply.header("location")), (303, Some("/challenge")));
        for (worker, path) in [(&platform::WORKER as &'static Worker, "/"), (&platform::WORKER, "/jobs"), (&auth::WORKER, "/account")] {
            let led = h.call(worker, get(path).on(Surface::Platform).cookie(COOKIE, &cookie));
            assert!(led.status == 303 && led.header("location").unwrap().starts_with("/challenge"), "{path}");
        }
        let challenge = h.call(&auth::WORKER, get("/challenge").on(Surface::Platform).cookie(COOKIE, &cookie));
        assert_eq!((challenge.status, problems(challenge.text().unwrap())), (200, vec![]));
        assert_eq!(sign_in(&h, "app.localhost", &h.world.team.members[4].email, PASSWORD).status, 303, "staff may");
    }
}

#[test]
fn a_hash_of_older_parameters_is_made_anew() {
    let h = deployment();
    let (user, email) = (&h.world.team.members[0].user, &h.world.team.members[0].email);
    // Of `pw`, made with the reference implementation; see the tests of `crypto::password`.
    let old = "$argon2id$v=19$m=12288,t=3,p=1$BwcHBwcHBwcHBwcHBwcHBw$TR+DzGl1P0reo04wgWe8K0ToCGr2bzVXVzgX+e8peqo";
    h.db.execute("UPDATE users SET password_hash = ?2 WHERE id = ?1", &[user.into(), old.into()]);
    assert_eq!(sign_in(&h, "app.localhost", email, "pw").status, 303);
    let new = h.db.text("SELECT password_hash FROM users WHERE id = ?1", &[user.into()]);
    assert!(new.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{new}");
    assert_eq!(sign_in(&h, "app.localhost", email, "pw").status, 303);
    assert_eq!(password::computed(), 3, "once anew");
}

#[test]
fn a_database_that_fails_begins_no_session_and_keeps_the_count() {
    let h = deployment();
    let email = &h.world.team.members[0].email;
    let before = sessions(&h);
    let call = attempt(&h, "app.localhost", email, PASSWORD);
    // The count is taken, then the session can't be written.
    h.db.fail_at(testkit::When::Writes, 1, testkit::DbFault::Refused("D1 DB is overloaded"));
    let reply = h.call(&auth::WORKER, call);
    assert!(reply.status >= 500 && set_cookie(&reply, COOKIE).is_empty(), "{reply:?}");
    assert_eq!(sessions(&h), before);
    assert_eq!(h.db.count("SELECT used FROM rate_windows WHERE subject LIKE 'sign_in_account:%'", &[]), 1);
    assert_eq!(sign_in(&h, "app.localhost", email, PASSWORD).status, 303);
}
