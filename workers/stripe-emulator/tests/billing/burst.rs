//! Thousands of events in a moment: none is lost, all are found, and the state stays small enough to be kept.

use super::{DAY, START, Stripe, text};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use stripe_emulator::core::{
    handle,
    webhooks::{settle, take_due},
};

const BURST: usize = 5_000;

#[test]
fn a_burst_is_listed_and_delivered_whole() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("visa");
    let paths: Vec<String> = (0..50).map(|_| stripe.team(&customer, "")).collect();
    stripe.world.events.clear();
    let settings = stripe_emulator::core::Settings { webhook_url: "http://hook", ..super::SETTINGS };
    for n in 0..BURST {
        let request = stripe_emulator::core::Request {
            method: "POST",
            path: &paths[n % paths.len()],
            authorization: Some("Bearer sk_test_emulator"),
            body: &format!("metadata[n]={n}"),
            ..Default::default()
        };
        let at = stripe.now + i64::try_from(n).unwrap() / 100;
        assert_eq!(handle(&mut stripe.world, &settings, &request, at).status, 200);
    }
    stripe.now += 50;
    let bytes = serde_json::to_string(&stripe.world).unwrap().len();
    assert!(bytes < 8 << 20, "{bytes} bytes: KV takes 25 MiB, and the state is kept after every request");

    // Forwards from a cursor, as a catch-up goes: the page that `ending_before` gives is the one next to it.
    let mut cursor = stripe.world.events[0].id.clone();
    let mut seen = BTreeSet::from([cursor.clone()]);
    loop {
        let page = stripe.get(&format!("/v1/events?limit=100&ending_before={cursor}"));
        let data = page["data"].as_array().unwrap();
        seen.extend(data.iter().map(|e| text(&e["id"])));
        cursor = data.first().map_or(cursor, |newest| text(&newest["id"]));
        if page["has_more"] == false {
            break;
        }
    }
    assert_eq!(seen.len(), BURST);

    let sends = take_due(&mut stripe.world, &settings, stripe.now);
    assert_eq!(sends.len(), BURST);
    let delivered: BTreeSet<String> = sends.iter().map(|s| text(&serde_json::from_str::<Value>(&s.body).unwrap()["id"])).collect();
    assert_eq!(delivered, seen);
    for send in sends.iter().skip(3) {
        settle(&mut stripe.world, &send.delivery, true);
    }
    assert_eq!(stripe.get("/v1/events?delivery_success=false&limit=100")["data"].as_array().unwrap().len(), 3);
    let last = stripe.get("/v1/events?delivery_success=true&limit=1")["data"][0].clone();
    assert_eq!(last["data"]["object"]["metadata"], json!({"n": (BURST - 1).to_string()}));
    assert_eq!(last["data"]["previous_attributes"], json!({"metadata": {"n": (BURST - 1 - paths.len()).to_string()}}));
}

#[test]
fn events_are_filtered() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("visa");
    stripe.wait(100);
    let path = stripe.team(&customer, "");
    stripe.wait(100);
    stripe.post(&path, "metadata[a]=1");
    let count = |stripe: &mut Stripe, query: &str| stripe.get(&format!("/v1/events?limit=100&{query}"))["data"].as_array().unwrap().len();
    for (query, expected) in [
        (String::new(), 10),
        ("type=invoice.paid".to_owned(), 1),
        ("type=invoice.*".to_owned(), 4),
        ("types[]=invoice.paid&types[]=customer.subscription.updated".to_owned(), 3),
        ("types[0]=customer.created&types[1]=nothing.at_all".to_owned(), 1),
        (format!("created[gt]={START}&created[lte]={}", START + 100), 8),
        (format!("created[gte]={}", START + 200), 1),
        (format!("created={START}"), 1),
        (format!("created[lt]={START}"), 0),
        ("delivery_success=true".to_owned(), 10),
        ("delivery_success=false".to_owned(), 0),
    ] {
        assert_eq!(count(&mut stripe, &query), expected, "{query}");
    }
    assert_eq!(stripe.refused("GET", "/v1/events?type=a&types[]=b", "").0, 400);
    assert_eq!(stripe.refused("GET", "/v1/events?delivery_success=maybe", "").0, 400);
    let id = text(&stripe.event("invoice.paid")["id"]);
    assert_eq!(stripe.get(&format!("/v1/events/{id}"))["data"]["object"]["status"], "paid");
    stripe.wait(30 * DAY - 200);
    stripe.post(&path, "metadata[a]=2");
    assert_eq!(stripe.get(&format!("/v1/events/{id}"))["id"], id.as_str(), "still there");
    stripe.wait(200);
    stripe.post(&path, "metadata[a]=3");
    assert_eq!(stripe.refused("GET", &format!("/v1/events/{id}"), ""), (404, "resource_missing".to_owned()), "after 30 days");
}
