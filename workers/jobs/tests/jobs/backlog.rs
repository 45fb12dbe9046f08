//! One receiver that is slow or far behind: it has a few places, drains as fast as it answers, and delays nobody else.

use crate::deliveries::{create_ticket, in_status};
use jobs::{HANDLERS, WORKER};
use kernel::{
    ports::{Clock, Queue},
    task::hint_id,
    time::Span,
};
use std::{cell::Cell, collections::BTreeSet, rc::Rc};
use testkit::{Harness, http::answer};

#[test]
fn a_slow_receiver_has_five_attempts_under_way_at_most() {
    let h = Harness::new();
    for _ in 0..20 {
        create_ticket(&h);
    }
    while let Some(event) = h.queues.take_due(&[Queue::Events]) {
        h.consume(&WORKER, &HANDLERS, event.queue, &event.body).unwrap();
    }
    let most = Rc::new(Cell::new(0));
    let (seen, db) = (most.clone(), h.db.clone());
    h.http.serve(move |_| {
        seen.set(seen.get().max(db.count("SELECT count(*) FROM webhook_deliveries WHERE status = 'sending'", &[])));
        Ok(answer(200, ""))
    });
    let mut messages = Vec::new();
    while let Some(message) = h.queues.take_due(&[Queue::Deliveries]) {
        messages.push(message);
    }
    assert_eq!(messages.len(), 20);
    let consume = |body: &str| {
        let body = body.to_owned();
        let h = &h;
        Box::pin(async move { h.working(&WORKER, async |task| (HANDLERS.consume)(task, Queue::Deliveries, &body).await).await })
            as std::pin::Pin<Box<dyn Future<Output = kernel::Result<()>> + '_>>
    };
    for done in h.interleave(messages.iter().map(|m| consume(&m.body)).collect(), 3) {
        done.unwrap();
    }
    assert_eq!(most.get(), 5);
    let first = in_status(&h, "succeeded");
    assert!((5..20).contains(&first), "{first} found a place at once");
    h.run_for(&WORKER, &HANDLERS, Span::seconds(70));
    assert_eq!((in_status(&h, "succeeded"), h.http.take().len()), (20, 20), "each that leaves a place wakes those that wait");
}

/// Deliveries that are long due at the team's endpoint.
fn pile_up(h: &Harness, count: i64) {
    let org = &h.world.team.id;
    h.db.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?4) \
         INSERT INTO webhook_messages(org_id, id, type, payload, created_at, expires_at) \
         SELECT ?1, printf('evt_%032x', i), 'ticket.created', '{}', ?2, ?3 FROM n",
        &[org.into(), h.clock.now().into(), h.clock.now().plus(Span::days(30)).into(), count.into()],
    );
    h.db.execute(
        "INSERT INTO webhook_deliveries(org_id, id, message_id, endpoint_id, status, next_at, created_at) \
         SELECT org_id, 'whd_' || substr(id, 5), id, ?2, 'pending', ?3, ?3 FROM webhook_messages WHERE org_id = ?1 AND payload = '{}'",
        &[org.into(), (&h.world.team.endpoint).into(), h.clock.now().minus(Span::hours(2)).into()],
    );
}

#[test]
fn the_sweep_goes_round_all_endpoints() {
    let h = Harness::new();
    pile_up(&h, 3_000);
    let (org, delivery) = (&h.world.free.id, &h.world.free.delivery);
    h.db.execute("UPDATE webhook_deliveries SET status = 'pending' WHERE org_id = ?1 AND id = ?2", &[org.into(), delivery.into()]);
    h.queues.forget_sent();
    h.work(&WORKER, async |task| queue_deliveries::sweep(task, 500).await).unwrap();
    let woken: Vec<String> = h.queues.sent().iter().filter_map(|m| hint_id(&m.body)).collect();
    assert_eq!(woken.len(), 11, "ten of the one that is far behind, and the other");
    assert!(woken.iter().take(2).any(|id| *id == delivery.to_string()), "in turn");
}

#[test]
fn a_backlog_drains_as_fast_as_it_is_answered() {
    let h = Harness::new();
    h.http.serve_status(200);
    pile_up(&h, 300);
    h.run_for(&WORKER, &HANDLERS, Span::minutes(1));
    let sent: BTreeSet<_> = h.http.take().into_iter().map(|(_, one)| testkit::http::header(&one, "webhook-id").to_owned()).collect();
    assert_eq!((sent.len(), in_status(&h, "succeeded")), (300, 300), "not ten a minute");
}
