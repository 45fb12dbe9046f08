//! What is paid for once: one-time prices, and the checkout page in `payment` mode.

use super::{NOW, SETTINGS, Stripe, TEAM, id, is};
use serde_json::{Value, json};
use stripe_emulator::core::{
    checkout::{Purchase, buy},
    world::CardBehavior,
};

const SESSIONS: &str = "/v1/checkout/sessions";
const URLS: &str = "success_url=https%3A%2F%2Fapp.example.com%2F&cancel_url=https%3A%2F%2Fapp.example.com%2F";

/// A product that costs $15.00 once; gives back its price.
fn price(stripe: &mut Stripe) -> String {
    let product = id(&stripe.post("/v1/products", "name=Poster"));
    id(&stripe.post("/v1/prices", &format!("product={product}&unit_amount=1500&currency=usd")))
}
fn session(stripe: &mut Stripe, price: &str, more: &str) -> Value {
    stripe.post(SESSIONS, &format!("mode=payment&line_items[0][price]={price}&line_items[0][quantity]=2&{URLS}{more}"))
}
fn with(card: CardBehavior) -> Purchase<'static> {
    Purchase { card: Some(card), email: Some("guest@example.com"), quantity: None }
}

#[test]
fn a_price_without_an_interval_is_due_once() {
    let mut stripe = Stripe::new();
    let price = price(&mut stripe);
    let shown = stripe.get(&format!("/v1/prices/{price}"));
    assert_eq!((&shown["type"], &shown["recurring"]), (&json!("one_time"), &json!(null)));
    let found = stripe.get("/v1/prices?type=one_time");
    assert_eq!(found["data"].as_array().unwrap().iter().map(id).collect::<Vec<_>>(), [price.as_str()]);
    assert!(!stripe.get("/v1/prices?type=recurring&limit=100")["data"].as_array().unwrap().iter().any(|p| id(p) == price));
    let customer = stripe.customer();
    let got = stripe.refused("POST", "/v1/subscriptions", &format!("customer={customer}&items[0][price]={price}"));
    is((400, "", "items[0][price]"), &got, "nobody subscribes to it");
}

#[test]
fn a_page_sells_either_what_is_paid_for_once_or_a_subscription() {
    let mut stripe = Stripe::new();
    let price = price(&mut stripe);
    let items = |price: &str| format!("line_items[0][price]={price}&line_items[0][quantity]=1&{URLS}");
    for (mode, price) in [("payment", TEAM), ("subscription", price.as_str())] {
        let got = stripe.refused("POST", SESSIONS, &format!("mode={mode}&{}", items(price)));
        is((400, "", "line_items[0][price]"), &got, mode);
    }
    is((400, "", "mode"), &stripe.refused("POST", SESSIONS, &format!("mode=setup&{}", items(TEAM))), "setup");
    let got = stripe.refused("POST", SESSIONS, &format!("mode=payment&subscription_data[trial_period_days]=3&{}", items(&price)));
    is((400, "parameter_unknown", "subscription_data"), &got, "there is none to be");
}

#[test]
fn a_guest_pays_once_and_has_no_subscription() {
    let mut stripe = Stripe::new();
    let price = price(&mut stripe);
    let made = session(&mut stripe, &price, "&payment_intent_data[description]=Two+posters&payment_intent_data[metadata][order]=7");
    assert_eq!(
        (&made["mode"], &made["amount_total"], &made["customer_creation"], &made["payment_intent"]),
        (&json!("payment"), &json!(3_000), &json!("if_required"), &json!(null))
    );
    let path = format!("{SESSIONS}/{}", id(&made));
    for declined in [CardBehavior::Declines, CardBehavior::DeclinesWhenCharged] {
        assert!(buy(&mut stripe.world, &SETTINGS, &id(&made), with(declined), NOW).is_err());
    }
    assert_eq!((stripe.get(&path), stripe.world.charges.len()), (made.clone(), 0), "nothing of it stayed");
    assert!(buy(&mut stripe.world, &SETTINGS, &id(&made), Purchase { email: None, ..with(CardBehavior::Pays) }, NOW).is_err());
    for _ in 0..2 {
        assert_eq!(buy(&mut stripe.world, &SETTINGS, &id(&made), with(CardBehavior::Pays), NOW), Ok(()));
    }
    let done = stripe.get(&format!("{path}?expand[]=payment_intent"));
    assert_eq!(
        (&done["status"], &done["payment_status"], &done["subscription"], &done["invoice"], &done["customer"]),
        (&json!("complete"), &json!("paid"), &json!(null), &json!(null), &json!(null))
    );
    let intent = &done["payment_intent"];
    assert_eq!(
        (&intent["amount"], &intent["description"], &intent["metadata"]),
        (&json!(3_000), &json!("Two posters"), &json!({"order": "7"}))
    );
    assert_eq!(done["customer_details"]["email"], "guest@example.com");
    assert_eq!((stripe.world.charges.len(), stripe.world.subscriptions.len(), stripe.world.customers.len()), (1, 0, 0), "once");
}

#[test]
fn the_official_clis_way_to_buy() {
    let mut stripe = Stripe::new();
    let price = price(&mut stripe);
    let made = session(
        &mut stripe,
        &price,
        "&payment_method_types[0]=card&payment_intent_data[shipping][name]=Jenny&payment_intent_data[shipping][address][line1]=510+Townsend+St",
    );
    let page = format!("/v1/payment_pages/{}", id(&made));
    assert_eq!(stripe.get(&page), made);
    let card = stripe.post("/v1/payment_methods", "type=card&card[token]=tok_visa&billing_details[email]=stripe%40example.com");
    assert_eq!((&card["customer"], stripe.get(&format!("/v1/payment_methods/{}", id(&card)))), (&json!(null), card.clone()));
    is((400, "resource_missing", "card[token]"), &stripe.refused("POST", "/v1/payment_methods", "type=card&card[token]=tok_none"), "token");
    is(
        (400, "", "expected_amount"),
        &stripe.refused("POST", &format!("{page}/confirm"), &format!("payment_method={}&expected_amount=1", id(&card))),
        "amount",
    );
    let done = stripe.post(&format!("{page}/confirm"), &format!("payment_method={}&expected_amount=3000", id(&card)));
    assert_eq!((&done["status"], &done["customer_details"]["email"]), (&json!("complete"), &json!("stripe@example.com")));
    is((404, "resource_missing", "id"), &stripe.refused("GET", "/v1/payment_pages/cs_none", ""), "page");
    let kinds = stripe.kinds_since(0);
    assert_eq!(kinds[kinds.len() - 3..], ["charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]);
}
