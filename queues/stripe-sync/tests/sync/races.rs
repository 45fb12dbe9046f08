//! Two at once, late ones, and the end of an isolate between any two steps.

use crate::stage::{Books, HANDLERS, JOBS, Stage};
use kernel::time::Span;
use serde_json::json;
use std::{pin::Pin, task::Poll};
use testkit::{DbFault, When, database::LOST, pace::poll};

fn subscribed() -> Stage {
    let stage = Stage::new();
    stage.step(0);
    stage.delivered(0);
    stage
}

#[test]
fn several_consumers_on_one_job_do_it_once() {
    for seed in 0..60 {
        let stage = subscribed();
        let consumers = (0..4).map(|_| Box::pin(stage.consuming()) as Pin<Box<dyn Future<Output = kernel::Result<()>>>>).collect();
        for done in stage.h.interleave::<kernel::Result<()>>(consumers, seed) {
            done.unwrap();
        }
        stage.converged(&format!("seed {seed}"));
        assert_eq!((stage.readings(), stage.changes().len()), (1, 1), "seed {seed}");
    }
}

/// Runs a future until a condition holds, one I/O at a time.
fn until<F: Future>(mut future: Pin<&mut F>, reached: impl Fn() -> bool) {
    for _ in 0..100 {
        if reached() {
            return;
        }
        assert!(poll(future.as_mut()).is_pending(), "it ended before it got there");
    }
    panic!("it never got there");
}

#[test]
fn a_consumer_that_was_taken_for_dead_overwrites_nothing() {
    let stage = subscribed();
    let mut slow = Box::pin(stage.consuming());
    stage.h.pace.set_waiting(true);
    until(slow.as_mut(), || stage.readings() == 1);
    // It has read "team" and now sleeps for longer than its lease; meanwhile Stripe and its successor go on.
    stage.h.pace.set_waiting(false);
    stage.h.clock.advance(Span::seconds(121));
    stage.step(1);
    stage.delivered(1);
    stage.work();
    stage.converged("by the successor");
    let before = (stage.books(), stage.h.db.everything());
    assert_eq!(before.0.plan, "business");
    let Poll::Ready(done) = poll(slow.as_mut()) else { panic!("nothing waits any more") };
    done.unwrap();
    assert_eq!((stage.books(), stage.h.db.everything()), before, "the older reading is refused, and no attempt is counted");
    assert_eq!(stage.changes().len(), 1);
}

/// The successor found everything as it was, so that nothing in our books tells that there was one: only the claim does.
#[test]
fn nor_where_its_successor_changed_nothing() {
    let stage = subscribed();
    stage.work();
    stage.step(1);
    stage.delivered(1);
    let mut slow = Box::pin(stage.consuming());
    stage.h.pace.set_waiting(true);
    until(slow.as_mut(), || stage.readings() == 2);
    stage.h.pace.set_waiting(false);
    stage.h.clock.advance(Span::seconds(121));
    stage.change_plan("team", 3);
    stage.delivered(2);
    stage.work();
    stage.converged("by the successor");
    let Poll::Ready(done) = poll(slow.as_mut()) else { panic!("nothing waits any more") };
    done.unwrap();
    stage.converged("after the late one");
    assert_eq!((stage.books().plan.as_str(), stage.changes().len()), ("team", 1));
}

#[test]
fn an_older_reading_never_replaces_a_newer_one() {
    let stage = subscribed();
    stage.work();
    // As if another isolate, whose clock runs ahead, had read later than we do now.
    let later = kernel::ports::Clock::now(&*stage.h.clock).plus(Span::minutes(30));
    stage.h.db.execute("UPDATE subscriptions SET read_at = ?1, quantity = 99", &[later.into()]);
    let newer = stage.books();
    stage.step(1);
    stage.delivered(1);
    stage.work();
    assert_eq!(stage.books(), newer, "neither the subscription nor the plan");
    assert_eq!((stage.job("state"), stage.job("attempts"), stage.events_in("received")), (json!("queued"), json!(1), 1));
    stage.wait(Span::hours(1));
    stage.converged("once its time has come");
    // The same for one that is over and gone: its row stays until a newer reading.
    stage.cancel();
    stage.delivered(2);
    stage.work();
    let later = kernel::ports::Clock::now(&*stage.h.clock).plus(Span::minutes(30));
    stage.h.db.execute("UPDATE subscriptions SET read_at = ?1", &[later.into()]);
    let newer = stage.books();
    stage.stripe.world.borrow_mut().subscriptions.clear();
    stage.h.work(&JOBS, async |task| task.ask(domain::jobs::STRIPE_SYNC, &stage.customer, None).await).unwrap();
    stage.work();
    assert_eq!(stage.books(), newer);
    stage.wait(Span::hours(1));
    assert_eq!(stage.books(), Books { plan: "free".into(), subscription: None });
}

#[test]
fn an_event_during_the_reading_has_it_read_again() {
    let stage = subscribed();
    let mut consumer = Box::pin(stage.consuming());
    stage.h.pace.set_waiting(true);
    until(consumer.as_mut(), || stage.readings() == 1);
    stage.h.pace.set_waiting(false);
    stage.step(1);
    stage.delivered(1);
    stage.h.queues.clear();
    let Poll::Ready(done) = poll(consumer.as_mut()) else { panic!("nothing waits any more") };
    done.unwrap();
    stage.converged("by the same consumer, without a message");
    assert_eq!((stage.books().plan.as_str(), stage.readings(), stage.changes().len()), ("business", 2, 2));
}

#[test]
fn a_customer_that_was_relinked_meanwhile_is_not_applied() {
    let stage = subscribed();
    let mut consumer = Box::pin(stage.consuming());
    stage.h.pace.set_waiting(true);
    until(consumer.as_mut(), || stage.readings() == 1);
    stage.h.pace.set_waiting(false);
    stage.h.db.execute("UPDATE billing_customers SET stripe_customer_id = 'cus_other' WHERE org_id = ?1", &[(&stage.org).into()]);
    let Poll::Ready(done) = poll(consumer.as_mut()) else { panic!("nothing waits any more") };
    done.unwrap();
    assert_eq!((stage.books(), stage.job("state")), (Books { plan: "free".into(), subscription: None }, json!("queued")));
    stage.wait(Span::minutes(1));
    assert_eq!((stage.job("state"), stage.events_in("ignored"), stage.changes().len()), (json!("done"), 1, 0));
}

#[test]
fn the_end_of_an_isolate_at_any_step_is_made_up_for() {
    let mut ended = 0;
    for io in 0..10 {
        let stage = subscribed();
        if stage.h.cut(io, stage.consuming()).is_some() {
            ended += 1;
        }
        stage.h.restart();
        stage.wait(Span::minutes(5));
        stage.converged(&format!("cut at {io}"));
        assert_eq!(stage.changes().len(), 1, "cut at {io}");
    }
    assert!((1..=5).contains(&ended), "most of the cuts cut something: {ended}");
    for io in 0..4 {
        let stage = Stage::new();
        stage.step(0);
        let reply = stage.h.cut(io, stage.h.serve(&billing::WORKER, stage.call(0)));
        stage.h.restart();
        if reply.is_none() {
            stage.delivered(0);
        }
        stage.wait(Span::minutes(5));
        stage.converged(&format!("the intake, cut at {io}"));
        assert_eq!(stage.changes().len(), 1);
    }
}

#[test]
fn a_database_that_fails_before_or_after_any_commit_is_made_up_for() {
    for fault in [DbFault::Refused(LOST), DbFault::Unknown(LOST)] {
        for after in 0..6 {
            let stage = Stage::new();
            stage.step(0);
            stage.h.db.fail_at(When::Any, after, fault);
            if stage.deliver(0).status != 200 {
                stage.delivered(0);
            }
            let drained = stage.h.drain(&JOBS, &HANDLERS);
            assert_eq!(drained.buried, 0);
            stage.wait(Span::minutes(5));
            assert_eq!(stage.h.db.heal(), 0, "the fault happened");
            stage.converged(&format!("{fault:?} at {after}"));
            assert_eq!(stage.changes().len(), 1, "{fault:?} at {after}");
        }
    }
}
