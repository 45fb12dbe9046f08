//! How a first invoice is paid, or not.

use super::{DAY, START, Stripe, TEAM, cents, text};
use serde_json::json;

#[test]
fn a_first_invoice_is_paid() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("visa");
    let path = stripe.team(&customer, "");
    let invoice = stripe.latest(&path);
    for (field, value) in [
        ("status", json!("paid")),
        ("amount_due", json!(2700)),
        ("amount_paid", json!(2700)),
        ("amount_remaining", json!(0)),
        ("total", json!(2700)),
        ("billing_reason", json!("subscription_create")),
        ("attempt_count", json!(1)),
        ("customer", json!(customer)),
    ] {
        assert_eq!(invoice[field], value, "{field}");
    }
    assert_eq!(invoice["parent"]["subscription_details"]["subscription"], path.trim_start_matches("/v1/subscriptions/"));
    assert!(invoice.get("subscription").is_none() && text(&invoice["number"]).ends_with("-0001"));
    let line = &invoice["lines"]["data"][0];
    assert_eq!((&line["amount"], &line["quantity"], &line["pricing"]["price_details"]["price"]), (&json!(2700), &json!(3), &json!(TEAM)));
    assert_eq!((&line["period"]["start"], &line["period"]["end"]), (&json!(START), &json!(START + 30 * DAY)));
    assert_eq!(
        stripe.happened(),
        [
            "customer.created",
            "invoice.created",
            "customer.subscription.created",
            "invoice.finalized",
            "charge.succeeded",
            "payment_intent.succeeded",
            "invoice.paid",
            "invoice.payment_succeeded",
            "customer.subscription.updated"
        ]
    );
    let id = text(&invoice["id"]);
    assert_eq!(stripe.get(&format!("/v1/invoices/{id}"))["id"], id.as_str());
    assert_eq!(stripe.get(&format!("/v1/invoices/{id}/lines"))["data"].as_array().unwrap().len(), 1);
    assert_eq!(stripe.refused("POST", &format!("/v1/invoices/{id}/pay"), ""), (400, String::new()), "it is paid");
    assert_eq!(stripe.refused("POST", &format!("/v1/invoices/{id}/void"), ""), (400, String::new()), "and stays paid");
}

#[test]
fn lists_are_filtered_and_paged() {
    let mut stripe = Stripe::new();
    let (one, other) = (stripe.customer("visa"), stripe.customer("visa"));
    let path = stripe.team(&one, "");
    stripe.wait(10);
    stripe.team(&one, "");
    stripe.team(&other, "&payment_behavior=default_incomplete");
    let count = |stripe: &mut Stripe, query: &str| stripe.get(&format!("/v1/invoices?{query}"))["data"].as_array().unwrap().len();
    let subscription = path.trim_start_matches("/v1/subscriptions/");
    for (query, expected) in [
        (String::new(), 3),
        (format!("customer={one}"), 2),
        (format!("subscription={subscription}"), 1),
        ("status=open".to_owned(), 1),
        ("status=paid".to_owned(), 2),
        ("status=draft".to_owned(), 0),
        (format!("created[gt]={START}"), 2),
        (format!("created={START}"), 1),
        ("collection_method=send_invoice".to_owned(), 0),
    ] {
        assert_eq!(count(&mut stripe, &query), expected, "{query}");
    }
    let first = stripe.get("/v1/invoices?limit=2");
    assert_eq!((first["data"].as_array().unwrap().len(), &first["has_more"]), (2, &json!(true)));
    let rest = stripe.get(&format!("/v1/invoices?limit=2&starting_after={}", text(&first["data"][1]["id"])));
    assert_eq!((rest["data"].as_array().unwrap().len(), &rest["has_more"]), (1, &json!(false)));
}

#[test]
fn a_declined_card_does_what_payment_behavior_says() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("chargeCustomerFail");
    let form = format!("customer={customer}&items[0][price]={TEAM}");
    let before = stripe.world.clone();
    let (status, refused) = stripe.send("POST", "/v1/subscriptions", &format!("{form}&payment_behavior=error_if_incomplete"), None);
    let error = &refused["error"];
    assert_eq!(
        (status, &error["type"], &error["code"], &error["decline_code"], error.get("param")),
        (402, &json!("card_error"), &json!("card_declined"), &json!("generic_decline"), None)
    );
    assert_eq!(
        (&stripe.world.subscriptions, &stripe.world.invoices, &stripe.world.events),
        (&before.subscriptions, &before.invoices, &before.events)
    );

    let path = stripe.team(&customer, "");
    assert_eq!(stripe.status(&path), "incomplete");
    let invoice = stripe.latest(&path);
    assert_eq!(
        (&invoice["status"], &invoice["attempt_count"], &invoice["next_payment_attempt"]),
        (&json!("open"), &json!(1), &json!(null))
    );
    assert_eq!(stripe.get(&format!("/v1/customers/{customer}"))["delinquent"], true);
    assert_eq!(stripe.event("customer.updated")["data"]["previous_attributes"], json!({"delinquent": false}));
    let item = stripe.item(&path);
    assert_eq!(stripe.refused("POST", &path, &format!("items[0][id]={item}&items[0][quantity]=9")).0, 400, "first it is paid for");

    let pay = format!("/v1/invoices/{}/pay", text(&invoice["id"]));
    assert_eq!(stripe.refused("POST", &pay, ""), (402, "card_declined".to_owned()));
    assert_eq!(stripe.latest(&path)["attempt_count"], 2, "the failed try is on the books");
    assert_eq!(stripe.refused("POST", &pay, "payment_method=pm_of_nobody"), (400, "resource_missing".to_owned()));
    assert_eq!(stripe.post(&pay, "payment_method=pm_card_visa")["status"], "paid");
    assert_eq!(stripe.status(&path), "active");
    assert_eq!(stripe.get(&format!("/v1/customers/{customer}"))["delinquent"], false);
}

#[test]
fn without_a_card_only_what_costs_nothing_begins() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("");
    let form = |more: &str| format!("customer={customer}&items[0][price]={TEAM}{more}");
    assert_eq!(stripe.refused("POST", "/v1/subscriptions", &form("")), (400, "resource_missing".to_owned()));
    let free = stripe.post("/v1/subscriptions", &form("&items[0][quantity]=0"));
    assert_eq!((&free["status"], &free["items"]["data"][0]["quantity"]), (&json!("active"), &json!(0)));
    assert_eq!(stripe.post("/v1/subscriptions", &form("&trial_period_days=5"))["status"], "trialing");
    let later = stripe.post("/v1/subscriptions", &form("&payment_behavior=default_incomplete"));
    let path = format!("/v1/subscriptions/{}", text(&later["id"]));
    let invoice = stripe.latest(&path);
    assert_eq!((&later["status"], &invoice["status"], &invoice["attempt_count"]), (&json!("incomplete"), &json!("open"), &json!(0)));
    stripe.post(&format!("/v1/invoices/{}/pay", text(&invoice["id"])), "paid_out_of_band=true");
    assert_eq!(stripe.status(&path), "active");
}

#[test]
fn an_incomplete_subscription_expires_after_23_hours() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("chargeCustomerFail");
    let path = stripe.team(&customer, "");
    stripe.happened();
    stripe.wait(23 * 3_600 - 1);
    assert_eq!(stripe.status(&path), "incomplete");
    stripe.wait(1);
    assert_eq!(stripe.status(&path), "incomplete_expired");
    assert_eq!(stripe.latest(&path)["status"], "void");
    assert_eq!(stripe.happened(), ["invoice.voided", "customer.subscription.updated"]);
    assert_eq!(stripe.refused("DELETE", &path, "").0, 404);
    stripe.wait(100 * DAY);
    assert_eq!(stripe.happened(), Vec::<String>::new(), "it is over");
}

#[test]
fn a_first_invoice_taken_back_ends_the_subscription() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("chargeCustomerFail");
    let path = stripe.team(&customer, "");
    let invoice = text(&stripe.latest(&path)["id"]);
    assert_eq!(stripe.post(&format!("/v1/invoices/{invoice}/void"), "")["status"], "void");
    assert_eq!(stripe.status(&path), "incomplete_expired");
    assert_eq!(stripe.refused("POST", &format!("/v1/invoices/{invoice}/pay"), "").0, 400);
    assert_eq!(stripe.refused("POST", &format!("/v1/invoices/{invoice}/finalize"), "").0, 400);
}

#[test]
fn a_decline_is_repeated_to_the_same_key() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("chargeCustomerFail");
    let form = format!("customer={customer}&items[0][price]={TEAM}&payment_behavior=error_if_incomplete");
    let first = stripe.send("POST", "/v1/subscriptions", &form, Some("key_1"));
    stripe.card(&customer, "visa");
    let again = stripe.send("POST", "/v1/subscriptions", &form, Some("key_1"));
    assert_eq!((first.0, &first), (402, &again), "as at Stripe: another try needs another key");
    assert_eq!(stripe.send("POST", "/v1/subscriptions", &form, Some("key_2")).0, 200);
    assert_eq!(stripe.world.subscriptions.len(), 1);
}

#[test]
fn an_account_number_counts_up_for_each_customer() {
    let mut stripe = Stripe::new();
    let (one, other) = (stripe.customer("visa"), stripe.customer("visa"));
    let numbers: Vec<String> = [&one, &one, &other]
        .map(|customer| {
            let path = stripe.team(customer, "");
            text(&stripe.latest(&path)["number"])
        })
        .into();
    let ends: Vec<&str> = numbers.iter().map(|n| n.split_once('-').unwrap().1).collect();
    assert_eq!(ends, ["0001", "0002", "0001"]);
    assert_eq!(cents(&stripe.get(&format!("/v1/customers/{one}"))["next_invoice_sequence"]), 3);
}
