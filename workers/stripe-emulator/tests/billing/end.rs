//! How a subscription ends, and what is then still owed to either side.

use super::{DAY, START, Stripe, amounts, cents};
use serde_json::json;

#[test]
fn it_ends_with_its_period_unless_undone() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("visa");
    let (stays, ends) = (stripe.team(&customer, ""), stripe.team(&customer, ""));
    for path in [&stays, &ends] {
        let ending = stripe.post(path, "cancel_at_period_end=true&cancellation_details[comment]=too+dear");
        assert_eq!((&ending["cancel_at"], &ending["canceled_at"]), (&json!(START + 30 * DAY), &json!(START)));
        assert_eq!(ending["cancellation_details"]["comment"], "too dear");
    }
    let again = stripe.post(&ends, "cancel_at_period_end=true");
    assert_eq!(again["cancellation_details"]["comment"], "too dear", "asked for twice is asked for once");
    stripe.post(&stays, "cancel_at_period_end=false");
    stripe.wait(30 * DAY);
    assert_eq!((stripe.status(&stays).as_str(), stripe.status(&ends).as_str()), ("active", "canceled"));
    let ended = stripe.get(&ends);
    assert_eq!((&ended["ended_at"], &ended["canceled_at"]), (&json!(START + 30 * DAY), &json!(START)));
    assert_eq!(stripe.latest(&ends)["billing_reason"], "subscription_create", "no renewal");
    assert_eq!(stripe.refused("POST", &ends, "cancel_at_period_end=false").0, 400);
    assert_eq!(stripe.event("customer.subscription.deleted")["data"]["object"]["status"], "canceled");
}

#[test]
fn it_ends_at_a_date() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("visa");
    let path = stripe.team(&customer, "");
    let at = START + 40 * DAY;
    assert_eq!(stripe.post(&path, &format!("cancel_at={at}"))["cancel_at"], at);
    assert_eq!(stripe.post(&path, "cancel_at=")["cancel_at"], json!(null));
    stripe.post(&path, &format!("cancel_at={at}"));
    assert_eq!(stripe.refused("POST", &path, &format!("cancel_at={at}&cancel_at_period_end=true")).0, 400);
    stripe.wait(40 * DAY - 1);
    assert_eq!(stripe.status(&path), "active", "renewed once");
    stripe.wait(1);
    let ended = stripe.get(&path);
    assert_eq!((&ended["status"], &ended["ended_at"]), (&json!("canceled"), &json!(at)));
}

#[test]
fn it_ends_now_with_or_without_what_is_left() {
    for (form, expected, balance) in [
        ("", None, 0),
        ("invoice_now=true", None, 0),
        ("invoice_now=true&prorate=true", Some(vec![-1350]), -1350),
        ("prorate=true", None, 0),
    ] {
        let mut stripe = Stripe::new();
        let customer = stripe.customer("visa");
        let path = stripe.team(&customer, "");
        stripe.wait(15 * DAY);
        let (status, ended) = stripe.send("DELETE", &path, form, None);
        assert_eq!((status, &ended["status"]), (200, &json!("canceled")), "{form}");
        let invoice = stripe.latest(&path);
        assert_eq!(amounts(&invoice), expected.unwrap_or(vec![2700]), "{form}");
        assert_eq!(cents(&stripe.get(&format!("/v1/customers/{customer}"))["balance"]), balance);
        // Whatever is not on the balance waits for the customer's next invoice.
        let next = stripe.team(&customer, "");
        let due = if form.contains("prorate") { 1350 } else { 2700 };
        assert_eq!(cents(&stripe.latest(&next)["amount_due"]), due, "{form}");
    }
}

#[test]
fn what_waits_is_dropped_or_invoiced() {
    for (form, lines) in [("", vec![2700]), ("invoice_now=true", vec![-1350, 1800])] {
        let mut stripe = Stripe::new();
        let customer = stripe.customer("visa");
        let path = stripe.team(&customer, "");
        let item = stripe.item(&path);
        stripe.wait(15 * DAY);
        stripe.post(&path, &format!("items[0][id]={item}&items[0][quantity]=4"));
        stripe.send("DELETE", &path, form, None);
        assert_eq!(amounts(&stripe.latest(&path)), lines, "{form}");
        assert!(stripe.world.pending.is_empty());
    }
    let mut stripe = Stripe::new();
    let customer = stripe.customer("visa");
    let path = stripe.team(&customer, "&cancel_at_period_end=true");
    let item = stripe.item(&path);
    stripe.wait(15 * DAY);
    stripe.post(&path, &format!("items[0][id]={item}&items[0][quantity]=4"));
    stripe.wait(15 * DAY);
    assert_eq!(
        (stripe.status(&path).as_str(), amounts(&stripe.latest(&path))),
        ("canceled", vec![-1350, 1800]),
        "at the end of the period"
    );
}

#[test]
fn an_unpaid_invoice_is_not_tried_again_after_the_end() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("visa");
    let path = stripe.team(&customer, "");
    stripe.card(&customer, "chargeCustomerFail");
    stripe.wait(30 * DAY);
    assert_eq!(stripe.status(&path), "past_due");
    stripe.send("DELETE", &path, "", None);
    stripe.happened();
    stripe.wait(30 * DAY);
    assert_eq!(stripe.happened(), Vec::<String>::new());
    let invoice = stripe.latest(&path);
    assert_eq!((&invoice["status"], &invoice["next_payment_attempt"]), (&json!("open"), &json!(null)));
}

#[test]
fn an_incomplete_one_expires_when_it_is_canceled() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("chargeCustomerFail");
    let path = stripe.team(&customer, "");
    let (status, ended) = stripe.send("DELETE", &path, "", None);
    assert_eq!((status, &ended["status"]), (200, &json!("incomplete_expired")));
    assert_eq!(stripe.latest(&path)["status"], "void");
}
