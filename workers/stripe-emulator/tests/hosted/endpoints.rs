//! Webhook endpoints that are made through the API.

use super::*;
use serde_json::json;
use stripe::signature::{SigningSecrets, verify};
use stripe_emulator::core::webhooks::{settle, take_due};

const ENDPOINTS: &str = "/v1/webhook_endpoints";

#[test]
fn an_endpoint_gets_what_it_asked_for_signed_with_its_own_secret() {
    let mut stripe = Stripe::new();
    let made = stripe.post(ENDPOINTS, "url=http%3A%2F%2Fother%2Fhook&enabled_events[0]=customer.created&api_version=2026-03-25.dahlia");
    let secret = made["secret"].as_str().unwrap().to_owned();
    let path = format!("{ENDPOINTS}/{}", id(&made));
    assert!(stripe.get(&path).get("secret").is_none(), "said once");
    let customer = stripe.customer();
    stripe.post(&format!("/v1/customers/{customer}"), "name=A");
    let sends = take_due(&mut stripe.world, &SETTINGS, stripe.now);
    let urls: Vec<&str> = sends.iter().map(|s| s.url.as_str()).collect();
    assert_eq!(urls, ["http://hook", "http://other/hook", "http://hook"]);
    let own = SigningSecrets::parse(&secret).ok().unwrap();
    assert_eq!(verify(&own, Some(&sends[1].header), sends[1].body.as_bytes(), stripe.now * 1_000), Ok(stripe.now));
    assert!(verify(&own, Some(&sends[0].header), sends[0].body.as_bytes(), stripe.now * 1_000).is_err());
    sends.iter().for_each(|s| settle(&mut stripe.world, &s.delivery, true));

    assert_eq!(stripe.post(&path, "disabled=true&enabled_events[0]=*&description=x")["status"], "disabled");
    stripe.customer();
    assert_eq!(take_due(&mut stripe.world, &SETTINGS, stripe.now).len(), 1);
    assert_eq!(stripe.get(ENDPOINTS)["data"].as_array().unwrap().len(), 1);
    assert_eq!(stripe.send("DELETE", &path, "").1, json!({ "id": id(&made), "object": "webhook_endpoint", "deleted": true }));
    is((404, "resource_missing", "id"), &stripe.refused("GET", &path, ""), "gone");
}

#[test]
fn wrong_endpoints_are_refused() {
    let mut stripe = Stripe::new();
    for (form, code, param) in [
        ("enabled_events[0]=*", "parameter_missing", "url"),
        ("url=hook&enabled_events[0]=*", "url_invalid", "url"),
        ("url=http%3A%2F%2Fa.example", "parameter_missing", "enabled_events"),
        ("url=http%3A%2F%2Fa.example&enabled_events[0]=Everything", "", "enabled_events[0]"),
        ("url=http%3A%2F%2Fa.example&enabled_events[0]=*&secret=x", "parameter_unknown", "secret"),
    ] {
        is((400, code, param), &stripe.refused("POST", ENDPOINTS, form), form);
    }
    for _ in 0..16 {
        stripe.post(ENDPOINTS, "url=http%3A%2F%2Fa.example&enabled_events[0]=*");
    }
    is((400, "", ""), &stripe.refused("POST", ENDPOINTS, "url=http%3A%2F%2Fa.example&enabled_events[0]=*"), "sixteen at most");
}
