//! A ticket is created by API, and reaches the receiver signed; whatever breaks on the way, it is never lost and never changes.

use crypto::standard_webhooks::verify;
use domain::delivery::{ATTEMPTS, PAUSES};
use jobs::{HANDLERS, WORKER};
use kernel::{
    Id, Millis,
    ports::{Clock, Outgoing, Queue},
    time::Span,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use testkit::{
    DbFault, Harness, Replied, When,
    database::{LOST, OVERLOADED},
    get,
    http::{answer, header},
    patch, post,
};

/// Creates a ticket by API and returns it.
pub fn create_ticket(h: &Harness) -> Value {
    let call = post("/v1/tickets").key(&h.world.team.keys.full).json(&json!({"subject": "Broken", "body": "It is."}));
    let reply = h.call(&api::WORKER, call);
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.json()
}
pub fn set_endpoint(h: &Harness, change: &Value) {
    let call = patch(&format!("/v1/webhook-endpoints/{}", h.world.team.endpoint)).key(&h.world.team.keys.full).json(change);
    let reply = h.call(&webhooks::WORKER, call);
    assert_eq!(reply.status, 200, "{reply:?}");
}
/// Deliveries of new messages by status, of the team's organization.
pub fn in_status(h: &Harness, status: &str) -> i64 {
    let sql = "SELECT count(*) FROM webhook_deliveries WHERE org_id = ?1 AND status = ?2 AND id <> ?3";
    h.db.count(sql, &[(&h.world.team.id).into(), status.into(), (&h.world.team.delivery).into()])
}
/// Takes what receivers of webhooks were sent; what crons ask others for is none of it.
fn received(h: &Harness) -> Vec<(Millis, Outgoing)> {
    h.http.take().into_iter().filter(|(_, one)| !header(one, "webhook-id").is_empty()).collect()
}
fn verify_sent(h: &Harness, at: Millis, sent: &Outgoing) {
    let [id, timestamp, signature] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map(|name| header(sent, name));
    assert_eq!(verify(&h.world.team.endpoint_secret, id, timestamp, signature, &sent.body, at.get()), Ok(()));
}
/// All of what was sent carries one id and the same bytes, and verifies at its time.
fn all_the_same(h: &Harness, sent: &[(Millis, Outgoing)]) {
    let mut kinds = BTreeSet::new();
    for (at, one) in sent {
        verify_sent(h, *at, one);
        kinds.insert((header(one, "webhook-id").to_owned(), one.body.clone(), one.url.clone()));
    }
    assert_eq!(kinds.len(), 1, "one message");
}

#[test]
fn a_ticket_reaches_its_receiver_signed_and_nobody_else() {
    let h = Harness::new();
    h.http.serve_status(204);
    let ticket = create_ticket(&h);
    h.drain(&WORKER, &HANDLERS);
    let sent = received(&h);
    assert_eq!(sent.len(), 1);
    all_the_same(&h, &sent);
    let (_, one) = &sent[0];
    assert!(one.url.starts_with("https://hooks.northwind.example/"));
    assert_eq!((header(one, "portico-event-type"), header(one, "portico-delivery-attempt")), ("ticket.created", "1"));
    let body: Value = serde_json::from_slice(&one.body).unwrap();
    assert_eq!(body["id"], header(one, "webhook-id"));
    assert_eq!((&body["type"], &body["data"], &body["org_id"]), (&json!("ticket.created"), &ticket, &json!(h.world.team.id)));
    assert!(
        verify(
            &h.world.free.endpoint_secret,
            header(one, "webhook-id"),
            header(one, "webhook-timestamp"),
            header(one, "webhook-signature"),
            &one.body,
            h.clock.now().get()
        )
        .is_err(),
        "another organization's secret does not fit"
    );
    assert_eq!(in_status(&h, "succeeded"), 1);
    assert_eq!(h.db.count("SELECT count(*) FROM webhook_attempts WHERE status = 204", &[]), 1);
    assert_eq!(h.db.count("SELECT count(*) FROM outbox WHERE dispatched_at IS NULL", &[]), 0);
}

#[test]
fn a_receiver_that_is_down_is_tried_on_schedule_until_the_delivery_is_exhausted() {
    let h = Harness::new();
    h.http.serve_status(500);
    create_ticket(&h);
    h.run_for(&WORKER, &HANDLERS, Span::hours(100));
    let sent = received(&h);
    assert_eq!(sent.len(), ATTEMPTS);
    all_the_same(&h, &sent);
    for (n, (pause, pair)) in PAUSES.iter().zip(sent.windows(2)).enumerate() {
        let waited = pair[1].0.since(pair[0].0).as_millis();
        let (least, most) = (pause.as_millis() * 8 / 10 - 2_000, pause.as_millis() * 12 / 10 + 61_000);
        assert!((least..=most).contains(&waited), "pause {n}: {waited} not in {least}..={most}");
        assert_eq!(header(&pair[1].1, "portico-delivery-attempt"), (n + 2).to_string());
        assert_ne!(header(&pair[0].1, "webhook-signature"), header(&pair[1].1, "webhook-signature"), "each attempt is signed anew");
    }
    assert_eq!(in_status(&h, "exhausted"), 1);
    assert_eq!(h.db.count("SELECT count(DISTINCT number) FROM webhook_attempts WHERE status = 500", &[]), 10);
}

#[test]
fn a_receiver_that_comes_back_gets_it() {
    let h = Harness::new();
    h.http.serve_status(503);
    create_ticket(&h);
    h.run_for(&WORKER, &HANDLERS, Span::minutes(4));
    h.http.serve_status(200);
    h.run_for(&WORKER, &HANDLERS, Span::minutes(10));
    let sent = received(&h);
    assert_eq!(sent.len(), 3, "two failed, one arrived");
    assert!(sent[1].0.since(sent[0].0) >= Span::seconds(48), "an overloaded receiver gets a minute");
    all_the_same(&h, &sent);
    assert_eq!(in_status(&h, "succeeded"), 1);
}

#[test]
fn lost_hints_cost_minutes_not_messages() {
    let h = Harness::new();
    h.http.serve_status(200);
    // The hint of the event, that of the first sweep, and the first of the delivery.
    for lost in 1..=3 {
        h.queues.lose(lost);
        create_ticket(&h);
        h.run_for(&WORKER, &HANDLERS, Span::minutes(6));
        assert_eq!(received(&h).len(), 1, "{lost} lost");
    }
    h.queues.set_down(true);
    create_ticket(&h);
    h.run_for(&WORKER, &HANDLERS, Span::minutes(5));
    assert_eq!(received(&h).len(), 0);
    h.queues.set_down(false);
    h.run_for(&WORKER, &HANDLERS, Span::minutes(3));
    assert_eq!(received(&h).len(), 1, "the queue was down");
    assert_eq!(in_status(&h, "succeeded"), 4);
}

#[test]
fn hints_that_come_twice_and_in_any_order_change_nothing() {
    let h = Harness::new();
    h.http.serve_status(200);
    h.queues.set_twice(true);
    h.queues.set_shuffled(true);
    for _ in 0..30 {
        create_ticket(&h);
    }
    h.run_for(&WORKER, &HANDLERS, Span::minutes(2));
    let ids: Vec<String> = received(&h).iter().map(|(_, one)| header(one, "webhook-id").to_owned()).collect();
    assert_eq!((ids.len(), ids.iter().collect::<BTreeSet<_>>().len()), (30, 30));
    assert_eq!(in_status(&h, "succeeded"), 30);
}

#[test]
fn a_database_that_fails_at_any_round_trip_loses_nothing() {
    let mut duplicates = 0;
    for (when, fault) in
        [(When::Writes, DbFault::Refused(OVERLOADED)), (When::Writes, DbFault::Unknown(LOST)), (When::Reads, DbFault::Refused(OVERLOADED))]
    {
        for at in 0..4 {
            let h = Harness::new();
            h.http.serve_status(200);
            create_ticket(&h);
            h.db.fail_at(when, at, fault);
            h.run_for(&WORKER, &HANDLERS, Span::minutes(10));
            assert_eq!(h.db.heal(), 0, "the fault {fault:?} at {at} happened");
            let sent = received(&h);
            assert!((1..=2).contains(&sent.len()), "{fault:?} at {at}: {} sent", sent.len());
            all_the_same(&h, &sent);
            duplicates += sent.len() - 1;
            assert_eq!(in_status(&h, "succeeded"), 1, "{fault:?} at {at}");
            assert_eq!(
                h.db.count(
                    "SELECT count(*) FROM webhook_messages WHERE id <> ?1 AND org_id = ?2",
                    &[(&h.world.team.event).into(), (&h.world.team.id).into()]
                ),
                1
            );
            assert_eq!(h.db.faults(), Vec::<String>::new());
        }
    }
    assert!(duplicates > 0, "one of the faults came between the receiver's answer and its record");
}

#[test]
fn an_isolate_that_ends_at_any_io_loses_nothing() {
    for queue in [Queue::Events, Queue::Deliveries] {
        for io in 0..8 {
            let h = Harness::new();
            h.http.serve_status(200);
            create_ticket(&h);
            while let Some(message) = h.queues.take_due(&Queue::ALL) {
                if message.queue == queue {
                    h.cut(io, h.working(&WORKER, async |task| (HANDLERS.consume)(task, message.queue, &message.body).await));
                    h.restart();
                    break;
                }
                h.consume(&WORKER, &HANDLERS, message.queue, &message.body).unwrap();
            }
            h.run_for(&WORKER, &HANDLERS, Span::minutes(10));
            let sent = received(&h);
            assert!((1..=2).contains(&sent.len()), "{queue:?} at {io}");
            all_the_same(&h, &sent);
            assert_eq!(in_status(&h, "succeeded"), 1, "{queue:?} at {io}");
        }
    }
}

#[test]
fn an_attempt_is_taken_over_only_when_its_lease_is_over() {
    let h = Harness::new();
    h.http.serve_status(200);
    create_ticket(&h);
    let event = h.queues.take_due(&[Queue::Events]).unwrap();
    h.consume(&WORKER, &HANDLERS, event.queue, &event.body).unwrap();
    let message = h.queues.take_due(&[Queue::Deliveries]).unwrap();
    // Claim, content, the receiver; it ends before the record.
    let cut = h.cut(3, h.working(&WORKER, async |task| (HANDLERS.consume)(task, message.queue, &message.body).await));
    assert!(cut.is_none());
    assert_eq!((h.http.sent().len(), in_status(&h, "sending")), (1, 1));
    for _ in 0..3 {
        h.consume(&WORKER, &HANDLERS, Queue::Deliveries, &message.body).unwrap();
    }
    h.run_for(&WORKER, &HANDLERS, Span::seconds(100));
    assert_eq!(h.http.sent().len(), 1, "the lease holds");
    h.run_for(&WORKER, &HANDLERS, Span::minutes(2));
    let sent = received(&h);
    assert_eq!((sent.len(), in_status(&h, "succeeded")), (2, 1));
    all_the_same(&h, &sent);
}

#[test]
fn who_lost_the_lease_records_nothing() {
    let h = Harness::new();
    h.http.serve_status(500);
    create_ticket(&h);
    let event = h.queues.take_due(&[Queue::Events]).unwrap();
    h.consume(&WORKER, &HANDLERS, event.queue, &event.body).unwrap();
    let message = h.queues.take_due(&[Queue::Deliveries]).unwrap();
    let attempt = || Box::pin(h.working(&WORKER, async |task| (HANDLERS.consume)(task, Queue::Deliveries, &message.body).await));
    // Both have their answer and stand before their record.
    let (mut first, mut second) = (attempt(), attempt());
    h.pace.set_waiting(true);
    for one in [&mut first, &mut second] {
        for _ in 0..4 {
            assert!(testkit::pace::poll(one.as_mut()).is_pending());
        }
        h.clock.advance(Span::minutes(3));
    }
    h.pace.set_waiting(false);
    testkit::block_on(first).unwrap();
    assert_eq!((in_status(&h, "sending"), h.http.sent().len()), (1, 2), "the second still has it");
    testkit::block_on(second).unwrap();
    assert_eq!(h.db.count("SELECT step FROM webhook_deliveries WHERE status = 'pending'", &[]), 1);
    assert_eq!(h.db.count("SELECT count(*) FROM webhook_attempts WHERE status = 500", &[]), 1);
}

#[test]
fn an_event_that_is_fanned_out_twice_at_once_is_fanned_out_once() {
    for seed in 0..20 {
        let h = Harness::new();
        h.http.serve_status(200);
        create_ticket(&h);
        let message = h.queues.take_due(&[Queue::Events]).unwrap();
        let consume = || {
            let (h, body) = (&h, &message.body);
            Box::pin(h.working(&WORKER, async move |task| (HANDLERS.consume)(task, Queue::Events, body).await))
                as std::pin::Pin<Box<dyn Future<Output = kernel::Result<()>> + '_>>
        };
        for done in h.interleave(vec![consume(), consume()], seed) {
            done.unwrap();
        }
        assert_eq!(in_status(&h, "pending"), 1);
        h.drain(&WORKER, &HANDLERS);
        h.background.run();
        h.drain(&WORKER, &HANDLERS);
        assert_eq!((received(&h).len(), in_status(&h, "succeeded")), (1, 1));
    }
}

#[test]
fn gone_switches_the_endpoint_off_and_holds_the_rest() {
    let h = Harness::new();
    h.http.serve_status(410);
    create_ticket(&h);
    h.drain(&WORKER, &HANDLERS);
    assert_eq!((received(&h).len(), in_status(&h, "aborted")), (1, 1));
    let endpoint =
        h.call(&webhooks::WORKER, get(&format!("/v1/webhook-endpoints/{}", h.world.team.endpoint)).key(&h.world.team.keys.full)).json();
    assert_eq!((&endpoint["status"], &endpoint["disabled_reason"]), (&json!("disabled"), &json!("The receiver answered 410 Gone.")));
    let recorded = h.db.count(
        "SELECT count(*) FROM audit_events WHERE org_id = ?1 AND action = 'webhook_endpoint.disabled'",
        &[(&h.world.team.id).into()],
    );
    assert_eq!(recorded, 1);
    for _ in 0..3 {
        create_ticket(&h);
    }
    h.run_for(&WORKER, &HANDLERS, Span::minutes(5));
    assert_eq!((received(&h).len(), in_status(&h, "held")), (0, 3), "what happens is held, not lost");
    h.http.serve_status(200);
    set_endpoint(&h, &json!({"status": "enabled"}));
    h.drain(&WORKER, &HANDLERS);
    assert_eq!((received(&h).len(), in_status(&h, "succeeded")), (3, 3));
}

#[test]
fn what_happens_to_an_endpoint_that_is_off_for_long_is_not_kept() {
    let h = Harness::new();
    h.http.serve_status(410);
    create_ticket(&h);
    h.drain(&WORKER, &HANDLERS);
    h.clock.advance(Span::days(15));
    create_ticket(&h);
    h.drain(&WORKER, &HANDLERS);
    assert_eq!(in_status(&h, "held"), 0);
}

#[test]
fn a_paused_endpoint_misses_nothing() {
    let h = Harness::new();
    h.http.serve_status(500);
    create_ticket(&h);
    h.drain(&WORKER, &HANDLERS);
    assert_eq!((received(&h).len(), in_status(&h, "pending")), (1, 1));
    set_endpoint(&h, &json!({"status": "paused"}));
    assert_eq!(in_status(&h, "held"), 1, "what waited is held");
    for _ in 0..12 {
        create_ticket(&h);
    }
    h.run_for(&WORKER, &HANDLERS, Span::hours(3));
    assert_eq!((received(&h).len(), in_status(&h, "held")), (0, 13));
    h.http.serve_status(200);
    set_endpoint(&h, &json!({"status": "enabled"}));
    h.run_for(&WORKER, &HANDLERS, Span::minutes(2));
    assert_eq!((received(&h).len(), in_status(&h, "succeeded")), (13, 13));
}

/// Something that happens meanwhile.
type Act<'a> = &'a dyn Fn(&Harness);

#[test]
fn pausing_and_removing_while_an_attempt_is_under_way_keep_its_outcome() {
    let delete = |h: &Harness| {
        let call = testkit::delete(&format!("/v1/webhook-endpoints/{}", h.world.team.endpoint)).key(&h.world.team.keys.full);
        assert_eq!(h.call(&webhooks::WORKER, call).status, 204);
    };
    let pause = |h: &Harness| set_endpoint(h, &json!({"status": "paused"}));
    let cases: [(Act<'_>, u16, &str); 4] =
        [(&pause, 500, "held"), (&pause, 200, "succeeded"), (&delete, 500, "aborted"), (&delete, 200, "succeeded")];
    for (act, status, left) in cases {
        let h = Harness::new();
        create_ticket(&h);
        let event = h.queues.take_due(&[Queue::Events]).unwrap();
        h.consume(&WORKER, &HANDLERS, event.queue, &event.body).unwrap();
        let message = h.queues.take_due(&[Queue::Deliveries]).unwrap();
        // The receiver answers only after the endpoint was changed: the attempt goes on where it stood.
        h.http.serve_status(status);
        let mut attempt = Box::pin(h.working(&WORKER, async |task| (HANDLERS.consume)(task, message.queue, &message.body).await));
        h.pace.set_waiting(true);
        for _ in 0..3 {
            assert!(testkit::pace::poll(attempt.as_mut()).is_pending());
        }
        h.pace.set_waiting(false);
        assert_eq!(in_status(&h, "sending"), 1);
        act(&h);
        testkit::block_on(attempt).unwrap();
        assert_eq!(in_status(&h, left), 1, "{left} after {status}");
        let attempts = h.db.count("SELECT count(*) FROM webhook_attempts WHERE status = ?1 AND took_ms = 0", &[i64::from(status).into()]);
        assert_eq!(attempts, 1, "the attempt is in the log");
    }
}

#[test]
fn what_can_not_be_sent_is_a_failed_attempt_and_no_loop() {
    let h = Harness::new();
    h.http.serve_status(200);
    let endpoint = &h.world.team.endpoint;
    for (column, value, says) in [
        ("secret", "t1.nonsense", "could not be signed"),
        ("url", "https://169.254.169.254/latest", "address"),
        ("url", "http://127.0.0.1:9000/", "not https"),
    ] {
        let before = h.db.text(&format!("SELECT {column} FROM webhook_endpoints WHERE id = ?1"), &[endpoint.into()]);
        h.db.execute(&format!("UPDATE webhook_endpoints SET {column} = ?2 WHERE id = ?1"), &[endpoint.into(), value.into()]);
        // The newest by its id is the newest by its time only from one millisecond to the next.
        h.clock.advance(Span::millis(1));
        create_ticket(&h);
        let drained = h.drain(&WORKER, &HANDLERS);
        assert_eq!((drained.failed, received(&h).len()), (0, 0));
        let error = h.db.text("SELECT last_error FROM webhook_deliveries WHERE status = 'pending' ORDER BY id DESC LIMIT 1", &[]);
        assert!(error.contains(says), "{error}");
        h.db.execute(&format!("UPDATE webhook_endpoints SET {column} = ?2 WHERE id = ?1"), &[endpoint.into(), before.into()]);
    }
    h.run_for(&WORKER, &HANDLERS, Span::minutes(8));
    assert_eq!((received(&h).len(), in_status(&h, "succeeded")), (3, 3), "mended, they arrive");
}

#[test]
fn a_message_that_breaks_its_consumer_is_given_up_in_the_end() {
    let h = Harness::new();
    h.http.serve_status(200);
    create_ticket(&h);
    let event = h.queues.take_due(&[Queue::Events]).unwrap();
    h.consume(&WORKER, &HANDLERS, event.queue, &event.body).unwrap();
    let message = h.queues.take_due(&[Queue::Deliveries]).unwrap();
    for _ in 0..40 {
        h.cut(2, h.working(&WORKER, async |task| (HANDLERS.consume)(task, message.queue, &message.body).await));
        h.clock.advance(Span::minutes(3));
    }
    assert_eq!(received(&h).len(), 0);
    h.run_for(&WORKER, &HANDLERS, Span::hours(100));
    assert_eq!((received(&h).len(), in_status(&h, "exhausted")), (0, 1));
}

#[test]
fn what_a_receiver_says_is_kept_as_harmless_text_and_obeyed() {
    let h = Harness::new();
    h.http.serve(|_| {
        let mut said = answer(500, &format!("\u{1b}[31m<script>{}", "x".repeat(50_000)));
        said.headers.push(("Webhook-Delivery".into(), "abort-message".into()));
        Ok(said)
    });
    create_ticket(&h);
    h.run_for(&WORKER, &HANDLERS, Span::hours(1));
    assert_eq!((received(&h).len(), in_status(&h, "aborted")), (1, 1));
    let kept = h.db.text("SELECT response FROM webhook_attempts WHERE status = 500", &[]);
    assert_eq!(kept.chars().count(), 1_024);
    assert!(kept.starts_with("[31m<script>x"));
}

#[test]
fn ids_are_of_their_kind() {
    let h = Harness::new();
    h.http.serve_status(200);
    create_ticket(&h);
    h.drain(&WORKER, &HANDLERS);
    let id = h.db.text("SELECT id FROM webhook_deliveries WHERE id NOT IN (?1, ?2, ?3)", &h.world.orgs().map(|o| (&o.delivery).into()));
    assert!(kernel::DeliveryId::parse(&id).is_some(), "{id}");
    assert!(id.as_str() > h.world.team.delivery.as_str(), "it sorts by its time");
}
