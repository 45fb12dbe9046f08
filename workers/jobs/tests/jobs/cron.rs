//! Crons under their lease, messages that nobody can use.

use crate::deliveries::create_ticket;
use jobs::{HANDLERS, WORKER};
use kernel::{ports::Queue, time::Span, worker::Cron};
use serde_json::Value;
use testkit::{DbFault, Harness, When, database::OVERLOADED};

fn report(h: &Harness, cron: &str) -> Value {
    let text = h.db.text("SELECT COALESCE(report, '{}') FROM cron_runs WHERE cron = ?1", &[cron.into()]);
    serde_json::from_str(&text).unwrap()
}

#[test]
fn a_second_run_at_the_same_time_does_nothing() {
    let h = Harness::new();
    h.queues.lose(usize::MAX);
    create_ticket(&h);
    h.clock.advance(Span::minutes(1));
    h.queues.forget_sent();
    let mut overlapped = 0;
    for io in 1..20 {
        let mut first = Box::pin(h.working(&WORKER, async |task| (HANDLERS.tick)(task, Cron::Minute).await));
        h.pace.set_waiting(true);
        // The row is taken by the first I/O; the first run stands still somewhere after it.
        let ended = (0..=io).any(|_| testkit::pace::poll(first.as_mut()).is_ready());
        h.pace.set_waiting(false);
        if ended {
            break;
        }
        h.tick(&WORKER, &HANDLERS, Cron::Minute).unwrap();
        testkit::block_on(first).unwrap();
        assert_eq!(h.queues.sent().len(), 1, "one of two swept");
        assert_eq!(report(&h, "minute")["events"]["woken"], 1);
        h.queues.forget_sent();
        h.clock.advance(Span::minutes(1));
        overlapped += 1;
    }
    assert!(overlapped >= 4, "{overlapped}");
}

#[test]
fn a_run_that_broke_off_holds_nobody_up_for_long() {
    let h = Harness::new();
    h.queues.lose(usize::MAX);
    create_ticket(&h);
    h.clock.advance(Span::minutes(1));
    h.queues.forget_sent();
    assert!(h.cut(1, h.working(&WORKER, async |task| (HANDLERS.tick)(task, Cron::Minute).await)).is_none());
    h.tick(&WORKER, &HANDLERS, Cron::Minute).unwrap();
    assert_eq!(h.queues.sent().len(), 0, "its lease holds");
    h.clock.advance(Span::minutes(3));
    h.tick(&WORKER, &HANDLERS, Cron::Minute).unwrap();
    assert_eq!(h.queues.sent().len(), 1);
}

#[test]
fn one_sweep_that_fails_stops_no_other() {
    let h = Harness::new();
    h.db.execute("UPDATE webhook_deliveries SET status = 'pending' WHERE id = ?1", &[(&h.world.free.delivery).into()]);
    h.db.fail_at(When::Reads, 0, DbFault::Refused(OVERLOADED));
    assert!(h.tick(&WORKER, &HANDLERS, Cron::Minute).is_err(), "the platform's own view shows it too");
    let report = report(&h, "minute");
    assert!(report["events"]["error"].as_str().unwrap().contains("unavailable"), "{report}");
    assert_eq!(report["deliveries"]["woken"], 1);
    assert_eq!(h.queues.sent().len(), 1);
    h.tick(&WORKER, &HANDLERS, Cron::Minute).unwrap();
}

#[test]
fn a_message_that_is_no_hint_is_set_down_once() {
    let h = Harness::new();
    for body in ["", "nonsense", "{}", "{\"v\":2,\"id\":\"evt_1\"}", "{\"v\":1,\"id\":\"\"}", &"x".repeat(100_000)] {
        h.queues.push(Queue::Events, body);
    }
    let drained = h.drain(&WORKER, &HANDLERS);
    assert_eq!((drained.taken, drained.failed), (6, 0));
    assert_eq!(h.db.count("SELECT count(*) FROM dead_letters WHERE queue = 'portico-events' AND length(body) <= 4096", &[]), 6);
}

#[test]
fn hints_of_what_is_not_there_do_nothing() {
    let h = Harness::new();
    let before = h.db.everything();
    for queue in Queue::ALL {
        h.queues.push(queue, &kernel::mutation::hint_body("evt_00000000000000000000000000000000"));
    }
    assert_eq!(h.drain(&WORKER, &HANDLERS).failed, 0);
    assert_eq!(h.db.everything(), before);
}

#[test]
fn a_message_that_its_queue_gives_up_is_buried_and_its_row_is_swept_all_the_same() {
    let h = Harness::new();
    h.http.serve_status(200);
    create_ticket(&h);
    for _ in 0..h.queues.attempts.get() {
        h.db.fail_at(When::Reads, 0, DbFault::Refused(OVERLOADED));
        let message = h.queues.take_due(&[Queue::Events]).unwrap();
        assert!(h.consume(&WORKER, &HANDLERS, message.queue, &message.body).is_err());
        h.queues.push(message.queue, &message.body);
    }
    let message = h.queues.take_due(&[Queue::Events]).unwrap();
    h.work(&WORKER, async |task| (HANDLERS.bury)(task, message.queue, &message.body).await).unwrap();
    assert_eq!(h.db.count("SELECT count(*) FROM dead_letters WHERE queue = 'portico-events'", &[]), 1);
    h.run_for(&WORKER, &HANDLERS, Span::minutes(3));
    assert_eq!(h.http.take().len(), 1);
}

#[test]
fn where_no_payments_are_taken_stripe_is_never_asked() {
    let h = Harness::new();
    h.set("STRIPE_MODE", "off");
    h.set("STRIPE_SECRET_KEY", "");
    for cron in [Cron::Minute, Cron::Quarter, Cron::Daily] {
        h.tick(&WORKER, &HANDLERS, cron).unwrap();
    }
    let customer = h.world.team.stripe_customer.clone();
    h.work(&WORKER, async |task| task.ask(domain::jobs::STRIPE_SYNC, &customer, None).await).unwrap();
    h.drain(&WORKER, &HANDLERS);
    assert!(h.http.take().iter().all(|(_, call)| !call.url.contains("stripe")));
    assert_eq!(h.db.count("SELECT count(*) FROM jobs WHERE subject = ?1 AND state <> 'done'", &[customer.as_str().into()]), 0);
}
