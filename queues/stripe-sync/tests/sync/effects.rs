//! What a sync does, and what it leaves alone.

use crate::stage::{Books, JOBS, Stage};
use kernel::{ports::Queue, time::Span};
use serde_json::{Value, json};
use testkit::{Replied, get};

#[test]
fn a_subscription_puts_its_organization_on_the_plan() {
    let stage = Stage::new();
    stage.step(0);
    stage.delivered(0);
    assert_eq!(stage.books(), Books { plan: "free".into(), subscription: None }, "an event by itself changes nothing");
    stage.work();
    stage.converged("after the first event");
    assert_eq!(stage.books().plan, "team");
    assert_eq!((stage.changes(), stage.readings()), (vec![("free".into(), "team".into())], 1));

    let sent = &stage.h.http.sent()[1].1;
    assert_eq!(sent.url, "http://stripe.localhost:8787/v1/subscriptions?customer=cus_contoso&status=all&limit=100");
    let header = |name: &str| testkit::http::header(sent, name).to_owned();
    assert_eq!((header("authorization"), header("stripe-version")), ("Bearer sk_test_testkit".into(), "2026-10-28.endive".into()));

    let row = &stage.h.db.rows(
        "SELECT actor_kind, target, detail FROM audit_events WHERE org_id = ?1 AND action = 'subscription.synced'",
        &[(&stage.org).into()],
    )[0];
    let end = stage.truth().subscription.unwrap();
    let ends_at = kernel::Millis::new(end.current_period_end.unwrap() * 1_000).rfc3339();
    assert_eq!((row.text(0).unwrap(), row.text(1).unwrap()), ("system", "cus_contoso"));
    assert_eq!(
        serde_json::from_str::<Value>(row.text(2).unwrap()).unwrap(),
        json!({"before": {"plan": "free", "seats": 3, "subscription": null}, "after": {"plan": "team", "subscription": {
            "id": end.id, "status": "active", "price": "portico_team_monthly", "quantity": 3, "current_period_end": ends_at,
            "ends_at": null}, "seats": 3}})
    );
    let payload = stage.h.db.text("SELECT payload FROM outbox WHERE type = 'subscription.updated'", &[]);
    assert_eq!(
        serde_json::from_str::<Value>(&payload).unwrap(),
        json!({"plan": "team", "previous_plan": "free", "seats": 3, "with": [],
            "subscription": {"status": "active", "quantity": 3, "current_period_end": ends_at, "cancel_at_period_end": false, "ends_at": null}})
    );
    assert!(stage.h.queues.sent().iter().any(|m| m.queue == Queue::Events), "and the fan-out is woken");
    for other in [&stage.h.world.team, &stage.h.world.suspended] {
        assert_eq!(stage.books_of(&other.id).plan, other.plan, "nobody else is touched");
    }
}

#[test]
fn the_next_call_sees_the_new_limits() {
    let stage = Stage::new();
    let h = &stage.h;
    let key = &h.world.free.keys.full;
    let limit = || h.call(&api::WORKER, get("/v1/me").key(key)).json()["limits"]["requests_an_hour"].clone();
    let policy = |h: &testkit::Harness| h.call(&api::WORKER, get("/v1/tickets").key(key)).header("ratelimit-policy").unwrap().to_owned();
    let elsewhere = h.elsewhere();
    assert_eq!((limit(), policy(h).contains("q=1000;"), policy(&elsewhere).contains("q=1000;")), (json!(1_000), true, true));
    stage.step(0);
    stage.delivered(0);
    stage.work();
    assert_eq!(limit(), 10_000, "the next GET /v1/me");
    assert!(policy(h).contains("q=10000;"), "and every call in its isolate after that: {}", policy(h));
    assert!(policy(&elsewhere).contains("q=1000;"), "an isolate elsewhere still trusts its leased record");
    h.clock.advance(Span::seconds(60));
    assert!(policy(&elsewhere).contains("q=10000;"), "for a minute at most");
}

#[test]
fn a_burst_of_events_is_one_reading_and_no_difference_is_no_event() {
    let stage = Stage::new();
    for number in 0..4 {
        stage.step(number);
        stage.delivered(number);
    }
    stage.work();
    stage.converged("after a burst");
    assert_eq!((stage.readings(), stage.changes().len(), stage.events_in("processed")), (1, 1, 4));

    let before = stage.h.db.of_org(&stage.org);
    let mut again = (*stage.stripe.turns()[3]).clone();
    again.id = "evt_another_object_for_the_same_change".into();
    stage.stripe.world.borrow_mut().events.push(again.into());
    stage.delivered(4);
    stage.work();
    assert_eq!((stage.readings(), stage.events_in("processed")), (2, 5));
    assert_eq!(stage.h.db.of_org(&stage.org), before, "read again, found the same, changed nothing");
}

#[test]
fn a_sync_is_two_reads_and_three_writes() {
    let stage = Stage::new();
    stage.step(0);
    stage.delivered(0);
    stage.h.db.reset_counts();
    stage.work();
    // Claim; whose it is and what we hold; the batch; and a look whether events came meanwhile.
    assert_eq!((stage.h.db.reads(), stage.h.db.writes()), (2, 3));
}

#[test]
fn a_customer_that_is_nobodys_is_left_alone() {
    let stage = Stage::new();
    stage.step(0);
    stage.h.db.execute("DELETE FROM billing_customers WHERE stripe_customer_id = ?1", &[stage.customer.as_str().into()]);
    stage.delivered(0);
    stage.work();
    assert_eq!((stage.events_in("ignored"), stage.job("state"), stage.readings()), (1, json!("done"), 0));
    assert!(stage.h.log.contains("no organization has this customer"));
    assert_eq!(stage.books().plan, "free");
}

#[test]
fn a_deleted_customer_has_no_plan() {
    let stage = Stage::new();
    stage.step(0);
    stage.delivered(0);
    stage.work();
    assert_eq!(stage.books().plan, "team");
    stage.stripe.act("DELETE", &format!("/v1/customers/{}", stage.customer), "");
    for number in 1..stage.stripe.events() {
        stage.delivered(number);
    }
    stage.work();
    let books = stage.books();
    assert_eq!((books.plan.as_str(), books.subscription.map(|s| s.status)), ("free", Some("active".into())), "the trace of what was stays");
    assert_eq!(
        (stage.findings(), stage.job("state"), stage.events_in("received")),
        (vec!["customer_missing".to_owned()], json!("done"), 0)
    );
}

#[test]
fn a_customer_that_stripe_does_not_know_grants_nothing_until_it_is_there_again() {
    for (status, body) in [
        (404, r#"{"error":{"type":"invalid_request_error","code":"resource_missing","message":"No such customer: 'cus_contoso'"}}"#),
        (400, r#"{"error":{"type":"invalid_request_error","code":"resource_missing","param":"customer","message":"No such customer"}}"#),
    ] {
        let stage = Stage::new();
        stage.step(0);
        stage.delivered(0);
        stage.work();
        assert_eq!(stage.books().plan, "team");
        stage.stripe.mood.set(crate::stage::Mood::Says(status, body));
        stage.step(1);
        stage.delivered(1);
        stage.work();
        let books = stage.books();
        assert_eq!((books.plan.as_str(), books.subscription.is_some()), ("free", true), "{status}");
        assert_eq!((stage.job("state"), stage.changes().len()), (json!("done"), 2));
        assert_eq!(stage.findings(), ["customer_missing"]);
        // It is there again, as if somebody had answered in Stripe's place: everything is as it was, and nothing is wrong any more.
        stage.stripe.mood.set(crate::stage::Mood::Well);
        stage.h.work(&JOBS, async |task| task.ask(domain::jobs::STRIPE_SYNC, &stage.customer, None).await).unwrap();
        stage.work();
        stage.converged("mended");
        assert_eq!(stage.findings(), Vec::<String>::new());
    }
}

#[test]
fn of_several_subscriptions_the_one_that_grants_counts() {
    let stage = Stage::new();
    stage.subscribe("business");
    stage.cancel();
    stage.h.clock.advance(Span::hours(1));
    stage.subscribe("team");
    for number in 0..3 {
        stage.delivered(number);
    }
    stage.work();
    stage.converged("with an old one beside it");
    assert_eq!(stage.books().plan, "team");
    stage.cancel();
    stage.delivered(3);
    stage.work();
    assert_eq!(stage.books().plan, "free");
}

#[test]
fn an_unknown_price_grants_nothing() {
    let stage = Stage::new();
    stage.stripe.world.borrow_mut().prices[0].lookup_key = Some("somebody_elses_price".into());
    stage.step(0);
    stage.delivered(0);
    stage.work();
    let books = stage.books();
    assert_eq!((books.plan.as_str(), books.subscription.unwrap().lookup_key.as_deref()), ("free", Some("somebody_elses_price")));
}

#[test]
fn events_that_stayed_behind_are_swept_up() {
    let stage = Stage::new();
    stage.step(0);
    // Another isolate's clock ran ahead: the event was received later than the reading that covered it.
    stage.h.clock.advance(Span::seconds(30));
    stage.delivered(0);
    stage.h.clock.advance(Span::seconds(-30));
    stage.h.db.execute("UPDATE jobs SET next_at = 0 WHERE kind = 'stripe.sync'", &[]);
    stage.h.queues.clear();
    testkit::block_on(stage.consuming()).unwrap();
    assert_eq!((stage.books().plan.as_str(), stage.job("state"), stage.events_in("received")), ("team", json!("done"), 1));
    stage.wait(Span::minutes(4));
    assert_eq!(stage.events_in("received"), 1, "not at once: most are under way");
    stage.wait(Span::minutes(3));
    stage.converged("after the sweep");
    stage.wait(Span::minutes(20));
    assert_eq!((stage.readings(), stage.changes().len()), (2, 1), "once");
    // A dead job is an operator's: the sweep leaves it.
    stage.h.db.execute("UPDATE jobs SET state = 'dead' WHERE kind = 'stripe.sync'", &[]);
    stage.h.db.execute("UPDATE stripe_events SET state = 'received'", &[]);
    let swept = stage.h.work(&JOBS, async |task| queue_stripe_sync::sweep(task, Span::minutes(5), 100).await);
    assert_eq!((swept.unwrap(), stage.job("state")), (0, json!("dead")));
}
