//! Money that moved: charges, what is given back of them, and what payers dispute.

use crate::{DAY, SETTINGS, Stripe, cents, text};
use serde_json::json;
use stripe_emulator::core::disputes::{Kind, Verdict, decide_now, open_now};

/// The newest charge.
fn charge(stripe: &mut Stripe) -> String {
    text(&stripe.get("/v1/charges?limit=1")["data"][0]["id"])
}

#[test]
fn what_is_paid_is_a_charge_of_the_customer() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("visa");
    stripe.team(&customer, "");
    stripe.wait(30 * DAY);
    let list = stripe.get(&format!("/v1/charges?customer={customer}"));
    assert_eq!(list["data"].as_array().unwrap().len(), 2, "the first period and its renewal");
    let path = format!("/v1/charges/{}", text(&list["data"][0]["id"]));
    let shown = stripe.get(&format!("{path}?expand[]=payment_intent&expand[]=customer"));
    assert_eq!(
        (cents(&shown["amount"]), &shown["status"], &shown["payment_intent"]["status"], &shown["customer"]["id"]),
        (2_700, &json!("succeeded"), &json!("succeeded"), &json!(customer))
    );
    assert_eq!(shown["payment_intent"]["latest_charge"], list["data"][0]["id"]);
    assert!(stripe.happened().windows(2).any(|two| two == ["charge.succeeded", "payment_intent.succeeded"]));
    assert_eq!(stripe.refused("GET", "/v1/charges/ch_none", ""), (404, "resource_missing".to_owned()));

    let poor = stripe.customer("chargeCustomerFail");
    stripe.team(&poor, "");
    assert_eq!(stripe.get(&format!("/v1/charges?customer={poor}"))["data"], json!([]), "a decline is no charge");
}

#[test]
fn a_charge_is_given_back_in_parts_until_nothing_is_left() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("visa");
    stripe.team(&customer, "");
    let (charge, intent) = (charge(&mut stripe), text(&stripe.get("/v1/charges")["data"][0]["payment_intent"]));
    let first = stripe.post("/v1/refunds", &format!("charge={charge}&amount=700&reason=requested_by_customer&metadata[why]=late"));
    assert_eq!((cents(&first["amount"]), &first["status"], &first["metadata"]["why"]), (700, &json!("succeeded"), &json!("late")));
    let event = stripe.event("charge.refunded");
    assert_eq!(
        (&event["data"]["object"]["amount_refunded"], &event["data"]["previous_attributes"]),
        (&json!(700), &json!({"amount_refunded": 0}))
    );
    for (form, code) in [
        (format!("charge={charge}&amount=2001"), ""),
        (format!("charge={charge}&amount=0"), "parameter_invalid_integer"),
        (format!("charge={charge}&payment_intent={intent}"), ""),
        (format!("charge={charge}&reason=generous"), ""),
        ("charge=ch_none".to_owned(), "resource_missing"),
        ("payment_intent=pi_none".to_owned(), "resource_missing"),
        ("amount=5".to_owned(), ""),
    ] {
        assert_eq!(stripe.refused("POST", "/v1/refunds", &form), (400, code.to_owned()), "{form}");
    }
    let rest = stripe.post("/v1/refunds", &format!("payment_intent={intent}"));
    assert_eq!(cents(&rest["amount"]), 2_000, "all that was left");
    let event = stripe.event("charge.refunded");
    assert_eq!(event["data"]["previous_attributes"], json!({"amount_refunded": 700, "refunded": false}));
    assert_eq!(stripe.refused("POST", "/v1/refunds", &format!("charge={charge}")), (400, "charge_already_refunded".to_owned()));
    let list = stripe.get(&format!("/v1/refunds?charge={charge}"));
    assert_eq!(list["data"].as_array().unwrap().iter().map(|r| cents(&r["amount"])).collect::<Vec<_>>(), [2_000, 700]);
    assert_eq!(stripe.get(&format!("/v1/refunds/{}", text(&first["id"])))["charge"], json!(charge));
    assert_eq!(
        open_now(&mut stripe.world, &SETTINGS, &charge, Kind::Chargeback, stripe.now).unwrap_err().message(),
        "All of this charge was given back; there is nothing to dispute."
    );
}

#[test]
fn a_disputed_card_is_charged_and_the_bank_takes_the_money_back() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("createDispute");
    let path = stripe.team(&customer, "");
    assert_eq!(stripe.status(&path), "active", "it is paid for until the bank decides");
    let happened = stripe.happened();
    let about: Vec<&str> =
        happened.iter().map(String::as_str).filter(|kind| kind.starts_with("charge.") || kind.starts_with("payment_intent")).collect();
    assert_eq!(
        about,
        ["charge.succeeded", "charge.updated", "charge.dispute.created", "charge.dispute.funds_withdrawn", "payment_intent.succeeded"]
    );
    let charge = charge(&mut stripe);
    let dispute = stripe.get(&format!("/v1/disputes?charge={charge}"))["data"][0].clone();
    assert_eq!(
        (cents(&dispute["amount"]), &dispute["status"], &dispute["reason"], &dispute["is_charge_refundable"]),
        (2_700, &json!("needs_response"), &json!("fraudulent"), &json!(false))
    );
    assert_eq!(dispute.get("customer"), None, "as at Stripe: only the charge names one");
    assert_eq!(cents(&dispute["balance_transactions"][0]["amount"]), -2_700);
    assert_eq!(stripe.refused("POST", "/v1/refunds", &format!("charge={charge}")), (400, "charge_disputed".to_owned()));

    decide_now(&mut stripe.world, &SETTINGS, &charge, Verdict::Won, stripe.now).unwrap();
    assert_eq!(stripe.happened(), ["charge.dispute.closed", "charge.dispute.funds_reinstated"]);
    let path = format!("/v1/disputes/{}", text(&dispute["id"]));
    let won = stripe.get(&path);
    let moved: Vec<i64> = won["balance_transactions"].as_array().unwrap().iter().map(|t| cents(&t["amount"])).collect();
    assert_eq!((&won["status"], moved), (&json!("won"), vec![-2_700, 2_700]));
    assert_eq!(stripe.refused("POST", &format!("{path}/close"), "").0, 400, "it is decided");
    assert!(decide_now(&mut stripe.world, &SETTINGS, &charge, Verdict::Lost, stripe.now).is_err());
}

#[test]
fn a_dispute_that_is_lost_or_given_in_to_moves_no_more_money() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("visa");
    stripe.team(&customer, "");
    let charge = charge(&mut stripe);
    stripe.post("/v1/refunds", &format!("charge={charge}&amount=700"));
    assert!(decide_now(&mut stripe.world, &SETTINGS, &charge, Verdict::Lost, stripe.now).is_err(), "nobody disputes it yet");
    open_now(&mut stripe.world, &SETTINGS, &charge, Kind::Chargeback, stripe.now).unwrap();
    assert!(open_now(&mut stripe.world, &SETTINGS, &charge, Kind::Chargeback, stripe.now).is_err(), "once");
    assert!(open_now(&mut stripe.world, &SETTINGS, "ch_none", Kind::Chargeback, stripe.now).unwrap_err().is_missing());
    let dispute = stripe.get("/v1/disputes")["data"][0].clone();
    assert_eq!(cents(&dispute["amount"]), 2_000, "what was not given back");
    stripe.happened();
    let closed = stripe.post(&format!("/v1/disputes/{}/close", text(&dispute["id"])), "");
    assert_eq!((&closed["status"], closed["balance_transactions"].as_array().unwrap().len()), (&json!("lost"), 1));
    assert_eq!(stripe.happened(), ["charge.dispute.closed"]);
}

#[test]
fn an_inquiry_moves_no_money() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("createDisputeInquiry");
    stripe.team(&customer, "");
    assert!(!stripe.happened().contains(&"charge.dispute.funds_withdrawn".to_owned()));
    let charge = charge(&mut stripe);
    let dispute = stripe.get("/v1/disputes")["data"][0].clone();
    assert_eq!(
        (&dispute["status"], &dispute["balance_transactions"], &dispute["is_charge_refundable"]),
        (&json!("warning_needs_response"), &json!([]), &json!(true))
    );
    stripe.post("/v1/refunds", &format!("charge={charge}&amount=100"));
    decide_now(&mut stripe.world, &SETTINGS, &charge, Verdict::Won, stripe.now).unwrap();
    assert_eq!(stripe.get(&format!("/v1/disputes/{}", text(&dispute["id"])))["status"], "warning_closed");
    assert_eq!(stripe.event("charge.dispute.funds_reinstated"), json!(null));
}

#[test]
fn a_payment_without_a_customer_is_made_at_once() {
    let mut stripe = Stripe::new();
    let form = "amount=100&currency=usd&payment_method=pm_card_visa&payment_method_types[]=card&confirm=true&description=Once";
    let made = stripe.post("/v1/payment_intents", form);
    assert_eq!((&made["status"], &made["customer"], &made["description"]), (&json!("succeeded"), &json!(null), &json!("Once")));
    assert_eq!(stripe.get(&format!("/v1/payment_intents/{}", text(&made["id"]))), made);
    for (form, status, code) in [
        ("amount=49&currency=usd&payment_method=pm_card_visa&confirm=true", 400, "amount_too_small"),
        ("amount=100000000&currency=usd&payment_method=pm_card_visa&confirm=true", 400, "amount_too_large"),
        ("amount=100&currency=usd&payment_method=pm_card_visa", 400, ""),
        ("amount=100&currency=usd&confirm=true", 400, "parameter_missing"),
        ("amount=100&currency=usd&payment_method=pm_card_visa&confirm=true&customer=cus_none", 400, "resource_missing"),
        ("amount=100&currency=usd&payment_method=pm_card_chargeDeclined&confirm=true", 402, "card_declined"),
    ] {
        assert_eq!(stripe.refused("POST", "/v1/payment_intents", form), (status, code.to_owned()), "{form}");
    }
    assert_eq!(stripe.world.charges.len(), 1);
}

#[test]
fn a_card_that_its_bank_declines_can_not_be_saved() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("visa");
    let before = stripe.get(&format!("/v1/customers/{customer}"));
    for (path, form) in [
        ("/v1/payment_methods/pm_card_chargeDeclined/attach".to_owned(), format!("customer={customer}")),
        ("/v1/customers".to_owned(), "payment_method=pm_card_chargeDeclined".to_owned()),
        (format!("/v1/customers/{customer}"), "invoice_settings[default_payment_method]=pm_card_chargeDeclined".to_owned()),
    ] {
        assert_eq!(stripe.refused("POST", &path, &form), (402, "card_declined".to_owned()), "{path}");
    }
    assert_eq!((stripe.get(&format!("/v1/customers/{customer}")), stripe.world.customers.len()), (before, 1));
    let saved = stripe.post("/v1/payment_methods/pm_card_chargeCustomerFail/attach", &format!("customer={customer}"));
    assert_eq!(saved["card"]["last4"], "0341", "this one fails when it is charged");
    let form = format!("customer={customer}&items[0][price]={}&payment_behavior=error_if_incomplete", crate::TEAM);
    assert_eq!(stripe.refused("POST", "/v1/subscriptions", &form), (402, "card_declined".to_owned()));
}
