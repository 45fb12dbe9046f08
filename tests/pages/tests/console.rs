//! Every page of the operators' console: its structure, how many round trips it takes, and that a wrong address gets a page.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests; what goes wrong in them must stop the test")]

use kernel::{Reply, route::Method};
use pages::problems;
use platform::WORKER;
use testkit::{Harness, get};

fn text(reply: &Reply) -> &str {
    reply.text().unwrap()
}

/// A deployment in which each page has something to show: a banned account, a dead job, a suspended organization.
fn deployment() -> Harness {
    let h = Harness::new();
    h.set_error_page(html::error_page);
    h.db.execute("UPDATE jobs SET state = 'dead' WHERE id = ?1", &[(&h.world.team.job).into()]);
    h.db.execute(
        "UPDATE users SET banned_until = 253402300799999, ban_reason = 'A reason' WHERE id = ?1",
        &[(&h.world.outsider.user).into()],
    );
    h
}

/// Every route that shows a page, with addresses that fill it.
fn addresses(h: &Harness, path: &str) -> Vec<String> {
    let (org, user) = (&h.world.team, &h.world.team.members[0].user);
    let id = |id: &dyn std::fmt::Display| vec![path.replace("{id}", &id.to_string())];
    match path {
        "/orgs/{id}/resume" => id(&h.world.suspended.id),
        "/orgs/{id}" => [&h.world.team.id, &h.world.suspended.id].map(|o| format!("/orgs/{o}")).to_vec(),
        "/users/{id}/unban" => id(&h.world.outsider.user),
        "/users/{id}" => [user, &h.world.operator.user, &h.world.outsider.user].map(|u| format!("/users/{u}")).to_vec(),
        "/search" => ["", "?q=x", "?q=northwind", "?q=nothing-is-called-so"].map(|q| format!("/search{q}")).to_vec(),
        "/audit" => ["", "?log=all", "?log=all&action=nothing.happened"].map(|q| format!("/audit{q}")).to_vec(),
        "/orgs" => ["", "?plan=team&status=active&q=north", "?q=zzz"].map(|q| format!("/orgs{q}")).to_vec(),
        "/users" => ["", "?state=banned", "?q=zzz"].map(|q| format!("/users{q}")).to_vec(),
        _ if path.starts_with("/orgs/") => id(&org.id),
        _ if path.starts_with("/users/") => id(user),
        _ if path.starts_with("/operators/{") => id(&h.world.other_operators[0].user),
        _ if path.starts_with("/jobs/") => id(&org.job),
        _ if path.starts_with("/dead-letters/") => id(&testkit::world::dead_letter_id()),
        _ => vec![path.to_owned()],
    }
}

#[test]
fn every_page_is_well_formed_and_takes_one_round_trip_beside_the_session() {
    let h = deployment();
    let session = &h.world.operator.session;
    let mut shown = 0;
    for entry in WORKER.routes.iter().filter(|e| e.route.method == Method::Get) {
        for path in addresses(&h, entry.route.path) {
            h.db.reset_counts();
            let reply = h.call(&WORKER, get(&path).session(session));
            assert_eq!((reply.status, problems(text(&reply))), (200, vec![]), "{path}");
            assert!(h.db.reads() <= 2 && h.db.writes() == 0, "{path}: the session, and the page");
            let page = text(&reply);
            assert!(page.contains("Operator console") && page.contains("action=\"/sign-out\""), "{path}");
            assert!(page.contains("aria-current=\"page\"") || path.starts_with("/search"), "{path}: says where one is");
            assert!(!page.contains("id=\"field-reason\"") || page.contains("name=\"csrf\""), "{path}");
            shown += 1;
        }
    }
    assert!(shown > 25);
}

#[test]
fn what_is_not_there_gets_a_page() {
    let h = deployment();
    for path in
        ["/orgs/org_0", "/users/usr_00000000000000000000000000000000", "/jobs/x", "/dead-letters/x", "/operators/usr_0/role", "/nothing"]
    {
        let reply = h.call(&WORKER, get(path).session(&h.world.operator.session));
        assert_eq!((reply.status, problems(text(&reply))), (404, vec![]), "{path}");
    }
}

#[test]
fn a_service_without_anything_in_it_says_so() {
    let h = deployment();
    h.db.execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM orgs; DELETE FROM jobs; DELETE FROM dead_letters; DELETE FROM mails; DELETE FROM memberships; DELETE FROM outbox; UPDATE users SET banned_until = NULL");
    let operator = &h.world.operator;
    for (path, says) in [
        ("/orgs".to_owned(), "No organizations yet"),
        ("/".to_owned(), "Nothing needs you"),
        ("/jobs".to_owned(), "Nothing waits"),
        ("/jobs".to_owned(), "Every mail went out"),
        ("/audit".to_owned(), "Nothing recorded in 30 days"),
        ("/abuse".to_owned(), "Nobody is counted"),
        ("/status".to_owned(), "No schedule has run yet"),
        (format!("/users/{}", operator.user), "In no organization"),
    ] {
        let reply = h.call(&WORKER, get(&path).session(&operator.session));
        assert_eq!((reply.status, problems(text(&reply))), (200, vec![]), "{path}");
        assert!(text(&reply).contains(says), "{path}: {says}");
    }
}
