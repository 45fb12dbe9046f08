//! What time ends, what nobody told, and what can't be read: noticed, told once, and gone again once it is mended.

use crate::stage::{JOBS, Mood, Stage};
use kernel::{OrgId, ports::Clock, time::Span};
use queue_stripe_sync::reconcile;
use serde_json::{Value, json};
use stripe_emulator::core::world::InvoiceStatus;

fn subscribed() -> Stage {
    let stage = Stage::new();
    stage.step(0);
    stage.delivered(0);
    stage.work();
    stage
}
fn owing() -> Stage {
    let stage = subscribed();
    stage.stripe.force("past_due");
    stage.delivered(1);
    stage.work();
    stage
}
fn catch_up(stage: &Stage) -> Value {
    stage.h.work(&JOBS, async |task| reconcile::catch_up(task).await).unwrap()
}

#[test]
fn an_overdue_payment_leaves_the_plan_for_the_grace_period_and_each_turn_is_told_once() {
    let stage = owing();
    assert_eq!((stage.books().plan.as_str(), stage.news()), ("team", vec!["billing.payment_failed".to_owned()]));
    let told = stage.h.db.text("SELECT payload FROM outbox WHERE type = 'billing.payment_failed'", &[]);
    let told: Value = serde_json::from_str(&told).unwrap();
    let ends = kernel::Millis::parse_rfc3339(told["grace_ends_at"].as_str().unwrap()).unwrap();
    assert_eq!(ends.since(kernel::Millis::parse_rfc3339(told["since"].as_str().unwrap()).unwrap()), Span::days(7));
    assert_eq!(ends.since(stage.h.clock.now()), Span::days(7));

    stage.wait(Span::minutes(4 * 1_440 - 2));
    assert_eq!(stage.news().len(), 1);
    stage.wait(Span::minutes(4));
    assert_eq!((stage.books().plan.as_str(), stage.news()[1..].to_vec()), ("team", vec!["billing.grace_ending".to_owned()]));
    stage.wait(Span::minutes(3 * 1_440 - 4));
    assert_eq!((stage.books().plan.as_str(), stage.news().len()), ("team", 2));
    stage.wait(Span::minutes(4));
    let told = ["billing.payment_failed", "billing.grace_ending", "billing.limits_reduced"];
    assert_eq!((stage.books().plan.as_str(), stage.news()), ("free", told.map(str::to_owned).into()));
    let seats = "SELECT seats FROM orgs WHERE id = ?1";
    assert_eq!(stage.h.db.count(seats, &[(&stage.org).into()]), 3);
    stage.wait(Span::days(2));
    assert_eq!(stage.news().len(), 3, "once");

    // Paid after all: nobody has to do anything.
    stage.stripe.force("active");
    stage.delivered(2);
    stage.work();
    stage.converged("paid");
    assert_eq!(stage.news()[3..], ["billing.recovered"]);
    assert_eq!(stage.h.db.count(seats, &[(&stage.org).into()]), 3, "the three that are paid for");
}

#[test]
fn the_grace_period_is_a_setting() {
    for (days, says) in [("0", "free"), ("1", "team"), ("30", "team")] {
        let stage = subscribed();
        stage.h.set("BILLING_GRACE_DAYS", days);
        stage.stripe.force("past_due");
        stage.delivered(1);
        stage.work();
        assert_eq!(stage.books().plan, says, "{days}");
        stage.wait(Span::minutes(1_441));
        assert_eq!(stage.books().plan, if days == "30" { "team" } else { "free" }, "{days}");
        assert!(!stage.news().contains(&"billing.grace_ending".to_owned()), "{days}: shorter than the warning, or not yet");
    }
}

/// Of two that owe since the same moment each is told by itself.
#[test]
fn one_organization_is_warned_and_not_another() {
    let stage = owing();
    let since = stage.h.db.count("SELECT overdue_since FROM subscriptions WHERE org_id = ?1", &[(&stage.org).into()]);
    let other = &stage.h.world.team.id;
    stage.h.db.execute("UPDATE subscriptions SET overdue_since = ?2, status = 'past_due' WHERE org_id = ?1", &[other.into(), since.into()]);
    stage.h.clock.advance(Span::days(5));
    let judge = |org: &OrgId| {
        stage.h.work(&JOBS, async |task| task.ask(domain::jobs::BILLING_ENTITLE, &org.to_string(), None).await).unwrap();
        stage.h.work(&JOBS, async |task| queue_stripe_sync::consume(task, &org.to_string()).await).unwrap();
    };
    judge(&stage.org);
    let warned = "SELECT count(*) FROM subscriptions WHERE org_id = ?1 AND grace_warned_at IS NOT NULL";
    assert_eq!([stage.h.db.count(warned, &[(&stage.org).into()]), stage.h.db.count(warned, &[other.into()])], [1, 0]);
    judge(&stage.org);
    judge(other);
    let told = "SELECT count(*) FROM outbox WHERE type = 'billing.grace_ending' AND org_id = ?1";
    assert_eq!([stage.h.db.count(told, &[(&stage.org).into()]), stage.h.db.count(told, &[other.into()])], [1, 1]);
}

#[test]
fn an_override_ends_by_itself() {
    let stage = Stage::new();
    let (h, org) = (&stage.h, &stage.org);
    let until = h.clock.now().plus(Span::hours(2));
    h.db.execute("UPDATE plan_overrides SET plan = 'business', until = ?2 WHERE org_id = ?1", &[org.into(), until.into()]);
    h.work(&JOBS, async |task| task.ask(domain::jobs::BILLING_ENTITLE, &org.to_string(), None).await).unwrap();
    stage.work();
    assert_eq!(stage.books().plan, "business");
    stage.wait(Span::hours(1));
    assert_eq!(stage.books().plan, "business");
    stage.wait(Span::minutes(62));
    assert_eq!((stage.books().plan.as_str(), stage.news()), ("free", vec!["billing.limits_reduced".to_owned()]));
    assert_eq!(stage.readings(), 0, "nothing is read at Stripe for that");
    let reason = h.db.text("SELECT payload ->> '$.reason' FROM outbox WHERE type = 'billing.limits_reduced'", &[]);
    assert_eq!(reason, "override_ended");
}

#[test]
fn an_outage_is_a_finding_after_three_failures_and_gone_with_the_next_success() {
    let stage = subscribed();
    let out = || stage.findings().contains(&"provider_outage".to_owned());
    stage.stripe.mood.set(Mood::Says(503, "{}"));
    stage.step(1);
    let began = stage.h.clock.now();
    stage.delivered(1);
    stage.work();
    assert_eq!((stage.job("attempts"), out()), (json!(1), false), "one failure is nothing yet");
    stage.wait(Span::minutes(2));
    assert!(out());
    let row = &stage.h.db.rows("SELECT detail, since FROM billing_findings WHERE kind = 'provider_outage'", &[])[0];
    let detail: Value = serde_json::from_str(row.text(0).unwrap()).unwrap();
    assert!(
        detail["failures"].as_i64().unwrap() >= 3 && detail["reason"].as_str().unwrap().starts_with("Stripe doesn't answer"),
        "{detail}"
    );
    assert_eq!(row.int(1).unwrap(), began.get(), "since the first failure");
    assert_eq!(stage.books().plan, "team", "what is not known changes nothing");
    stage.stripe.mood.set(Mood::Well);
    stage.wait(Span::hours(1));
    stage.converged("after the outage");
    assert!(!out());
}

#[test]
fn a_change_by_somebody_else_meanwhile_is_no_failed_attempt() {
    let stage = subscribed();
    stage.step(1);
    stage.delivered(1);
    let mut consumer = Box::pin(stage.consuming());
    stage.h.pace.set_waiting(true);
    for _ in 0..200 {
        if stage.readings() == 2 {
            break;
        }
        assert!(testkit::pace::poll(consumer.as_mut()).is_pending());
    }
    stage.h.db.execute("UPDATE orgs SET billing_version = billing_version + 1 WHERE id = ?1", &[(&stage.org).into()]);
    stage.h.pace.set_waiting(false);
    let std::task::Poll::Ready(done) = testkit::pace::poll(consumer.as_mut()) else { panic!("nothing waits any more") };
    done.unwrap();
    stage.converged("by the same attempt");
    assert_eq!((stage.job("attempts"), stage.readings()), (json!(0), 3), "read once more, at once");
}

#[test]
fn an_event_during_the_last_attempt_is_a_new_chance() {
    let stage = subscribed();
    stage.stripe.mood.set(Mood::Silent);
    stage.step(1);
    stage.delivered(1);
    stage.h.db.execute("UPDATE jobs SET attempts = 14 WHERE kind = 'stripe.sync'", &[]);
    let mut consumer = Box::pin(stage.consuming());
    stage.h.pace.set_waiting(true);
    for _ in 0..3 {
        assert!(testkit::pace::poll(consumer.as_mut()).is_pending());
    }
    stage.h.pace.set_waiting(false);
    assert_eq!(stage.job("state"), json!("running"));
    stage.step(2);
    stage.delivered(2);
    let std::task::Poll::Ready(done) = testkit::pace::poll(consumer.as_mut()) else { panic!("nothing waits any more") };
    done.unwrap();
    assert_eq!((stage.job("state"), stage.job("attempts")), (json!("queued"), json!(1)), "it is not the end of what came after");
    stage.stripe.mood.set(Mood::Well);
    stage.wait(Span::minutes(2));
    assert_eq!((stage.job("state"), stage.events_in("received")), (json!("done"), 0), "{}", stage.job("last_error"));
}

#[test]
fn the_ledger_has_each_payment_once_and_as_much_as_was_paid() {
    let stage = Stage::new();
    for number in 0..2 {
        stage.step(number);
    }
    let deliver = || {
        for event in stage.all() {
            stage.taken(&event);
            stage.taken(&event);
        }
    };
    // Stripe keeps events for thirty days only.
    deliver();
    stage.h.clock.advance(Span::days(70));
    // The emulator lets time pass when somebody looks.
    stage.stripe.act("GET", &format!("/v1/customers/{}", stage.customer), "");
    deliver();
    stage.work();
    stage.wait(Span::hours(1));
    let paid: i64 = stage.stripe.world.borrow().invoices.iter().filter(|i| i.status == InvoiceStatus::Paid).map(|i| i.amount_paid).sum();
    assert!(paid > 0);
    assert_eq!(stage.ledger("payment"), paid);
    assert_eq!(stage.events_in("received"), 0);
}

#[test]
fn what_was_not_delivered_is_found_by_asking() {
    let stage = subscribed();
    assert_eq!(catch_up(&stage)["whole"], true);
    stage.step(1);
    stage.h.clock.advance(Span::minutes(5));
    let young = catch_up(&stage);
    assert!(young["found"].as_i64().unwrap() > 0 && young["silent"] == 0, "on its way for all we know: {young}");
    stage.work();
    assert_eq!(stage.books().plan, "business");
    stage.step(2);
    stage.h.clock.advance(Span::minutes(15));
    let found = catch_up(&stage);
    assert_eq!((&found["silent"], stage.findings().contains(&"webhook_silence".to_owned())), (&json!(1), true), "{found}");
    stage.work();
    stage.converged("without any delivery");
    assert!(stage.h.db.count("SELECT count(*) FROM stripe_events WHERE source = 'catch_up'", &[]) >= 2);
    let again = catch_up(&stage);
    assert_eq!((&again["found"], &again["whole"]), (&json!(0), &json!(true)));
    // That nothing more is missing doesn't say that deliveries come: one has to, whosever it is.
    let silent = || stage.findings().contains(&"webhook_silence".to_owned());
    stage.h.clock.advance(Span::minutes(15));
    catch_up(&stage);
    assert!(silent());
    let others = stage.stripe.text(&stage.all()[0]).replace(&stage.customer, "cus_elsewhere").replace(&stage.all()[0].id, "evt_elsewhere");
    stage.h.clock.advance(Span::minutes(1));
    assert_eq!(stage.post(&others).status, 200);
    assert!(silent(), "until the next walk");
    stage.h.clock.advance(Span::minutes(1));
    catch_up(&stage);
    assert!(!silent());

    stage.step(3);
    stage.h.clock.advance(Span::minutes(15));
    catch_up(&stage);
    assert!(stage.findings().contains(&"webhook_silence".to_owned()));
    stage.h.clock.advance(Span::minutes(1));
    stage.delivered(3);
    assert!(!stage.findings().contains(&"webhook_silence".to_owned()), "deliveries come again");
}

#[test]
fn from_when_on_silence_counts_is_a_setting() {
    for (minutes, silent) in [("0", 1), ("5", 1), ("6", 0), ("60", 0)] {
        let stage = subscribed();
        stage.h.set("BILLING_EVENTS_LATE_MINUTES", minutes);
        catch_up(&stage);
        stage.step(1);
        stage.h.clock.advance(Span::minutes(5));
        assert_eq!(catch_up(&stage)["silent"], silent, "{minutes}");
    }
    for wrong in ["61", "-1", "1.5", "soon", "+5"] {
        let get = |name: &str| Some(if name == "BILLING_EVENTS_LATE_MINUTES" { wrong } else { "" }.to_owned());
        let missing = kernel::config::Config::read(&get, &["BILLING_EVENTS_LATE_MINUTES"]).err().unwrap();
        let said = missing.iter().find(|m| m.name == "BILLING_EVENTS_LATE_MINUTES").unwrap();
        assert!(said.remedy.contains("whole number of minutes from 0 to 60"), "{wrong}: {}", said.remedy);
    }
}

#[test]
fn a_catch_up_goes_on_where_it_stopped_and_loses_nothing_when_cut_off() {
    let stage = subscribed();
    for round in 0..400_u32 {
        stage.change_plan(if round % 2 == 0 { "business" } else { "team" }, 3 + round % 5);
    }
    let happened = stage.stripe.world.borrow().events.len();
    stage.h.clock.advance(Span::minutes(20));
    let mut cut = 0;
    for io in 0..40 {
        if stage.h.cut(io, stage.h.working(&JOBS, async |task| reconcile::catch_up(task).await)).is_none() {
            cut += 1;
        }
        stage.h.restart();
    }
    assert!(cut > 3, "{cut}");
    let mut runs = 0;
    while catch_up(&stage)["whole"] != true {
        runs += 1;
        assert!(runs < 50);
    }
    stage.work();
    stage.wait(Span::hours(1));
    stage.converged("after everything was found");
    let kept = stage.h.db.count("SELECT count(*) FROM stripe_events", &[]);
    let relevant = stage.all().iter().filter(|e| stripe::event::SUBSCRIBED.contains(&e.kind.as_str())).count();
    assert_eq!(kept, i64::try_from(relevant).unwrap(), "of {happened}");
}

#[test]
fn the_nightly_compare_finds_what_no_event_told() {
    let stage = subscribed();
    stage.step(1);
    stage.step(2);
    stage.h.work(&JOBS, async |task| reconcile::start_comparing(task).await).unwrap();
    let other = stage.h.db.count("SELECT count(*) FROM jobs WHERE kind = 'stripe.sync'", &[]);
    let step = || stage.h.work(&JOBS, async |task| reconcile::go_on_comparing(task, 2).await).unwrap();
    assert_eq!((step(), step()), (json!({"under_way": true, "asked": 2}), json!({"under_way": false, "asked": 3})));
    assert_eq!(step(), json!({"under_way": false}));
    assert_eq!(stage.h.db.count("SELECT count(*) FROM jobs WHERE kind = 'stripe.sync'", &[]), other + 2, "every customer is asked for");
    stage.work();
    assert_eq!((stage.books(), stage.books().plan.as_str()), (stage.truth(), "business"));
}

#[test]
fn a_request_whose_answer_nobody_saw_is_settled_by_reading() {
    let stage = subscribed();
    let at = stage.h.clock.now();
    stage.h.db.execute(
        "UPDATE billing_requests SET state = 'asked', refusal = NULL, finished_at = NULL, created_at = ?2 WHERE org_id = ?1",
        &[(&stage.org).into(), at.into()],
    );
    // It took effect, and the isolate ended before it could say so.
    stage.step(1);
    stage.wait(Span::minutes(1));
    let state = || stage.h.db.text("SELECT state FROM billing_requests WHERE org_id = ?1", &[(&stage.org).into()]);
    assert_eq!((state(), stage.books().plan), ("asked".to_owned(), "team".to_owned()));
    stage.wait(Span::minutes(3));
    assert_eq!(state(), "unknown");
    assert_eq!(stage.books(), stage.truth());
    assert_eq!(stage.books().plan, "business");
}

/// A checkout of ours under way: its session at Stripe.
fn checkout(stage: &Stage) -> String {
    let ends = stage.h.clock.now().plus(Span::hours(1));
    let form = format!(
        "mode=subscription&customer={}&line_items[0][price]=price_portico_team_monthly&line_items[0][quantity]=3\
         &success_url=http://app.localhost:8787/&cancel_url=http://app.localhost:8787/&expires_at={}",
        stage.customer,
        ends.seconds()
    );
    let session = stage.stripe.act("POST", "/v1/checkout/sessions", &form)["id"].as_str().unwrap().to_owned();
    stage.h.db.execute(
        "UPDATE checkouts SET state = 'open', session_id = ?2, expires_at = ?3 WHERE org_id = ?1",
        &[(&stage.org).into(), session.as_str().into(), ends.into()],
    );
    session
}
fn checkout_state(stage: &Stage) -> String {
    stage.h.db.text("SELECT state FROM checkouts WHERE org_id = ?1", &[(&stage.org).into()])
}
fn close(stage: &Stage) -> Value {
    stage.h.work(&JOBS, async |task| reconcile::close_checkouts(task, 10).await).unwrap()
}

#[test]
fn a_purchase_that_nobody_told_of_is_found_when_its_time_is_over() {
    let stage = Stage::new();
    let session = checkout(&stage);
    assert!(stage.stripe.buy(&session, stripe_emulator::core::world::CardBehavior::Pays));
    assert_eq!(close(&stage), json!({"completed": 0, "expired": 0}), "its time is not over");
    stage.h.clock.advance(Span::minutes(61));
    close(&stage);
    assert_eq!((checkout_state(&stage), stage.books().plan), ("open".to_owned(), "free".to_owned()), "nobody may begin another yet");
    stage.work();
    assert_eq!(stage.books().plan, "team");
    close(&stage);
    assert_eq!(checkout_state(&stage), "completed");
}

#[test]
fn a_purchase_that_was_not_made_is_over_and_one_by_its_event() {
    let stage = Stage::new();
    checkout(&stage);
    stage.h.clock.advance(Span::minutes(61));
    assert_eq!(close(&stage), json!({"completed": 0, "expired": 1}));
    assert_eq!(checkout_state(&stage), "expired");
    let session = checkout(&stage);
    assert!(!stage.stripe.buy(&session, stripe_emulator::core::world::CardBehavior::Declines));
    assert!(stage.stripe.buy(&session, stripe_emulator::core::world::CardBehavior::Pays));
    for event in stage.all() {
        stage.taken(&event);
    }
    stage.work();
    assert_eq!((checkout_state(&stage), stage.books().plan), ("completed".to_owned(), "team".to_owned()), "in the same batch as the plan");
    assert_eq!((stage.ledger("checkout"), stage.ledger("payment")), (2_700, 2_700));
}

#[test]
fn a_portal_that_was_not_set_up_is_everybodys_finding_until_it_is() {
    let stage = Stage::new();
    let look = || stage.h.work(&JOBS, async |task| reconcile::look_at_portal(task).await).unwrap();
    let found = || stage.h.db.count("SELECT count(*) FROM billing_findings WHERE kind = 'portal_not_configured'", &[]);
    assert_eq!((look(), found()), (json!({"configured": true}), 0));
    let was = std::mem::take(&mut stage.stripe.world.borrow_mut().portal_configurations);
    assert_eq!((look(), found()), (json!({"configured": false}), 3));
    assert_eq!((look(), found()), (json!({"configured": false}), 3));
    stage.stripe.world.borrow_mut().portal_configurations = was;
    assert_eq!((look(), found()), (json!({"configured": true}), 0));
}
