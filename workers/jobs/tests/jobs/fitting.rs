//! What a plan limits: a smaller one pauses, a larger one wakes, nothing is removed, and people are told of each limit once.

use jobs::{HANDLERS, WORKER};
use kernel::time::Span;
use serde_json::json;
use testkit::{DbFault, Harness, When, database::LOST};

/// The plan falls or rises, with the event that goes with it.
fn turn(h: &Harness, plan: &str, seats: i64) {
    h.db.execute("UPDATE orgs SET plan = ?2, seats = ?3 WHERE id = ?1", &[(&h.world.team.id).into(), plan.into(), seats.into()]);
    happen(h, "subscription.updated");
}
fn happen(h: &Harness, kind: &'static str) {
    h.http.serve_status(204);
    h.work(&WORKER, async |task| {
        let mutation = task.mutation(&h.world.team.id, domain::actions::SUBSCRIPTION_SYNCED, "x");
        task.commit(mutation.event(&h.world.team.id, kind, json!({"plan": "x", "with": ["x"]}).to_string())).await
    })
    .unwrap();
    h.drain(&WORKER, &HANDLERS);
}
fn paused_keys(h: &Harness) -> Vec<String> {
    let sql = "SELECT id FROM api_keys WHERE org_id = ?1 AND over_plan_at IS NOT NULL ORDER BY id";
    h.db.rows(sql, &[(&h.world.team.id).into()]).iter().map(|r| r.text(0).unwrap().to_owned()).collect()
}
fn endpoint_states(h: &Harness) -> Vec<(String, bool)> {
    let sql = "SELECT status, over_plan_at IS NOT NULL FROM webhook_endpoints WHERE org_id = ?1 ORDER BY created_at, id";
    h.db.rows(sql, &[(&h.world.team.id).into()]).iter().map(|r| (r.text(0).unwrap().to_owned(), r.int(1).unwrap() == 1)).collect()
}
fn add_endpoint(h: &Harness, id: &str) {
    let sql = "INSERT INTO webhook_endpoints(org_id, id, url, description, events, secret, created_at) \
        SELECT org_id, ?2, url, description, events, secret, ?3 FROM webhook_endpoints WHERE org_id = ?1 LIMIT 1";
    let now = h.ports().clock.now();
    h.db.execute(sql, &[(&h.world.team.id).into(), id.into(), now.into()]);
}
fn outbox(h: &Harness, kind: &str) -> i64 {
    h.db.count("SELECT count(*) FROM outbox WHERE org_id = ?1 AND type = ?2", &[(&h.world.team.id).into(), kind.into()])
}

#[test]
fn a_smaller_plan_pauses_the_newest_and_a_larger_one_wakes_them() {
    let h = Harness::new();
    let team = &h.world.team;
    add_endpoint(&h, "whe_018b0000000070008000000000000099");
    let living = h.db.count(
        "SELECT count(*) FROM api_keys WHERE org_id = ?1 AND (revoked_at IS NULL OR revoked_at > ?2) AND (expires_at IS NULL OR expires_at > ?2)",
        &[(&team.id).into(), h.ports().clock.now().into()],
    );
    assert!(living > 1, "the world has keys to pause");
    turn(&h, "free", 3);
    assert_eq!(i64::try_from(paused_keys(&h).len()).unwrap(), living - 1, "one stays");
    assert_eq!(endpoint_states(&h), [("enabled".to_owned(), false), ("paused".to_owned(), true)], "the oldest stays");
    assert_eq!(outbox(&h, "limit.paused"), 1);
    let paused = paused_keys(&h);
    // Nothing was removed, of nobody else was anything paused, and once more changes nothing.
    assert_eq!(h.db.count("SELECT count(*) FROM api_keys WHERE org_id <> ?1 AND over_plan_at IS NOT NULL", &[(&team.id).into()]), 0);
    happen(&h, "subscription.updated");
    assert_eq!((paused_keys(&h), outbox(&h, "limit.paused")), (paused, 1));
    assert_eq!(h.db.count("SELECT count(*) FROM audit_events WHERE org_id = ?1 AND action = 'plan.fitted'", &[(&team.id).into()]), 1);
    turn(&h, "business", 50);
    assert!(paused_keys(&h).is_empty());
    assert_eq!(endpoint_states(&h), [("enabled".to_owned(), false), ("enabled".to_owned(), false)]);
}

#[test]
fn what_the_owner_chose_to_keep_stays() {
    let h = Harness::new();
    let team = &h.world.team;
    turn(&h, "free", 3);
    let kept: String = paused_keys(&h).remove(0);
    h.db.execute(
        "UPDATE api_keys SET over_plan_at = CASE WHEN id = ?2 THEN NULL ELSE 1 END WHERE org_id = ?1",
        &[(&team.id).into(), kept.as_str().into()],
    );
    happen(&h, "subscription.updated");
    assert!(!paused_keys(&h).contains(&kept));
}

#[test]
fn a_paused_endpoint_misses_nothing() {
    let h = Harness::new();
    add_endpoint(&h, "whe_018b0000000070008000000000000099");
    turn(&h, "free", 3);
    happen(&h, "member.joined");
    let held = |h: &Harness| {
        h.db.count(
            "SELECT count(*) FROM webhook_deliveries WHERE endpoint_id = 'whe_018b0000000070008000000000000099' AND status = 'held'",
            &[],
        )
    };
    assert!(held(&h) >= 1);
    turn(&h, "team", 10);
    h.run_for(&WORKER, &HANDLERS, Span::minutes(5));
    assert_eq!(held(&h), 0);
    // The row is a copy, whose secret opens for the original only: it comes as far as being tried.
    let tried = "SELECT count(*) FROM webhook_deliveries WHERE endpoint_id = 'whe_018b0000000070008000000000000099' AND status <> 'held'";
    assert!(h.db.count(tried, &[]) >= 1);
}

#[test]
fn each_limit_is_told_once_until_there_is_room_again() {
    let h = Harness::new();
    let team = &h.world.team;
    let used = h.db.count(
        "SELECT (SELECT count(*) FROM memberships WHERE org_id = ?1) + (SELECT count(*) FROM invitations WHERE org_id = ?1 AND accepted_at IS NULL AND canceled_at IS NULL AND expires_at > ?2)",
        &[(&team.id).into(), h.ports().clock.now().into()],
    );
    let seats = |n: i64| h.db.execute("UPDATE orgs SET seats = ?2 WHERE id = ?1", &[(&team.id).into(), n.into()]);
    seats(used * 2);
    happen(&h, "member.joined");
    let before = (outbox(&h, "limit.warning"), outbox(&h, "limit.exceeded"));
    seats(used + 1);
    happen(&h, "member.joined");
    assert_eq!((outbox(&h, "limit.warning"), outbox(&h, "limit.exceeded")), (before.0 + 1, before.1));
    seats(used);
    happen(&h, "member.joined");
    happen(&h, "member.joined");
    assert_eq!((outbox(&h, "limit.warning"), outbox(&h, "limit.exceeded")), (before.0 + 1, before.1 + 1), "once");
    seats(used * 2);
    happen(&h, "member.joined");
    seats(used);
    happen(&h, "member.joined");
    assert_eq!((outbox(&h, "limit.warning"), outbox(&h, "limit.exceeded")), (before.0 + 1, before.1 + 2), "at the limit only that is told");
    let line = h.db.text("SELECT title FROM inbox WHERE type = 'limit_reached' AND org_id = ?1 LIMIT 1", &[(&team.id).into()]);
    assert!(line.ends_with(&format!(" uses {used} of {used} seats")), "{line}");
}

#[test]
fn a_batch_whose_answer_is_lost_fits_once() {
    for after in 0..6 {
        let h = Harness::new();
        h.db.execute("UPDATE orgs SET plan = 'free', seats = 3 WHERE id = ?1", &[(&h.world.team.id).into()]);
        h.http.serve_status(204);
        h.work(&WORKER, async |task| {
            let mutation = task.mutation(&h.world.team.id, domain::actions::SUBSCRIPTION_SYNCED, "x");
            task.commit(mutation.event(&h.world.team.id, "subscription.updated", json!({"with": ["x"]}).to_string())).await
        })
        .unwrap();
        h.db.fail_at(When::Writes, after, DbFault::Unknown(LOST));
        h.drain(&WORKER, &HANDLERS);
        h.db.heal();
        h.run_for(&WORKER, &HANDLERS, Span::minutes(10));
        assert_eq!(
            h.db.count("SELECT count(*) FROM audit_events WHERE org_id = ?1 AND action = 'plan.fitted'", &[(&h.world.team.id).into()]),
            1,
            "{after}"
        );
        assert_eq!(outbox(&h, "limit.paused"), 1, "{after}");
    }
}
