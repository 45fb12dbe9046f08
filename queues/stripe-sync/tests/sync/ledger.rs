//! Money that moved: what the ledger says of an organization comes to what Stripe kept of its payments, whatever the events' order,
//! number and way.

use crate::stage::{JOBS, Mood, Stage};
use kernel::time::Span;
use serde_json::{Value, json};
use stripe_emulator::core::{
    Settings,
    disputes::{Kind, Verdict, decide_now, open_now},
    world::CardBehavior,
};

/// At the desk of Stripe's emulator.
pub const DESK: Settings<'_> = Settings {
    secret_key: "sk_test_testkit",
    api_version: "2026-10-28.endive",
    webhook_url: "http://api.localhost/webhooks/stripe",
    webhook_secret: "whsec_testkit_new",
    pages: "http://stripe.localhost:8787",
    endpoints: false,
};

/// Everything that Stripe tells: each event is delivered, oldest first, and worked on.
fn told(stage: &Stage) {
    for event in stage.all() {
        stage.taken(&event);
    }
    stage.work();
}
fn charge(stage: &Stage) -> String {
    stage.stripe.world.borrow().charges.last().unwrap().id.clone()
}
fn now(stage: &Stage) -> i64 {
    use kernel::ports::Clock;
    stage.h.clock.now().seconds()
}
fn dispute(stage: &Stage, kind: Kind) {
    let charge = charge(stage);
    open_now(&mut stage.stripe.world.borrow_mut(), &DESK, &charge, kind, now(stage)).unwrap();
}
fn decide(stage: &Stage, verdict: Verdict) {
    let charge = charge(stage);
    decide_now(&mut stage.stripe.world.borrow_mut(), &DESK, &charge, verdict, now(stage)).unwrap();
}
fn refund(stage: &Stage, cents: i64) {
    stage.stripe.act("POST", "/v1/refunds", &format!("charge={}&amount={cents}", charge(stage)));
}
/// Rows of a kind: which object, how much.
fn rows(stage: &Stage, kind: &str) -> Vec<(String, i64)> {
    let sql = "SELECT object_id, amount FROM billing_ledger WHERE org_id = ?1 AND kind = ?2 AND object_id <> 'in_contoso' ORDER BY happened_at, amount";
    let rows = stage.h.db.rows(sql, &[(&stage.org).into(), kind.into()]);
    rows.iter().map(|row| (row.text(0).unwrap().to_owned(), row.int(1).unwrap())).collect()
}
/// What Stripe kept of what was paid.
fn kept(stage: &Stage) -> i64 {
    let lost = |c: &stripe_emulator::core::world::Charge| {
        c.dispute.as_ref().filter(|d| d.withdrawn.is_some() && d.reinstated.is_none()).map_or(0, |d| d.amount)
    };
    stage.stripe.world.borrow().charges.iter().map(|c| c.amount - c.refunded() - lost(c)).sum()
}
fn agree(stage: &Stage) {
    let ours: i64 = ["payment", "refund", "dispute"].iter().map(|kind| stage.ledger(kind)).sum();
    assert_eq!(ours, kept(stage), "{:?} {:?} {:?}", rows(stage, "payment"), rows(stage, "refund"), rows(stage, "dispute"));
}

#[test]
fn a_dispute_names_no_customer_and_is_in_its_ledger_all_the_same() {
    let stage = Stage::new();
    stage.subscribe("team");
    told(&stage);
    agree(&stage);
    dispute(&stage, Kind::Chargeback);
    told(&stage);
    let du = stage.stripe.world.borrow().charges[0].dispute.clone().unwrap();
    assert_eq!(rows(&stage, "dispute"), [(du.id.clone(), -2_700)]);
    assert_eq!((kept(&stage), stage.books().plan.as_str()), (0, "team"), "what is granted is the subscription's matter");
    agree(&stage);
    decide(&stage, Verdict::Won);
    told(&stage);
    assert_eq!(rows(&stage, "dispute"), [(du.id.clone(), -2_700), (format!("{}/reinstated", du.id), 2_700)]);
    agree(&stage);
    assert_eq!(stage.events_in("received"), 0);
    let asked = stage.h.http.sent().iter().filter(|(_, sent)| sent.url.contains("/v1/charges/")).count();
    assert_eq!(asked, 2, "once for each delivery of news about it");

    // Everything again, and nothing counts twice.
    let before = (rows(&stage, "payment"), rows(&stage, "dispute"));
    told(&stage);
    assert_eq!((rows(&stage, "payment"), rows(&stage, "dispute")), before);
}

#[test]
fn a_dispute_that_is_lost_stays_taken_and_an_inquiry_takes_nothing() {
    let stage = Stage::new();
    stage.subscribe("team");
    dispute(&stage, Kind::Chargeback);
    decide(&stage, Verdict::Lost);
    told(&stage);
    assert_eq!((rows(&stage, "dispute").len(), stage.ledger("dispute")), (1, -2_700));
    agree(&stage);

    let stage = Stage::new();
    stage.subscribe("team");
    dispute(&stage, Kind::Inquiry);
    decide(&stage, Verdict::Won);
    told(&stage);
    assert_eq!(rows(&stage, "dispute"), []);
    agree(&stage);
}

#[test]
fn parts_that_are_given_back_add_up_in_any_order() {
    let stage = Stage::new();
    stage.subscribe("team");
    refund(&stage, 700);
    refund(&stage, 300);
    dispute(&stage, Kind::Chargeback);
    for event in stage.all().iter().rev() {
        stage.taken(event);
    }
    stage.work();
    let charge = charge(&stage);
    assert_eq!(
        rows(&stage, "refund").into_iter().collect::<std::collections::BTreeSet<_>>(),
        [(format!("{charge}/700"), -700), (format!("{charge}/1000"), -300)].into()
    );
    assert_eq!(stage.ledger("dispute"), -1_700, "the bank takes what was not given back");
    agree(&stage);
    assert_eq!(kept(&stage), 0);
}

#[test]
fn a_charge_that_can_not_be_read_now_is_read_later() {
    let stage = Stage::new();
    stage.subscribe("team");
    told(&stage);
    dispute(&stage, Kind::Chargeback);
    stage.stripe.mood.set(Mood::Says(503, ""));
    told(&stage);
    assert!(rows(&stage, "dispute").is_empty() && stage.events_in("received") > 0);
    stage.stripe.mood.set(Mood::Well);
    stage.wait(Span::minutes(10));
    assert_eq!((rows(&stage, "dispute").len(), stage.events_in("received")), (1, 0));
    agree(&stage);
}

#[test]
fn a_charge_that_was_given_up_is_asked_about_again_after_a_day() {
    let stage = Stage::new();
    stage.subscribe("team");
    told(&stage);
    dispute(&stage, Kind::Chargeback);
    stage.stripe.mood.set(Mood::Says(403, r#"{"error":{"type":"invalid_request_error","message":"The key may not read charges."}}"#));
    told(&stage);
    stage.wait(Span::hours(12));
    let charge = charge(&stage);
    let dead = "SELECT count(*) FROM jobs WHERE kind = 'stripe.sync' AND subject = ?1 AND state = 'dead'";
    assert_eq!(stage.h.db.count(dead, &[charge.as_str().into()]), 1, "an operator sees it");
    stage.stripe.mood.set(Mood::Well);
    stage.wait(Span::hours(6));
    assert_eq!(rows(&stage, "dispute"), []);
    stage.wait(Span::hours(18));
    assert_eq!(rows(&stage, "dispute").len(), 1);
    agree(&stage);
}

#[test]
fn a_charge_of_nobody_concerns_nobody() {
    for answer in [
        (200, r#"{"id":"ch_guest","object":"charge","customer":null}"#),
        (200, r#"{"id":"ch_guest","object":"charge","customer":"no id/at all"}"#),
        (404, r#"{"error":{"type":"invalid_request_error","code":"resource_missing","param":"id","message":"No such charge"}}"#),
        (200, r#"{"id":"ch_guest","object":"charge","customer":"cus_somebody_elses"}"#),
    ] {
        let stage = Stage::new();
        stage.stripe.mood.set(Mood::Says(answer.0, answer.1));
        let body = json!({
            "id": "evt_guest", "object": "event", "type": "charge.dispute.funds_withdrawn", "created": 1, "livemode": false,
            "data": { "object": { "id": "du_guest", "object": "dispute", "charge": "ch_guest", "amount": 5, "currency": "usd" } },
        });
        assert_eq!(stage.post(&body.to_string()).status, 200);
        stage.work();
        assert_eq!((stage.events_in("ignored"), stage.events_in("received")), (1, 0), "{answer:?}");
        assert_eq!(rows(&stage, "dispute"), []);
        assert_eq!(stage.h.db.count("SELECT count(*) FROM jobs WHERE kind = 'stripe.sync' AND state <> 'done'", &[]), 0);
    }
}

#[test]
fn a_dispute_that_was_never_delivered_is_found_by_asking() {
    let stage = Stage::new();
    stage.subscribe("team");
    told(&stage);
    dispute(&stage, Kind::Chargeback);
    stage.h.clock.advance(Span::minutes(20));
    let found: Value = stage.h.work(&JOBS, async |task| queue_stripe_sync::reconcile::catch_up(task).await).unwrap();
    assert_eq!(found["found"], 1, "{found}");
    stage.work();
    assert_eq!(rows(&stage, "dispute").len(), 1);
    agree(&stage);
}

/// Something that is paid for once grants nothing, even where its price bears the key of a plan.
#[test]
fn a_one_time_price_never_grants_a_plan() {
    let stage = Stage::new();
    let product = stage.stripe.act("POST", "/v1/products", "name=Team+poster")["id"].as_str().unwrap().to_owned();
    let form = format!("product={product}&unit_amount=900&currency=usd&lookup_key=portico_team_monthly&transfer_lookup_key=true");
    let price = stage.stripe.act("POST", "/v1/prices", &form)["id"].as_str().unwrap().to_owned();
    let form = format!(
        "mode=payment&customer={}&client_reference_id={}&line_items[0][price]={price}&line_items[0][quantity]=3&success_url=http%3A%2F%2Fapp.localhost%2F",
        stage.customer, stage.org
    );
    let session = stage.stripe.act("POST", "/v1/checkout/sessions", &form)["id"].as_str().unwrap().to_owned();
    assert!(stage.stripe.buy(&session, CardBehavior::Pays));
    told(&stage);
    let books = stage.books();
    assert_eq!((books.plan.as_str(), books.subscription), ("free", None));
    assert_eq!(rows(&stage, "checkout"), [(session.clone(), 2_700)]);
    assert_eq!(rows(&stage, "payment"), [(session, 2_700)], "no invoice tells of it");
    refund(&stage, 700);
    dispute(&stage, Kind::Chargeback);
    told(&stage);
    agree(&stage);
    // And it is not what a button of ours would sell.
    let sold = stage.stripe.act("GET", "/v1/prices", "lookup_keys[0]=portico_team_monthly&active=true&type=recurring");
    assert_eq!(sold["data"], json!([]));
    assert_eq!(stage.findings(), Vec::<String>::new());
}
