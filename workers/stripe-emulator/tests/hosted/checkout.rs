//! Checkout sessions, and what their page does.

use super::*;
use serde_json::json;
use stripe_emulator::core::{
    checkout::{Purchase, buy, expire_now},
    world::CardBehavior,
};

const PAYS: Purchase<'_> = Purchase { card: Some(CardBehavior::Pays), email: None, quantity: None };

fn form(more: &str) -> String {
    format!(
        "mode=subscription&line_items[0][price]={TEAM}&line_items[0][quantity]=3&success_url=http%3A%2F%2Fapp.localhost%2Fdone%3Fs%3D%7BCHECKOUT_SESSION_ID%7D&cancel_url=http%3A%2F%2Fapp.localhost%2Fback&{more}"
    )
}
fn session(stripe: &mut Stripe, more: &str) -> Value {
    stripe.post("/v1/checkout/sessions", &form(more))
}

#[test]
fn a_purchase_makes_a_subscription_with_a_paid_invoice() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer();
    let made = session(
        &mut stripe,
        &format!(
            "customer={customer}&client_reference_id=org_1&metadata[checkout_id]=c&subscription_data[metadata][org_id]=org_1&expires_at={}",
            NOW + 1_800
        ),
    );
    let path = format!("/v1/checkout/sessions/{}", id(&made));
    assert_eq!(made["url"], format!("http://stripe.localhost:8787/checkout/{}", id(&made)));
    assert_eq!((&made["status"], &made["payment_status"], &made["amount_total"]), (&json!("open"), &json!("unpaid"), &json!(2_700)));
    assert!(made.get("line_items").is_none(), "only where it is asked for");
    let items = stripe.get(&format!("{path}/line_items"));
    assert_eq!((&items["data"][0]["quantity"], &items["data"][0]["amount_total"]), (&json!(3), &json!(2_700)));

    let before = stripe.world.events.len();
    assert_eq!(buy(&mut stripe.world, &SETTINGS, &id(&made), PAYS, NOW), Ok(()));
    assert_eq!(
        stripe.kinds_since(before),
        [
            "customer.updated",
            "payment_method.attached",
            "invoice.created",
            "customer.subscription.created",
            "invoice.finalized",
            "charge.succeeded",
            "payment_intent.succeeded",
            "invoice.paid",
            "invoice.payment_succeeded",
            "customer.subscription.updated",
            "checkout.session.completed"
        ]
    );
    let done = stripe.get(&format!("{path}?expand[]=line_items&expand[]=subscription.latest_invoice&expand[]=customer"));
    assert_eq!((&done["status"], &done["payment_status"], &done["url"]), (&json!("complete"), &json!("paid"), &Value::Null));
    assert_eq!((&done["subscription"]["status"], &done["subscription"]["metadata"]["org_id"]), (&json!("active"), &json!("org_1")));
    assert_eq!(
        (&done["subscription"]["latest_invoice"]["status"], &done["line_items"]["data"][0]["price"]["id"]),
        (&json!("paid"), &json!(TEAM))
    );
    assert_eq!((&done["client_reference_id"], &done["metadata"]["checkout_id"]), (&json!("org_1"), &json!("c")));

    let events = stripe.world.events.len();
    assert_eq!(buy(&mut stripe.world, &SETTINGS, &id(&made), PAYS, NOW), Ok(()), "twice is once");
    assert_eq!((stripe.world.events.len(), stripe.world.subscriptions.len()), (events, 1));
    is((400, "", ""), &stripe.refused("POST", &format!("{path}/expire"), ""), "it is complete");
    let list = stripe.get(&format!("/v1/checkout/sessions?customer={customer}&status=complete"));
    assert_eq!(list["data"].as_array().unwrap().len(), 1);

    // Another session of a customer with a live subscription is allowed, as at Stripe: to prevent it is the product's part.
    let second = session(&mut stripe, &format!("customer={customer}"));
    assert_eq!(buy(&mut stripe.world, &SETTINGS, &id(&second), PAYS, NOW), Ok(()));
    assert_eq!(stripe.world.subscriptions.len(), 2);
}

#[test]
fn a_declined_card_leaves_nothing_and_paying_then_works() {
    let mut stripe = Stripe::new();
    let made = session(&mut stripe, "customer_email=new%40example.com");
    let before = stripe.world.clone();
    let declined = Purchase { card: Some(CardBehavior::Declines), ..PAYS };
    assert_eq!(buy(&mut stripe.world, &SETTINGS, &id(&made), declined, NOW).unwrap_err().message(), "Your card was declined.");
    assert_eq!(
        (&stripe.world.customers, &stripe.world.events, &stripe.world.checkouts),
        (&before.customers, &before.events, &before.checkouts)
    );
    let charged = Purchase { card: Some(CardBehavior::DeclinesWhenCharged), ..PAYS };
    assert_eq!(buy(&mut stripe.world, &SETTINGS, &id(&made), charged, NOW).unwrap_err().message(), "Your card was declined.");
    assert_eq!((&stripe.world.customers, &stripe.world.checkouts), (&before.customers, &before.checkouts));
    assert_eq!(buy(&mut stripe.world, &SETTINGS, &id(&made), PAYS, NOW), Ok(()));
    let customer = stripe.world.customers[0].clone();
    assert_eq!(customer.email.as_deref(), Some("new@example.com"));
    assert_eq!(stripe.world.subscriptions[0].status, "active");
}

#[test]
fn a_buyer_without_an_address_gives_one_and_may_choose_how_many() {
    let mut stripe = Stripe::new();
    let made = session(&mut stripe, "line_items[0][adjustable_quantity][enabled]=true&line_items[0][adjustable_quantity][maximum]=5");
    assert!(buy(&mut stripe.world, &SETTINGS, &id(&made), PAYS, NOW).unwrap_err().message().contains("email"));
    for wrong in [0, 6] {
        let purchase = Purchase { quantity: Some(wrong), email: Some("b@example.com"), ..PAYS };
        assert!(buy(&mut stripe.world, &SETTINGS, &id(&made), purchase, NOW).unwrap_err().message().contains("from 1 to 5"));
    }
    let purchase = Purchase { quantity: Some(5), email: Some("b@example.com"), ..PAYS };
    assert_eq!(buy(&mut stripe.world, &SETTINGS, &id(&made), purchase, NOW), Ok(()));
    let done = stripe.get(&format!("/v1/checkout/sessions/{}", id(&made)));
    assert_eq!((&done["amount_total"], &done["customer_details"]["email"]), (&json!(4_500), &json!("b@example.com")));
}

#[test]
fn a_trial_is_due_nothing() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer();
    let more = format!("customer={customer}&subscription_data[trial_period_days]=14&payment_method_collection=if_required");
    let made = session(&mut stripe, &more);
    assert_eq!(made["amount_total"], 0);
    assert_eq!(buy(&mut stripe.world, &SETTINGS, &id(&made), Purchase { card: None, ..PAYS }, NOW), Ok(()));
    let done = stripe.get(&format!("/v1/checkout/sessions/{}?expand[]=subscription", id(&made)));
    assert_eq!((&done["payment_status"], &done["subscription"]["status"]), (&json!("no_payment_required"), &json!("trialing")));
    let always = session(&mut stripe, &format!("customer={customer}&subscription_data[trial_period_days]=14"));
    let refused = buy(&mut stripe.world, &SETTINGS, &id(&always), Purchase { card: None, ..PAYS }, NOW).unwrap_err();
    assert_eq!(refused.message(), "Choose a card.");
}

#[test]
fn a_session_closes_by_hand_by_the_api_and_by_time() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer();
    let mut open = || id(&session(&mut stripe, &format!("customer={customer}")));
    let (by_api, by_hand, by_time) = (open(), open(), open());
    assert_eq!(stripe.post(&format!("/v1/checkout/sessions/{by_api}/expire"), "")["status"], "expired");
    assert_eq!(expire_now(&mut stripe.world, &SETTINGS, &by_hand, NOW), Ok(()));
    stripe.wait(86_400);
    for one in [by_api, by_hand, by_time] {
        assert_eq!(stripe.get(&format!("/v1/checkout/sessions/{one}"))["url"], Value::Null);
        assert_eq!(buy(&mut stripe.world, &SETTINGS, &one, PAYS, NOW).unwrap_err().message(), "This checkout session has expired.");
        assert!(expire_now(&mut stripe.world, &SETTINGS, &one, NOW).is_err());
    }
    assert_eq!(stripe.kinds_since(1), ["checkout.session.expired"; 3]);
}

#[test]
fn wrong_sessions_are_told_as_stripe_tells_them() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer();
    let of = |more: &str| form(&format!("customer={customer}&{more}"));
    let swapped = |from: &str, to: &str| of("").replace(from, to);
    for (form, code, param) in [
        (of("colour=red"), "parameter_unknown", "colour"),
        (of("subscription_data[colour]=red"), "parameter_unknown", "subscription_data[colour]"),
        (of("line_items[0][colour]=red"), "parameter_unknown", "line_items[0][colour]"),
        (of("customer_email=a%40example.com"), "", ""),
        (form("customer=cus_none"), "resource_missing", "customer"),
        (form("customer_email=nobody"), "email_invalid", "customer_email"),
        (swapped("mode=subscription", "mode=setup"), "", "mode"),
        (swapped("mode=subscription&", ""), "parameter_missing", "mode"),
        (swapped(TEAM, "price_none"), "resource_missing", "line_items[0][price]"),
        (swapped("[quantity]=3", "[quantity]=0"), "", "line_items[0][quantity]"),
        (swapped("[quantity]=3", "[quantity]=1000000"), "", "line_items[0][quantity]"),
        (swapped("[quantity]=3", "[quantity]=x"), "parameter_invalid_integer", "line_items[0][quantity]"),
        (swapped("&line_items[0][quantity]=3", ""), "parameter_missing", "line_items[0][quantity]"),
        (of(&format!("line_items[1][price]={TEAM}&line_items[1][quantity]=1")), "", "line_items[1][price]"),
        (swapped("http%3A%2F%2Fapp.localhost%2Fback", "javascript%3Aalert(1)"), "url_invalid", "cancel_url"),
        (swapped("http%3A%2F%2Fapp.localhost%2Fdone", "%2Fdone"), "url_invalid", "success_url"),
        (of(&format!("expires_at={}", NOW + 1_799)), "", "expires_at"),
        (of(&format!("expires_at={}", NOW + 86_401)), "", "expires_at"),
        (of("subscription_data[trial_period_days]=0"), "", "subscription_data[trial_period_days]"),
        (of("subscription_data[trial_period_days]=900"), "", "subscription_data[trial_period_days]"),
        (of(&format!("subscription_data[trial_end]={}", NOW + 86_400)), "", "subscription_data[trial_end]"),
        (of("automatic_tax[enabled]=true"), "", "automatic_tax[enabled]"),
    ] {
        is((400, code, param), &stripe.refused("POST", "/v1/checkout/sessions", &form), &form);
    }
    let large = swapped("[quantity]=3", "[quantity]=999999");
    is((400, "amount_too_large", ""), &stripe.refused("POST", "/v1/checkout/sessions", &large), "more than can be charged");
    is((404, "resource_missing", "id"), &stripe.refused("GET", "/v1/checkout/sessions/cs_test_none", ""), "none");
}
