//! Stripe in trouble, a wrong configuration: tried again with growing pauses, then dead, where an operator sees it.

use crate::stage::{Mood, Stage};
use kernel::{ports::Queue, time::Span};
use serde_json::json;

fn subscribed_in(mood: Mood) -> Stage {
    let stage = Stage::new();
    stage.step(0);
    stage.stripe.mood.set(mood);
    stage.delivered(0);
    stage
}

#[test]
fn an_outage_is_waited_for_and_then_given_up() {
    let stage = subscribed_in(Mood::Well);
    stage.stripe.world.borrow_mut().switches.outage = true;
    stage.work();
    assert_eq!((stage.job("state"), stage.job("attempts"), stage.events_in("received")), (json!("queued"), json!(1), 1));
    let hint = stage.h.queues.waiting().into_iter().find(|m| m.queue == Queue::Stripe).unwrap();
    assert_eq!(hint.due.since(testkit::time::START), Span::seconds(10), "a message comes when the pause is over");
    stage.wait(Span::hours(12));

    assert_eq!((stage.job("state"), stage.job("attempts")), (json!("dead"), json!(15)));
    let error = stage.job("last_error").as_str().unwrap().to_owned();
    assert!(error.contains("status 503") && error.contains("Stripe is unavailable"), "{error}");
    assert!(stage.h.log.failures().iter().any(|line| line.contains("\"outcome\":\"dead\"") && line.contains("cus_contoso")));
    let times: Vec<_> = stage.h.http.sent().iter().map(|(at, _)| *at).collect();
    let pauses: Vec<i64> = times.windows(2).map(|pair| pair[1].since(pair[0]).as_seconds_up()).collect();
    let doubling = [10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 3_600, 3_600, 3_600, 3_600, 3_600];
    assert_eq!(pauses, doubling, "10 s, doubling, an hour at most; 15 attempts");
    assert_eq!((stage.books().plan.as_str(), stage.changes().len()), ("free", 0), "what is not known changes nothing");

    // A new event is a new chance.
    stage.stripe.world.borrow_mut().switches.outage = false;
    stage.step(1);
    stage.delivered(1);
    stage.work();
    stage.converged("after the outage");
    assert_eq!((stage.job("attempts"), stage.job("last_error"), stage.events_in("processed")), (json!(0), json!(null), 2));
}

#[test]
fn a_short_outage_heals_by_itself_without_any_message() {
    let stage = subscribed_in(Mood::Gone);
    stage.work();
    stage.h.queues.clear();
    stage.stripe.mood.set(Mood::Well);
    stage.wait(Span::minutes(2));
    stage.converged("by the sweep alone");
}

#[test]
fn every_sort_of_trouble_is_tried_again_and_costs_nobody_a_plan() {
    let elsewhere = r#"{"error":{"type":"invalid_request_error","code":"resource_missing","message":"No such customer: 'cus_contoso'; a similar object exists in live mode, but a test mode key was used to make this request."}}"#;
    let quoted = r#"{"error":{"type":"invalid_request_error","message":"Invalid API Key provided: sk_test_testkit"}}"#;
    for (mood, says) in [
        (Mood::Silent, "timed out"),
        (Mood::Gone, "Network connection lost."),
        (Mood::Says(429, r#"{"error":{"type":"invalid_request_error","code":"rate_limit","message":"Too many requests"}}"#), "rate_limit"),
        (Mood::Says(500, "<html>"), "status 500"),
        (Mood::Says(302, ""), "status 302"),
        (Mood::Says(200, "{}"), "could not be read"),
        (Mood::Says(200, "{\"data\":[{\"id\":"), "could not be read"),
        // A proxy's 404 is not Stripe's word that the customer is gone.
        (Mood::Says(404, "not found"), "status 404"),
        (Mood::Says(401, quoted), "refuses STRIPE_SECRET_KEY with status 401"),
        (Mood::Says(403, quoted), "refuses STRIPE_SECRET_KEY with status 403"),
        (Mood::Says(404, elsewhere), "a similar object exists in live mode"),
        (Mood::Says(400, elsewhere), "a similar object exists in live mode"),
    ] {
        let stage = subscribed_in(Mood::Well);
        stage.work();
        stage.step(1);
        stage.stripe.mood.set(mood);
        stage.delivered(1);
        stage.work();
        let error = stage.job("last_error").as_str().unwrap_or_default().to_owned();
        assert_eq!(
            (stage.job("state"), stage.job("attempts"), stage.books().plan.as_str()),
            (json!("queued"), json!(1), "team"),
            "{mood:?}"
        );
        assert!(error.contains(says), "{mood:?}: {error}");
        assert!(!error.contains("sk_test_") && !stage.h.log.contains("sk_test_"), "{mood:?}: no secret is told");
        stage.stripe.mood.set(Mood::Well);
        stage.wait(Span::minutes(1));
        stage.converged(&format!("{mood:?}"));
    }
}

#[test]
fn a_wrong_setting_is_named_and_not_shown() {
    for (name, value) in
        [("STRIPE_SECRET_KEY", "pk_test_wrong_kind"), ("STRIPE_API_BASE", "ftp://wrong.example"), ("STRIPE_API_VERSION", "latest")]
    {
        let stage = subscribed_in(Mood::Well);
        let right = [
            ("STRIPE_SECRET_KEY", "sk_test_testkit"),
            ("STRIPE_API_BASE", "http://stripe.localhost:8787"),
            ("STRIPE_API_VERSION", "2026-10-28.endive"),
        ];
        stage.h.set(name, value);
        stage.work();
        let error = stage.job("last_error").as_str().unwrap().to_owned();
        assert!(error.contains(name) && !error.contains(value), "{error}");
        assert_eq!((stage.job("state"), stage.readings()), (json!("queued"), 0));
        for (name, value) in right {
            stage.h.set(name, value);
        }
        stage.wait(Span::minutes(1));
        stage.converged(name);
    }
}
