//! Renewals, those that fail, and what follows.

use super::{DAY, START, Stripe, amounts, text};
use serde_json::json;
use stripe_emulator::core::webhooks::AfterRetries;

#[test]
fn a_period_renews() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("visa");
    let path = stripe.team(&customer, "");
    stripe.happened();
    stripe.wait(23 * DAY - 1);
    assert_eq!(stripe.happened(), Vec::<String>::new());
    stripe.wait(1);
    let upcoming = stripe.event("invoice.upcoming");
    assert_eq!(upcoming["data"]["object"]["amount_due"], 2700);
    assert_eq!(stripe.happened(), ["invoice.upcoming"]);
    stripe.wait(7 * DAY);
    let event = stripe.event("customer.subscription.updated");
    let mut changed: Vec<&str> = event["data"]["previous_attributes"].as_object().unwrap().keys().map(String::as_str).collect();
    changed.sort_unstable();
    assert_eq!(changed, ["items", "latest_invoice"]);
    assert_eq!(event["request"]["id"], json!(null), "time did it");
    let invoice = stripe.latest(&path);
    assert_eq!(
        (&invoice["period_start"], &invoice["period_end"], &invoice["created"]),
        (&json!(START), &json!(START + 30 * DAY), &json!(START + 30 * DAY))
    );
    assert_eq!(invoice["lines"]["data"][0]["period"], json!({"start": START + 30 * DAY, "end": START + 61 * DAY}));
    assert_eq!(
        stripe.happened(),
        [
            "invoice.created",
            "invoice.finalized",
            "charge.succeeded",
            "payment_intent.succeeded",
            "invoice.paid",
            "invoice.payment_succeeded",
            "customer.subscription.updated"
        ]
    );
}

#[test]
fn many_periods_at_once_are_as_many_renewals() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("visa");
    let path = stripe.team(&customer, "");
    stripe.wait(366 * DAY);
    assert_eq!(stripe.status(&path), "active");
    let invoices = stripe.get("/v1/invoices?limit=100");
    let created: Vec<i64> = invoices["data"].as_array().unwrap().iter().map(|i| i["created"].as_i64().unwrap()).collect();
    assert_eq!(created.len(), 13);
    assert!(created.is_sorted_by(|a, b| a > b) && created.iter().all(|at| *at <= stripe.now), "each at its own time");
    let paid = stripe.happened().iter().filter(|kind| *kind == "invoice.paid").count();
    assert_eq!(paid, 12, "the first is more than 30 days ago, and so are its events");
}

#[test]
fn a_renewal_that_fails_is_tried_again_until_it_is_paid() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("visa");
    let path = stripe.team(&customer, "");
    stripe.card(&customer, "chargeCustomerFail");
    assert_eq!(stripe.status(&path), "active", "the first payment succeeds");
    stripe.wait(23 * DAY);
    stripe.happened();
    stripe.wait(7 * DAY);
    assert_eq!(stripe.status(&path), "past_due");
    assert_eq!(
        stripe.happened(),
        [
            "invoice.created",
            "invoice.finalized",
            "invoice.updated",
            "invoice.payment_failed",
            "customer.updated",
            "invoice.updated",
            "customer.subscription.updated"
        ]
    );
    let due = START + 30 * DAY;
    for (day, attempts, next) in [(0, 1, Some(3)), (3, 2, Some(5)), (5, 3, Some(7))] {
        stripe.now = due + day * DAY;
        let invoice = stripe.latest(&path);
        assert_eq!((&invoice["attempt_count"], &invoice["next_payment_attempt"]), (&json!(attempts), &json!(next.map(|n| due + n * DAY))));
        assert_eq!(invoice["status"], "open");
    }
    stripe.card(&customer, "visa");
    stripe.now = due + 7 * DAY;
    assert_eq!(stripe.status(&path), "active");
    let invoice = stripe.latest(&path);
    assert_eq!((&invoice["status"], &invoice["attempt_count"]), (&json!("paid"), &json!(4)));
    assert_eq!(stripe.event("customer.subscription.updated")["data"]["previous_attributes"], json!({"status": "past_due"}));
}

#[test]
fn after_the_last_try_it_ends_as_the_account_says() {
    for (after, status, reason) in [
        (AfterRetries::Cancel, "canceled", json!("payment_failed")),
        (AfterRetries::Unpaid, "unpaid", json!(null)),
        (AfterRetries::PastDue, "past_due", json!(null)),
    ] {
        let mut stripe = Stripe::new();
        stripe.world.switches.after_retries = after;
        let customer = stripe.customer("visa");
        let path = stripe.team(&customer, "");
        stripe.card(&customer, "chargeCustomerFail");
        stripe.wait(37 * DAY - 1);
        assert_eq!(stripe.status(&path), "past_due");
        stripe.wait(1);
        let held = stripe.get(&path);
        assert_eq!((&held["status"], &held["cancellation_details"]["reason"]), (&json!(status), &reason));
        let invoice = stripe.latest(&path);
        assert_eq!((&invoice["attempt_count"], &invoice["next_payment_attempt"]), (&json!(4), &json!(null)));
        stripe.wait(31 * DAY);
        let invoice = stripe.latest(&path);
        match after {
            AfterRetries::Cancel => assert_eq!(stripe.get("/v1/invoices")["data"].as_array().unwrap().len(), 2, "nothing more is charged"),
            AfterRetries::Unpaid => {
                assert_eq!(invoice["status"], "draft", "nothing is asked for any more");
                stripe.card(&customer, "visa");
                let id = text(&invoice["id"]);
                stripe.post(&format!("/v1/invoices/{id}/finalize"), "");
                stripe.post(&format!("/v1/invoices/{id}/pay"), "");
                assert_eq!(stripe.status(&path), "active");
            }
            AfterRetries::PastDue => {
                let id = text(&invoice["id"]);
                assert_eq!(invoice["status"], "open");
                assert_eq!(stripe.post(&format!("/v1/invoices/{id}/mark_uncollectible"), "")["status"], "uncollectible");
                assert_eq!(stripe.status(&path), "active", "written off is settled");
            }
        }
    }
}

#[test]
fn a_quantity_too_large_fails_at_the_renewal() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("visa");
    let path = stripe.team(&customer, "");
    let item = stripe.item(&path);
    stripe.post(&path, &format!("items[0][id]={item}&items[0][quantity]=1000000&proration_behavior=none"));
    stripe.wait(30 * DAY);
    assert_eq!(stripe.status(&path), "past_due");
    assert_eq!(amounts(&stripe.latest(&path)), [900_000_000]);
    let id = text(&stripe.latest(&path)["id"]);
    assert_eq!(stripe.refused("POST", &format!("/v1/invoices/{id}/pay"), ""), (400, "amount_too_large".to_owned()));
}

#[test]
fn a_renewal_by_hand_keeps_the_plan_of_retries() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("visa");
    let path = stripe.team(&customer, "");
    stripe.card(&customer, "chargeCustomerFail");
    stripe.wait(31 * DAY);
    let id = text(&stripe.latest(&path)["id"]);
    assert_eq!(stripe.refused("POST", &format!("/v1/invoices/{id}/pay"), "off_session=true").0, 402);
    let invoice = stripe.latest(&path);
    assert_eq!((&invoice["attempt_count"], &invoice["next_payment_attempt"]), (&json!(2), &json!(START + 33 * DAY)));
}
