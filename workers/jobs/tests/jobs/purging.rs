//! Deleted organizations are purged whole, and nothing else is; domains are looked up again.

use domain::retention::{DOMAINS, INVITATIONS, ORGS};
use jobs::{HANDLERS, WORKER, retention::apply};
use kernel::{ports::Clock, time::Span, worker::Cron};
use std::collections::BTreeMap;
use testkit::{Harness, http::answer};

/// What of an organization goes by a rule of its own, or stays.
const ELSEWHERE: [&str; 6] = ["audit_events", "idempotency", "jobs", "mails", "outbox", "tokens"];

/// How many rows of an organization each table has.
fn rows(h: &Harness, org: &kernel::OrgId) -> BTreeMap<String, i64> {
    let tables = h.db.tables();
    let of_org = tables.into_iter().filter(|(_, columns)| columns.iter().any(|(name, _)| name == "org_id"));
    of_org
        .map(|(table, _)| (table.clone(), h.db.count(&format!("SELECT count(*) FROM {table} WHERE org_id = ?1"), &[org.into()])))
        .collect()
}

#[test]
fn an_organization_goes_whole_a_month_after_it_was_deleted() {
    let h = Harness::new();
    let (free, team) = (&h.world.free, &h.world.team);
    h.db.execute("UPDATE orgs SET deleted_at = ?2 WHERE id = ?1", &[(&free.id).into(), h.clock.now().into()]);
    h.db.execute(
        "WITH RECURSIVE k(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM k WHERE i < 1200) \
         INSERT INTO ticket_comments(org_id, ticket_id, id, author_kind, author_id, author_name, body, internal, created_at) \
         SELECT ?1, ?2, 'cmt_' || i, 'staff', 'x', 'x', 'x', 0, 1 FROM k",
        &[(&free.id).into(), (&free.tickets[0]).into()],
    );
    h.db.execute(
        "INSERT INTO authenticators(subject, secret, created_at) VALUES(?1, 's', 1), (?2, 's', 1)",
        &[(&free.customers[0].id).into(), (&team.customers[0].id).into()],
    );
    let kept = h.db.of_org(&team.id);
    let full = rows(&h, &free.id);
    let unseeded: Vec<&String> =
        full.iter().filter(|(t, n)| **n == 0 && !ELSEWHERE.contains(&t.as_str()) && *t != "subscriptions").map(|(t, _)| t).collect();
    assert!(unseeded.is_empty(), "seed these in testkit::world, or this test says nothing of them: {unseeded:?}");

    h.clock.set(h.clock.now().plus(Span::days(30)).minus(Span::millis(1)));
    let early = h.work(&WORKER, async |task| apply(task, ORGS).await).unwrap();
    assert_eq!((early.examined, early.finished), (0, true));
    h.clock.set(h.clock.now().plus(Span::millis(1)));
    let done = h.work(&WORKER, async |task| apply(task, ORGS).await).unwrap();
    assert!(done.finished && done.removed > 1_230 && done.steps > 16, "{done:?}");

    let left: Vec<(String, i64)> =
        rows(&h, &free.id).into_iter().filter(|(table, n)| *n > 0 && !ELSEWHERE.contains(&table.as_str())).collect();
    assert!(left.is_empty(), "give these a place in workers/jobs/src/retention/orgs.rs: {left:?}");
    assert_eq!(h.db.count("SELECT count(*) FROM orgs WHERE id = ?1", &[(&free.id).into()]), 0);
    let mut now = h.db.of_org(&team.id);
    // Each step is in the platform's log, and nothing of it in another organization's.
    now.retain(|table, _| kept.contains_key(table));
    assert_eq!(now, kept, "another organization's rows");
    assert_eq!(h.db.count("SELECT count(*) FROM authenticators", &[]), 1, "what a customer had goes with them");
    let file = format!("{}/{}.csv", free.id, free.export);
    assert!(!h.blobs.keys().contains(&file) && h.blobs.keys().len() == 2, "{:?}", h.blobs.keys());
    assert!(!h.assets.keys().iter().any(|key| key.contains(&free.id.to_string())) && h.assets.keys().len() == 2, "{:?}", h.assets.keys());
    let log = "SELECT count(*) FROM audit_events WHERE org_id = ?1 AND action = ?2";
    assert_eq!(h.db.count(log, &[(&free.id).into(), "organization.purged".into()]), 1);
    assert_eq!(h.db.count(log, &[(&free.id).into(), "ticket.created".into()]), 1, "the log stays");
    assert_eq!(
        h.db.count("SELECT count(*) FROM users WHERE id = ?1", &[(&free.members[4].user).into()]),
        1,
        "people are not the organization's"
    );
}

#[test]
fn an_organization_that_comes_back_in_the_middle_loses_nothing_more() {
    let mut stopped = 0;
    for at in 1..=3 {
        let h = Harness::new();
        let free = &h.world.free;
        let before = rows(&h, &free.id);
        h.db.execute("UPDATE orgs SET deleted_at = ?2 WHERE id = ?1", &[(&free.id).into(), h.clock.now().minus(Span::days(31)).into()]);
        // Between two of its round trips, before the first change, an owner brings it back.
        let run = h.work(&WORKER, async |task| {
            let mut run = Box::pin(apply(task, ORGS));
            h.pace.set_waiting(true);
            let mut trips = 0;
            let result = loop {
                match testkit::pace::poll(run.as_mut()) {
                    std::task::Poll::Ready(result) => break result,
                    std::task::Poll::Pending => trips += 1,
                }
                if trips == at {
                    h.db.execute("UPDATE orgs SET deleted_at = NULL WHERE id = ?1", &[(&free.id).into()]);
                }
            };
            h.pace.set_waiting(false);
            result
        });
        stopped += i64::from(run.is_err());
        assert_eq!(rows(&h, &free.id), before, "before round trip {at}");
    }
    assert!(stopped > 0, "the batch itself refused");
}

#[test]
fn what_was_over_a_month_ago_goes_and_what_was_not_stays() {
    let h = Harness::new();
    let (team, free) = (&h.world.team, &h.world.free);
    let ago = |days: i64| h.clock.now().minus(Span::days(days));
    h.db.execute("UPDATE invitations SET expires_at = ?2 WHERE org_id = ?1", &[(&team.id).into(), ago(30).into()]);
    h.db.execute("UPDATE invitations SET expires_at = ?2 WHERE org_id = ?1", &[(&free.id).into(), ago(29).into()]);
    h.db.execute("UPDATE domains SET state = 'removed', removed_at = ?2 WHERE org_id = ?1", &[(&team.id).into(), ago(30).into()]);
    h.db.execute("UPDATE domains SET state = 'removed', removed_at = ?2 WHERE org_id = ?1", &[(&free.id).into(), ago(29).into()]);
    h.tick(&WORKER, &HANDLERS, Cron::Daily).unwrap();
    for table in ["invitations", "domains"] {
        let left = |org: &kernel::OrgId| h.db.count(&format!("SELECT count(*) FROM {table} WHERE org_id = ?1"), &[org.into()]);
        assert_eq!((left(&team.id), left(&free.id), left(&h.world.suspended.id)), (0, 1, 1), "{table}");
    }
    for rule in [INVITATIONS, DOMAINS] {
        assert_eq!(
            h.db.count("SELECT count(*) FROM retention_runs WHERE rule = ?1 AND removed = 1 AND finished = 1", &[rule.name.into()]),
            1
        );
    }
}

#[test]
fn a_domain_is_looked_up_again_and_served_for_three_days_without_its_record() {
    let h = Harness::new();
    let team = &h.world.team;
    let state = || h.db.text("SELECT state FROM domains WHERE org_id = ?1", &[(&team.id).into()]);
    let proof = h.db.text("SELECT proof FROM domains WHERE org_id = ?1", &[(&team.id).into()]);
    h.db.execute("UPDATE domains SET state = 'removed', removed_at = 1 WHERE org_id <> ?1", &[(&team.id).into()]);
    let anew = "UPDATE domains SET state = 'pending', checked_at = 0, created_at = ?1, proven_at = NULL WHERE state = 'active'";
    h.db.execute(anew, &[h.clock.now().into()]);
    let body = serde_json::json!({"Status": 0, "Answer": [{"type": 16, "data": proof}]}).to_string();
    let found = move || answer(200, &body);
    let hour = || {
        h.clock.set(h.clock.now().plus(Span::hours(1)));
        h.tick(&WORKER, &HANDLERS, Cron::Hourly).unwrap();
    };
    h.http.serve_status(503);
    hour();
    assert_eq!(state(), "pending", "trouble with the resolver says nothing");
    h.http.serve(move |_| Ok(found()));
    hour();
    // The record alone is not enough: the edge is asked next.
    let wanted = "SELECT count(*) FROM hostnames h JOIN domains d ON d.host = h.host AND d.proven_at IS NOT NULL WHERE d.org_id = ?1";
    assert_eq!((state().as_str(), h.db.count(wanted, &[(&team.id).into()])), ("pending", 1));
    h.db.execute("UPDATE hostnames SET status = 'active', certificate = 'active'", &[]);
    hour();
    assert_eq!(state(), "active");
    assert_eq!(h.http.take().len(), 3);
    // Once a day while it serves.
    (0..22).for_each(|_| hour());
    assert_eq!(h.http.take().len(), 0);
    h.http.serve(|_| Ok(answer(200, r#"{"Status":3}"#)));
    (0..3 * 24).for_each(|_| hour());
    assert_eq!((state().as_str(), h.http.take().len()), ("active", 3));
    (0..24).for_each(|_| hour());
    assert_eq!(state(), "failed");
    let events = "SELECT count(*) FROM outbox WHERE type = 'domain.updated' AND org_id = ?1";
    assert_eq!(h.db.count(events, &[(&team.id).into()]), 2);
    (0..48).for_each(|_| hour());
    assert_eq!(h.http.take().len(), 1, "a failed one is its owner's to look up");
}
