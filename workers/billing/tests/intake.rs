//! Stripe's events at the door: what is let in, what is refused, what is stored.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use billing::WORKER;
use kernel::{Reply, ports::Queue};
use proptest::prelude::*;
use serde_json::json;
use stripe::signature::sign;
use testkit::{Call, DbFault, Harness, Replied, When, post};

const NEW: &str = "whsec_testkit_new";
const OLD: &str = "whsec_testkit_old";
const CAP: usize = 1_024 * 1_024;

/// An event as Stripe writes it: pretty-printed, with a letter that takes two bytes.
fn event(id: &str, customer: &str) -> String {
    event_with(id, &json!({"object": "subscription", "id": "sub_1", "customer": customer, "note": "é"}), &json!({}))
}
fn event_with(id: &str, object: &serde_json::Value, more: &serde_json::Value) -> String {
    let mut event = json!({
        "id": id, "object": "event", "type": "customer.subscription.updated", "created": 1_795_507_000, "livemode": false,
        "api_version": "2026-10-28.endive", "data": {"object": object}, "pending_webhooks": 1, "request": {"id": null},
    });
    for (name, value) in more.as_object().unwrap() {
        event[name] = value.clone();
    }
    serde_json::to_string_pretty(&event).unwrap()
}

fn now(h: &Harness) -> i64 {
    h.ports().clock.now().seconds()
}
fn signed(header: &str, body: &[u8]) -> Call {
    post("/webhooks/stripe").header("stripe-signature", header).header("content-type", "application/json; charset=utf-8").body(body)
}
fn send(h: &Harness, body: &str) -> Reply {
    h.call(&WORKER, signed(&sign(NEW, now(h), body.as_bytes()), body.as_bytes()))
}
fn stored(h: &Harness) -> i64 {
    h.db.count("SELECT count(*) FROM stripe_events", &[])
}
fn jobs(h: &Harness) -> i64 {
    h.db.count("SELECT count(*) FROM jobs WHERE kind = 'stripe.sync'", &[])
}

/// Refused with that code, and nothing in the database is other than before.
#[track_caller]
fn refused(h: &Harness, call: Call, status: u16, code: &str) {
    let (before, sent) = (h.db.everything(), h.queues.sent().len());
    let reply = h.call(&WORKER, call);
    assert_eq!((reply.status, reply.code().as_str()), (status, code), "{:?}", reply.text());
    assert_eq!(h.db.everything(), before, "nothing was stored");
    assert_eq!(h.queues.sent().len(), sent);
}

#[test]
fn an_event_is_stored_once_with_its_work_in_one_round_trip() {
    let h = Harness::new();
    let body = event("evt_1", &h.world.team.stripe_customer);
    h.db.reset_counts();
    let reply = send(&h, &body);
    assert_eq!((reply.status, reply.text()), (200, Some(r#"{"received":true}"#)));
    assert_eq!(h.db.trips(), 1, "one batch, nothing read before it");
    let rows =
        h.db.rows("SELECT id, type, created, customer_id, object_id, payload, state, received_at, processed_at FROM stripe_events", &[]);
    let row = &rows[0];
    assert_eq!(
        (row.text(0).unwrap(), row.text(1).unwrap(), row.int(2).unwrap()),
        ("evt_1", "customer.subscription.updated", 1_795_507_000_000)
    );
    assert_eq!((row.text(3).unwrap(), row.text(4).unwrap()), (h.world.team.stripe_customer.as_str(), "sub_1"));
    assert_eq!((row.text(5).unwrap(), row.text(6).unwrap()), (body.as_str(), "received"), "to the byte");
    assert_eq!((row.int(7).unwrap(), row.opt_int(8).unwrap()), (h.ports().clock.now().get(), None));
    let job = &h.db.rows("SELECT subject, state, dirty, max_attempts FROM jobs WHERE kind = 'stripe.sync'", &[])[0];
    assert_eq!((job.text(0).unwrap(), job.text(1).unwrap()), (h.world.team.stripe_customer.as_str(), "queued"));
    assert_eq!((job.int(2).unwrap(), job.int(3).unwrap()), (1, 15));
    let sent = h.queues.sent();
    assert_eq!((sent.len(), sent[0].queue, sent[0].body.as_str()), (1, Queue::Stripe, r#"{"v":1,"id":"cus_northwind"}"#));

    for _ in 0..3 {
        assert_eq!(send(&h, &body).status, 200, "a repeat is taken");
    }
    assert_eq!((stored(&h), jobs(&h)), (1, 1));
    assert_eq!(h.db.count("SELECT dirty FROM jobs WHERE kind = 'stripe.sync'", &[]), 1, "and asks for nothing again");
    assert_eq!(send(&h, &event("evt_2", &h.world.team.stripe_customer)).status, 200);
    assert_eq!(h.db.count("SELECT dirty FROM jobs WHERE kind = 'stripe.sync'", &[]), 2, "a new one does, of the same job");
    assert_eq!((stored(&h), jobs(&h)), (2, 1));
    assert!(!h.log.contains("sub_1") && !h.log.contains("whsec_"), "neither body nor secret is in the log");
}

#[test]
fn a_repeat_leaves_a_finished_job_alone() {
    let h = Harness::new();
    let body = event("evt_1", "cus_northwind");
    send(&h, &body);
    h.db.execute("UPDATE jobs SET state = 'done', dirty = 0 WHERE kind = 'stripe.sync'", &[]);
    assert_eq!(send(&h, &body).status, 200);
    assert_eq!(h.db.text("SELECT state FROM jobs WHERE kind = 'stripe.sync'", &[]), "done");
    send(&h, &event("evt_2", "cus_northwind"));
    assert_eq!(h.db.text("SELECT state FROM jobs WHERE kind = 'stripe.sync'", &[]), "queued");
}

#[test]
fn the_same_event_at_once_is_one() {
    for seed in 0..20 {
        let h = Harness::new();
        let body = event("evt_1", "cus_northwind");
        let header = sign(NEW, now(&h), body.as_bytes());
        let replies = h.together(&WORKER, vec![signed(&header, body.as_bytes()); 8], seed);
        assert!(replies.iter().all(|r| r.status == 200));
        assert_eq!((stored(&h), h.db.count("SELECT dirty FROM jobs WHERE kind = 'stripe.sync'", &[])), (1, 1), "seed {seed}");
    }
}

#[test]
fn an_event_that_concerns_no_customer_is_kept_and_leads_to_nothing() {
    let h = Harness::new();
    let objects = [
        json!({"object": "price", "id": "price_1"}),
        json!({"object": "charge", "id": "ch_1", "customer": "cus_1\"},{\"x\":\"../"}),
        json!({"object": "charge", "id": "ch_1", "customer": null}),
        json!("text"),
    ];
    for (n, object) in objects.iter().enumerate() {
        assert_eq!(send(&h, &event_with(&format!("evt_{n}"), object, &json!({"type": "something.new"}))).status, 200);
    }
    assert_eq!(
        h.db.count("SELECT count(*) FROM stripe_events WHERE state = 'ignored' AND customer_id IS NULL AND processed_at IS NOT NULL", &[]),
        4
    );
    assert_eq!((jobs(&h), h.queues.sent().len()), (0, 0));
}

#[test]
fn every_secret_verifies_while_one_is_rolled() {
    let h = Harness::new();
    let body = event("evt_1", "cus_northwind");
    let (old, new) = (sign(OLD, now(&h), body.as_bytes()), sign(NEW, now(&h), body.as_bytes()));
    let both = format!("{old},{}", new.split_once(',').unwrap().1);
    for header in [&old, &new, &both] {
        assert_eq!(h.call(&WORKER, signed(header, body.as_bytes())).status, 200, "{header}");
    }
    h.set("STRIPE_WEBHOOK_SECRETS", NEW);
    assert_eq!(h.call(&WORKER, signed(&both, body.as_bytes())).status, 200, "Stripe's roll: two signatures, one fits");
    refused(&h, signed(&old, body.as_bytes()), 400, "signature_invalid");
}

#[test]
fn what_is_not_signed_as_it_must_be_is_refused_and_not_stored() {
    let h = Harness::new();
    let body = event("evt_1", "cus_northwind");
    let good = sign(NEW, now(&h), body.as_bytes());
    refused(&h, signed(&good, body.as_bytes()).without("stripe-signature"), 400, "signature_invalid");
    let tag = good.split_once(',').unwrap().1;
    let t = now(&h);
    for header in
        ["", "t", "v1=", tag, &format!("t=,{tag}"), &format!("t=soon,{tag}"), &format!("{good},t=1"), &"x".repeat(5_000), &"€".repeat(40)]
    {
        refused(&h, signed(header, body.as_bytes()), 400, "signature_invalid");
    }
    for header in [
        format!("t={t}"),
        format!("t={t},v1="),
        format!("t={t},v0={}", tag.split_once('=').unwrap().1),
        sign("whsec_another_one", t, body.as_bytes()),
    ] {
        refused(&h, signed(&header, body.as_bytes()), 400, "signature_invalid");
    }
    for off in [-301, 301, -86_400, 86_400, -4_000_000_000, 1 << 40] {
        refused(&h, signed(&sign(NEW, t + off, body.as_bytes()), body.as_bytes()), 400, "signature_invalid");
    }
    for off in [-300, 300] {
        assert_eq!(h.call(&WORKER, signed(&sign(NEW, t + off, body.as_bytes()), body.as_bytes())).status, 200, "{off}");
    }
}

#[test]
fn another_mode_or_account_is_refused_and_not_stored() {
    let h = Harness::new();
    let object = json!({"object": "customer", "id": "cus_northwind"});
    let call = |h: &Harness, body: &str| signed(&sign(NEW, now(h), body.as_bytes()), body.as_bytes());
    let live = event_with("evt_1", &object, &json!({"livemode": true}));
    let connected = event_with("evt_1", &object, &json!({"account": "acct_1"}));
    refused(&h, call(&h, &live), 400, "wrong_mode");
    refused(&h, call(&h, &connected), 400, "wrong_mode");
    h.set("STRIPE_SECRET_KEY", "sk_live_testkit");
    h.set("STRIPE_MODE", "live");
    refused(&h, call(&h, &event("evt_1", "cus_northwind")), 400, "wrong_mode");
    assert_eq!(send(&h, &live).status, 200);
}

#[test]
fn what_is_signed_and_no_event_is_refused_and_not_stored() {
    let h = Harness::new();
    let object = json!({"object": "customer", "id": "cus_northwind"});
    let huge = event_with("evt_1", &object, &json!({"created": 1_u64 << 60}));
    let before_time = event_with("evt_1", &object, &json!({"created": -1}));
    let nameless = event_with("", &object, &json!({}));
    let strange = event_with("evt_1'; --", &object, &json!({}));
    for body in ["", "[]", "null", "{", "{}", r#"{"id":"evt_1"}"#, &huge, &before_time, &nameless, &strange] {
        refused(&h, signed(&sign(NEW, now(&h), body.as_bytes()), body.as_bytes()), 400, "bad_request");
    }
    let mut bytes = event("evt_1", "cus_northwind").into_bytes();
    let at = bytes.windows(2).position(|w| w == "é".as_bytes()).unwrap();
    bytes[at] = 0xff;
    refused(&h, signed(&sign(NEW, now(&h), &bytes), &bytes), 400, "bad_request");
}

#[test]
fn one_megabyte_is_taken_and_one_byte_more_is_not() {
    let h = Harness::new();
    let pad = |to: usize| {
        let event = event("evt_1", "cus_northwind");
        format!("{event}{}", " ".repeat(to - event.len()))
    };
    let (fits, over) = (pad(CAP), pad(CAP + 1));
    let call = |body: &str| signed(&sign(NEW, now(&h), body.as_bytes()), body.as_bytes());
    refused(&h, call(&over), 413, "body_too_large");
    refused(&h, call(&fits).header("content-length", "1048577"), 413, "body_too_large");
    assert_eq!(h.call(&WORKER, call(&fits)).status, 200);
    assert_eq!(h.db.count("SELECT length(CAST(payload AS BLOB)) FROM stripe_events", &[]), 1_048_576);
}

#[test]
fn a_connection_that_breaks_leaves_nothing() {
    let h = Harness::new();
    let body = event("evt_1", "cus_northwind");
    refused(&h, signed(&sign(NEW, now(&h), body.as_bytes()), body.as_bytes()).broken(), 400, "bad_request");
}

#[test]
fn nothing_is_acknowledged_that_is_not_stored() {
    let h = Harness::new();
    let body = event("evt_1", "cus_northwind");
    for text in [testkit::database::OVERLOADED, testkit::database::LOST, "D1_ERROR: no such table: stripe_events"] {
        h.db.fail_at(When::Writes, 0, DbFault::Refused(text));
        let reply = send(&h, &body);
        assert!(reply.status >= 500, "{text}: {}", reply.status);
        assert_eq!((stored(&h), jobs(&h), h.queues.sent().len()), (0, 0, 0));
    }
    // Stored, and the answer lost: Stripe is told of a failure and sends it again, which is a repeat.
    h.db.fail_at(When::Writes, 0, DbFault::Unknown(testkit::database::LOST));
    assert!(send(&h, &body).status >= 500);
    assert_eq!((stored(&h), jobs(&h), h.queues.sent().len()), (1, 1, 0));
    assert_eq!(send(&h, &body).status, 200);
    assert_eq!((stored(&h), jobs(&h)), (1, 1));
    assert_eq!(h.queues.sent().len(), 1, "the hint that was lost goes out with the repeat");
}

#[test]
fn a_queue_that_is_down_loses_nothing() {
    let h = Harness::new();
    h.queues.set_down(true);
    assert_eq!(send(&h, &event("evt_1", "cus_northwind")).status, 200);
    assert_eq!((stored(&h), jobs(&h)), (1, 1), "the sweep finds the job");
}

#[test]
fn half_a_configuration_is_refused_by_name() {
    let h = Harness::new();
    h.set("STRIPE_WEBHOOK_SECRETS", "sk_test_not_a_webhook_secret");
    let reply = send(&h, &event("evt_1", "cus_northwind"));
    assert_eq!((reply.status, reply.code().as_str()), (503, "not_configured"), "Stripe sends it again");
    assert!(reply.json()["detail"].as_str().unwrap().starts_with("STRIPE_WEBHOOK_SECRETS"));
    assert!(!reply.text().unwrap().contains("not_a_webhook_secret") && !h.log.contains("not_a_webhook_secret"));
    assert_eq!(stored(&h), 0);
    for (name, value) in [("STRIPE_MODE", None), ("STRIPE_MODE", Some("staging")), ("STRIPE_WEBHOOK_SECRETS", None)] {
        let get = |asked: &str| match asked {
            asked if asked == name => value.map(str::to_owned),
            "STRIPE_MODE" => Some("test".to_owned()),
            _ => Some("x".to_owned()),
        };
        let Err(missing) = kernel::App::new(&WORKER, &get, None) else { panic!("{name} is needed") };
        assert!(missing.iter().any(|m| m.name == name), "{name}");
    }
}

#[test]
fn it_is_on_the_apis_host_and_takes_posts_only() {
    let h = Harness::new();
    let body = event("evt_1", "cus_northwind");
    let call = || signed(&sign(NEW, now(&h), body.as_bytes()), body.as_bytes());
    for host in ["app.localhost", "platform.localhost", "northwind.localhost"] {
        let reply = h.call(&WORKER, call().host(host));
        assert_eq!(reply.status, 404, "{host}");
    }
    assert_eq!(h.call(&WORKER, testkit::get("/webhooks/stripe")).status, 405);
    assert_eq!(stored(&h), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// One wrong bit anywhere in the body: 400, and nothing is stored.
    #[test]
    fn one_bad_bit_is_refused(at: prop::sample::Index, bit in 0_u32..8) {
        let h = Harness::new();
        let body = event("evt_1", "cus_northwind").into_bytes();
        let header = sign(NEW, now(&h), &body);
        let mut changed = body.clone();
        changed[at.index(body.len())] ^= 1 << bit;
        refused(&h, signed(&header, &changed), 400, "signature_invalid");
    }

    /// Whatever bytes come under a good signature: never a 5xx.
    #[test]
    fn no_bytes_are_a_fault_of_ours(body: Vec<u8>) {
        let h = Harness::new();
        let reply = h.call(&WORKER, signed(&sign(NEW, now(&h), &body), &body));
        prop_assert_eq!(reply.status, 400);
        prop_assert_eq!(stored(&h), 0);
    }
}
