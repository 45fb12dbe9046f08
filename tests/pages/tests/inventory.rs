//! Every page there is, taken from the route tables of the fleet: opened by somebody who is let in, it is well formed, takes no more
//! round trips than the session and the page, answers HEAD, and is nobody's to keep. A new page is looked at the moment it stands in its
//! Worker's table; one that can't be looked at fails, and says what to add here or to `authorisation::fill`.

#![expect(clippy::unwrap_used, reason = "helpers of tests; what goes wrong in them must stop the test")]

use authorisation::Place;
use kernel::{Reply, host::Surface, principal::Role};
use pages::{
    problems,
    stage::{ADDRESSED, LINKS, STATES, deployment, guest, look, of, prepare, shown},
};
use std::collections::BTreeSet;
use store::sessions::FORM_COOKIE;
use testkit::{Harness, Replied};

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
/// Pages that lead on all the same: (path, where to, who looks at the page).
const LED_ON: &[(&str, &str, &str)] =
    &[("/account/security/recovery-codes/new", "/account/security", "getting_in.rs comes with the cookie that holds the codes")];
/// Pages that take more round trips than two: (path, reads, writes, why).
const TRIPS: &[(&str, u64, u64, &str)] = &[("/privacy/export", 3, 1, "a download is read in two steps, and written into the audit log")];
/// Pages of who is signed in that have no way to sign out, with the reason.
const NO_WAY_OUT: &[(&str, &str)] = &[
    ("/challenge", "nobody is signed in before the second factor; its page says how to begin anew"),
    ("/confirm", "one question, whose Cancel leads back to the pages that have one"),
];
/// The page that shows every component, a signed-in shell among them.
const EXAMPLES: &str = "/dev/components";
fn text(reply: &Reply) -> &str {
    reply.text().unwrap()
}

/// What is wrong with a page.
fn wrong(h: &Harness, place: &Place) -> Vec<String> {
    let token = prepare(h, place);
    // A portal's host is looked up once, and then leased.
    h.call(place.worker, look(h, "GET", place, &token));
    h.db.reset_counts();
    let reply = h.call(place.worker, look(h, "GET", place, &token));
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
        let again = h.call(place.worker, look(h, "GET", place, &token).cookie(FORM_COOKIE, &cookie));
        must(again.cookie(FORM_COOKIE).is_none(), "gives another cookie for its forms each time".into());
    }
    let head = h.call(place.worker, look(h, "HEAD", place, &token));
    must((head.status, head.text()) == (reply.status, Some("")), format!("HEAD is answered with {} {:?}", head.status, head.text()));
    wrong
}

#[test]
fn every_page_of_every_worker_is_well_formed_and_costs_two_round_trips() {
    let h = deployment();
    let all = shown();
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
    let mut telling = 0;
    for place in shown().iter().filter(|place| of(NO_PAGES, place, |(path, _)| path).is_none()) {
        h.forget();
        h.db.undone(|| {
            let token = prepare(&h, place);
            for sql in WRITTEN {
                h.db.execute(sql, &[NASTY.into()]);
            }
            let reply = h.call(place.worker, look(&h, "GET", place, &token));
            let page = text(&reply);
            assert!(reply.status < 400, "{}: {page}", place.name());
            if reply.status == 200 {
                assert_eq!(problems(page), Vec::<String>::new(), "{}", place.name());
                assert!(!page.contains("<script>") && !page.contains("\" onload"), "{}", place.name());
                telling += usize::from(page.contains("&lt;script&gt;"));
            }
        });
    }
    println!("{telling} pages show it");
    assert!(telling > 50);
    let (org, ticket) = (&h.world.team, &h.world.team.tickets[0]);
    h.db.execute(WRITTEN[0], &[NASTY.into()]);
    let path = format!("/o/northwind/tickets/{ticket}");
    let page = h.call(&org::WORKER, testkit::get(&path).session(&org.member(Role::Owner).session));
    assert!(text(&page).contains("&lt;script&gt;") && text(&page).contains("<bdi>"), "in whatever direction");
}
