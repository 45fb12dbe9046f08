//! Every page there is, taken from the route tables of the fleet: opened by somebody who is let in, it is well formed, takes no more
//! round trips than the session and the page, answers HEAD, and is nobody's to keep. A new page is looked at the moment it stands in its
//! Worker's table; one that can't be looked at fails, and says what to add here or to `authorisation::fill`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests; what goes wrong in them must stop the test")]

use authorisation::{
    Place,
    expect::Ids,
    fill::{self},
    places,
};
use kernel::{
    Id, Reply,
    host::Surface,
    principal::Role,
    route::{Auth, Method},
    time::Span,
};
use mail::{Letter, Mail};
use pages::problems;
use std::collections::BTreeSet;
use store::{
    sessions::FORM_COOKIE,
    tokens::{Issue, Purpose},
};
use testkit::{
    Call, Harness, Replied, request,
    world::{Org, Session},
};
use xtask::fleet::LOCAL_WORKERS;

/// What answers a GET where people are and is no page: (path, type of the content).
const NO_PAGES: &[(&str, &str)] = &[
    ("/brand.css", "text/css"),
    ("/brand/logo", "image/png"),
    ("/o/{org}/settings/branding/logo", "image/png"),
    ("/privacy/export", "application/json"),
    ("/new/slug", "text/plain"),
    ("/dev/mail.json", "application/json"),
    // A mail in its frame: it has the look of a letter.
    ("/dev/mail/{id}/html", "text/html"),
];
/// What must be there before a page has something to show: (path, SQL).
const STATES: &[(&str, &str)] = &[
    ("/account/security/authenticator/remove", AUTHENTICATORS),
    ("/account/security/recovery-codes", AUTHENTICATORS),
    ("/billing/{org}/choose", "DELETE FROM subscriptions"),
    ("/billing/{org}/keep", "UPDATE subscriptions SET cancel_at_period_end = 1"),
    (
        "/billing/{org}/customer",
        "INSERT INTO billing_findings(org_id, kind, detail, since, seen_at) SELECT id, 'customer_missing', '{}', 1, 1 FROM orgs",
    ),
    ("/brand.css", BRANDED),
    ("/brand/logo", BRANDED),
    ("/o/{org}/settings/branding/logo", BRANDED),
    ("/jobs/{id}/cancel", "UPDATE jobs SET state = 'dead'"),
    ("/o/{org}/customers/{id}/invitation/cancel", "UPDATE customers SET status = 'invited'"),
    ("/orgs/{id}/resume", "UPDATE orgs SET status = 'suspended'"),
    ("/setup", "DELETE FROM operators"),
    ("/sign-up", "UPDATE orgs SET self_sign_up = 1"),
    ("/sign-up/sent", "UPDATE orgs SET self_sign_up = 1"),
    (
        "/users/{id}/unban",
        "UPDATE users SET banned_until = 253402300799999, ban_reason = 'A reason' WHERE id NOT IN (SELECT user_id FROM operators)",
    ),
];
const AUTHENTICATORS: &str = "INSERT OR IGNORE INTO authenticators(subject, secret, created_at, confirmed_at) \
    SELECT id, 'sealed', 1, 1 FROM users UNION ALL SELECT id, 'sealed', 1, 1 FROM customers";
/// Gives every organization colors and takes its logo into use.
const BRANDED: &str = "UPDATE orgs SET branding = json_object('primary', '#0b3d91', 'link', '#0b3d91', 'background', '#ffffff', \
    'card', '#ffffff', 'border', '#dddddd', 'logo', json_object('key', (SELECT key FROM logos WHERE org_id = orgs.id), 'type', 'image/png'))";
/// Pages that only lead on unless more is said: (path, what is added to the address).
const ADDRESSED: &[(&str, &str)] = &[
    ("/account/sessions/end", "?session=ses_00000000000000000000000000000000"),
    ("/billing/{org}/checkout/done", "?session_id=cs_test_northwind"),
];
/// Pages that lead on all the same: (path, where to, who looks at the page).
const LED_ON: &[(&str, &str, &str)] =
    &[("/account/security/recovery-codes/new", "/account/security", "getting_in.rs comes with the cookie that holds the codes")];
/// The pages of one-time links, with what the link is for.
const LINKS: &[(&str, Purpose)] = &[
    ("/sign-in/link/open", Purpose::SignIn),
    ("/reset/choose", Purpose::Reset),
    ("/sign-up/verify", Purpose::SignUp),
    ("/account/email/confirm", Purpose::NewAddress),
    ("/account/email/undo", Purpose::UndoAddress),
    ("/invitations/accept", Purpose::CustomerInvitation),
];
/// Pages that take more round trips than two: (path, reads, writes, why).
const TRIPS: &[(&str, u64, u64, &str)] = &[("/privacy/export", 3, 1, "a download is read in two steps, and written into the audit log")];
/// Pages of who is signed in that have no way to sign out, with the reason.
const NO_WAY_OUT: &[(&str, &str)] = &[
    ("/challenge", "nobody is signed in before the second factor; its page says how to begin anew"),
    ("/confirm", "one question, whose Cancel leads back to the pages that have one"),
];
/// The page that shows every component, a signed-in shell among them.
const EXAMPLES: &str = "/dev/components";
/// The form cookie of the browser that asked for a link.
const BROWSER: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A deployment in which a mail was sent.
fn deployment() -> Harness {
    let h = Harness::new();
    h.set_error_page(html::error_page);
    h.work(&jobs::WORKER, async |task| {
        let letter = Letter::AccountDeleted { name: "Ada".into(), at: task.now() };
        let change = task.mutation(&h.world.team.id, kernel::Action::new("session.ended"), "x");
        task.commit(store::mail::post(change, task.app, &Mail::new("ada@example.com", letter))?).await
    })
    .unwrap();
    h.drain(&jobs::WORKER, &jobs::HANDLERS);
    // The dice begin anew with each page: what they make differs by its time.
    h.clock.advance(Span::seconds(1));
    h
}
fn text(reply: &Reply) -> &str {
    reply.text().unwrap()
}
fn of<'r, T>(rows: &'r [T], place: &Place, path: impl Fn(&'r T) -> &'r str) -> Option<&'r T> {
    rows.iter().find(|row| path(row) == place.route.path)
}

/// Every GET where people are, those for developers too.
fn all() -> Vec<Place> {
    let mut all = places();
    for worker in LOCAL_WORKERS {
        for entry in worker.routes {
            all.extend(entry.route.surfaces.iter().map(|surface| Place { worker, route: &entry.route, surface: *surface }));
        }
    }
    all.into_iter().filter(|p| p.surface != Surface::Api && p.route.method == Method::Get).collect()
}

/// Somebody whom the route lets in.
fn guest<'h>(h: &'h Harness, place: &Place) -> (&'h Org, Option<&'h Session>) {
    let team = &h.world.team;
    let known = match place.surface {
        Surface::App => &team.member(Role::Owner).session,
        Surface::Portal => &team.customers[0].session,
        Surface::Platform => &h.world.operator.session,
        Surface::Api => panic!("{}: no page", place.name()),
    };
    let who = match place.route.auth {
        Auth::Public | Auth::Visitor => None,
        Auth::Challenge => Some(h.world.half_session(place.surface)),
        Auth::Person | Auth::Account | Auth::Staff(_) | Auth::Customer | Auth::Operator(_) => Some(known),
        Auth::Key | Auth::KeyNow | Auth::Provider(_) => panic!("{}: no page is opened with a key", place.name()),
    };
    (team, who)
}

fn call(h: &Harness, method: &str, place: &Place, token: &str) -> Call {
    let (org, who) = guest(h, place);
    let mut path = if place.route.path.starts_with("/dev/") {
        let sent = h.db.text("SELECT id FROM mails WHERE recipient = 'ada@example.com'", &[]);
        place.route.path.replace("{id}", &sent)
    } else {
        fill::path_of(place, Ids::Own, org, &h.world.free, who.map(|s| s.principal.id()))
    };
    if let Some((_, more)) = of(ADDRESSED, place, |(path, _)| path) {
        path.push_str(more);
    }
    let link = of(LINKS, place, |(path, _)| path).is_some();
    if link {
        path.push_str(&format!("?token={token}"));
    }
    let call = request(method, &path).host(&testkit::call::host(place.surface, org.slug));
    let call = if link { call.cookie(FORM_COOKIE, BROWSER) } else { call };
    who.map_or(call.clone(), |session| call.session_cookie(session))
}

/// What the page speaks of is there. The token of its link, if it is the page of one.
fn prepare(h: &Harness, place: &Place) -> String {
    if let Some((_, sql)) = of(STATES, place, |(path, _)| path) {
        h.db.execute(sql, &[]);
    }
    let Some((_, purpose)) = of(LINKS, place, |(path, _)| path) else { return String::new() };
    let (org, email) = (&h.world.team, "somebody@example.com");
    let account = match place.surface {
        Surface::Portal => org.customers[0].id.as_str(),
        Surface::Platform => h.world.operator.user.as_str(),
        Surface::App | Surface::Api => org.member(Role::Owner).user.as_str(),
    };
    let host = testkit::call::host(place.surface, org.slug);
    // What each keeps beside it is read by its own Worker.
    let detail = match purpose {
        Purpose::SignUp => "{\"name\":\"Ada\",\"password_hash\":\"x\",\"browser\":\"\",\"next\":\"\"}",
        Purpose::SignIn => &format!("{{\"browser\":\"{}\",\"next\":\"\"}}", crypto::token::hash(BROWSER)),
        _ => email,
    };
    let issue = Issue {
        purpose: *purpose,
        subject: if *purpose == Purpose::SignUp { email } else { account },
        org: (place.surface == Surface::Portal).then_some(&org.id),
        host: &host,
        email,
        detail: Some(detail),
    };
    let token = h.work(&auth::WORKER, async |task| {
        let change = task.mutation(&org.id, kernel::Action::new("link.issued"), "x");
        let (change, issued) = store::tokens::issue(change, task.app, &issue).unwrap();
        task.commit(change).await.unwrap();
        issued.token
    });
    // A member's invitation is a row of its own.
    h.db.execute("UPDATE invitations SET token_hash = ?1 WHERE org_id = ?2", &[crypto::token::hash(&token).into(), (&org.id).into()]);
    if *purpose == Purpose::CustomerInvitation {
        h.db.execute("UPDATE customers SET status = 'invited' WHERE id = ?1", &[account.into()]);
    }
    h.db.execute("UPDATE orgs SET self_sign_up = 1", &[]);
    token
}

/// What is wrong with a page.
fn wrong(h: &Harness, place: &Place) -> Vec<String> {
    let token = prepare(h, place);
    // A portal's host is looked up once, and then leased.
    h.call(place.worker, call(h, "GET", place, &token));
    h.db.reset_counts();
    let reply = h.call(place.worker, call(h, "GET", place, &token));
    let (reads, writes) = (h.db.reads(), h.db.writes());
    let mut wrong = Vec::new();
    let mut must = |holds: bool, what: String| {
        if !holds {
            wrong.push(format!("{}: {what}", place.name()));
        }
    };
    let content = reply.header("content-type").unwrap_or_default().to_owned();
    let page = of(NO_PAGES, place, |(path, _)| path).is_none();
    if let Some((_, expected)) = of(NO_PAGES, place, |(path, _)| path) {
        must(reply.status == 200 && content.starts_with(expected), format!("{} {content}, not {expected}", reply.status));
    }
    let most = of(TRIPS, place, |(path, ..)| path).map_or((2, 0), |(_, reads, writes, _)| (*reads, *writes));
    must(reads <= most.0 && writes <= most.1, format!("{reads} reads and {writes} writes"));
    if let Some((_, to, _)) = of(LED_ON, place, |(path, ..)| path) {
        must(reply.status == 303 && reply.header("location") == Some(to), format!("{} {:?}", reply.status, reply.header("location")));
    } else if page {
        must(reply.status == 200 && content.starts_with("text/html"), format!("{} {content} {:?}", reply.status, reply.header("location")));
        must(reply.header("cache-control") == Some("no-store"), format!("may be kept: {:?}", reply.header("cache-control")));
        let policy = reply.header("content-security-policy").unwrap_or_default();
        must(policy.contains("script-src 'self'; style-src 'self'"), format!("its policy is {policy}"));
    }
    if page && reply.status == 200 {
        let found = problems(text(&reply));
        must(found.is_empty(), format!("{found:?}"));
        let out = text(&reply).contains("action=\"/sign-out\"");
        let due = (guest(h, place).1.is_some() || EXAMPLES == place.route.path) && of(NO_WAY_OUT, place, |(path, _)| path).is_none();
        must(out == due, format!("a way to sign out: {out}, wanted: {due}"));
        let console = text(&reply).contains("Operator console");
        must(!due || console == (place.surface == Surface::Platform), format!("says that it is the console: {console}"));
    }
    if let Some(cookie) = reply.cookie(FORM_COOKIE) {
        // A browser that lost its form cookie gets one, and then keeps it.
        let again = h.call(place.worker, call(h, "GET", place, &token).cookie(FORM_COOKIE, &cookie));
        must(again.cookie(FORM_COOKIE).is_none(), "gives another cookie for its forms each time".into());
    }
    let head = h.call(place.worker, call(h, "HEAD", place, &token));
    must((head.status, head.text()) == (reply.status, Some("")), format!("HEAD is answered with {} {:?}", head.status, head.text()));
    wrong
}

#[test]
fn every_page_of_every_worker_is_well_formed_and_costs_two_round_trips() {
    let h = deployment();
    let all = all();
    let found: Vec<String> = all
        .iter()
        .flat_map(|place| {
            h.forget();
            h.db.undone(|| wrong(&h, place))
        })
        .collect();
    println!("{} pages", all.len());
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(all.len() > 120);
    // What is written down here is of pages that there are.
    let paths: BTreeSet<&str> = all.iter().map(|place| place.route.path).collect();
    let named = NO_PAGES.iter().map(|r| r.0).chain(STATES.iter().map(|r| r.0)).chain(ADDRESSED.iter().map(|r| r.0));
    let named = named.chain(LED_ON.iter().map(|r| r.0)).chain(LINKS.iter().map(|r| r.0));
    for path in named.chain(TRIPS.iter().map(|r| r.0)).chain(NO_WAY_OUT.iter().map(|r| r.0)).chain([EXAMPLES]) {
        assert!(paths.contains(path), "{path} is gone: take the row out");
    }
}

/// Text that would break out of markup, and out of its direction.
const NASTY: &str = "</h1><script>alert(1)</script>\" onload=x ' \u{202e}שלום & 👩\u{200d}👩\u{200d}👧";
/// Where people and other people's servers write.
const WRITTEN: &[&str] = &[
    "UPDATE tickets SET subject = ?1, body = ?1",
    "UPDATE ticket_comments SET author_name = ?1, body = ?1",
    "UPDATE customers SET name = ?1, blocked_reason = ?1",
    "UPDATE users SET name = ?1, ban_reason = ?1",
    "UPDATE orgs SET name = ?1, suspended_reason = ?1",
    "UPDATE domains SET last_error = ?1",
    "UPDATE inbox SET title = ?1",
    "UPDATE api_keys SET name = ?1",
    "UPDATE sessions SET user_agent = ?1",
    "UPDATE jobs SET last_error = ?1",
    "UPDATE mails SET last_error = ?1",
    "UPDATE dead_letters SET queue = ?1, body = ?1",
];

#[test]
fn what_people_write_is_text_on_every_page() {
    let h = deployment();
    let mut shown = 0;
    for place in all().iter().filter(|place| of(NO_PAGES, place, |(path, _)| path).is_none()) {
        h.forget();
        h.db.undone(|| {
            let token = prepare(&h, place);
            for sql in WRITTEN {
                h.db.execute(sql, &[NASTY.into()]);
            }
            let reply = h.call(place.worker, call(&h, "GET", place, &token));
            let page = text(&reply);
            assert!(reply.status < 400, "{}: {page}", place.name());
            if reply.status == 200 {
                assert_eq!(problems(page), Vec::<String>::new(), "{}", place.name());
                assert!(!page.contains("<script>") && !page.contains("\" onload"), "{}", place.name());
                shown += usize::from(page.contains("&lt;script&gt;"));
            }
        });
    }
    println!("{shown} pages show it");
    assert!(shown > 50);
    let (org, ticket) = (&h.world.team, &h.world.team.tickets[0]);
    h.db.execute(WRITTEN[0], &[NASTY.into()]);
    let path = format!("/o/northwind/tickets/{ticket}");
    let page = h.call(&org::WORKER, testkit::get(&path).session(&org.member(Role::Owner).session));
    assert!(text(&page).contains("&lt;script&gt;") && text(&page).contains("<bdi>"), "in whatever direction");
}
