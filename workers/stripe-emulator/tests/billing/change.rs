//! Changes of plan and seats, with prorations.

use super::{BUSINESS, DAY, START, Stripe, TEAM, YEARLY, amounts, cents, text};
use serde_json::json;

#[test]
fn more_seats_are_invoiced_at_once() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("visa");
    let path = stripe.team(&customer, "");
    let item = stripe.item(&path);
    stripe.happened();
    stripe.wait(15 * DAY);
    let changed = stripe.post(&path, &format!("items[0][id]={item}&items[0][quantity]=5&proration_behavior=always_invoice"));
    assert_eq!(changed["items"]["data"][0]["current_period_end"], START + 30 * DAY, "the period stays");
    let invoice = stripe.latest(&path);
    assert_eq!(amounts(&invoice), [-1350, 2250]);
    assert_eq!(
        (&invoice["amount_due"], &invoice["status"], &invoice["billing_reason"]),
        (&json!(900), &json!("paid"), &json!("subscription_update"))
    );
    let line = &invoice["lines"]["data"][0];
    assert_eq!(line["parent"]["subscription_item_details"]["proration"], true);
    assert_eq!((&line["period"]["start"], &line["period"]["end"]), (&json!(START + 15 * DAY), &json!(START + 30 * DAY)));
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
    stripe.post(&path, &format!("items[0][id]={item}&items[0][quantity]=5&proration_behavior=always_invoice"));
    assert_eq!(stripe.happened(), Vec::<String>::new(), "no change, no invoice, no event");
}

#[test]
fn prorations_wait_for_the_next_invoice() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("visa");
    let path = stripe.team(&customer, "");
    let item = stripe.item(&path);
    stripe.wait(10 * DAY);
    let plan = format!("items[0][id]={item}&items[0][price]={BUSINESS}&items[0][quantity]=2");
    stripe.post(&path, &plan);
    assert_eq!(stripe.get("/v1/invoices")["data"].as_array().unwrap().len(), 1);
    let event = stripe.event("customer.subscription.updated");
    let was = &event["data"]["previous_attributes"]["items"]["data"][0];
    assert_eq!((&was["quantity"], &was["price"]["id"]), (&json!(3), &json!(TEAM)));
    stripe.wait(20 * DAY);
    let invoice = stripe.latest(&path);
    assert_eq!(amounts(&invoice), [-1800, 3867, 5800], "unused, remaining, and the next period");
    assert_eq!((&invoice["amount_due"], &invoice["billing_reason"]), (&json!(7867), &json!("subscription_cycle")));
    stripe.wait(31 * DAY);
    assert_eq!(amounts(&stripe.latest(&path)), [5800], "once");
}

#[test]
fn without_proration_the_next_period_costs_more() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("visa");
    let path = stripe.team(&customer, "");
    let item = stripe.item(&path);
    stripe.wait(10 * DAY);
    stripe.post(&path, &format!("items[0][id]={item}&items[0][quantity]=10&proration_behavior=none"));
    stripe.wait(20 * DAY);
    assert_eq!(amounts(&stripe.latest(&path)), [9000]);
}

#[test]
fn credit_is_kept_and_used_up() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("visa");
    let path = stripe.team(&customer, "&items[0][quantity]=10");
    let item = stripe.item(&path);
    stripe.wait(15 * DAY);
    stripe.post(&path, &format!("items[0][id]={item}&items[0][quantity]=1&proration_behavior=always_invoice"));
    let invoice = stripe.latest(&path);
    assert_eq!(
        (amounts(&invoice), &invoice["total"], &invoice["amount_due"], &invoice["ending_balance"], &invoice["status"]),
        (vec![-4500, 450], &json!(-4050), &json!(0), &json!(-4050), &json!("paid"))
    );
    let balance = |stripe: &mut Stripe| cents(&stripe.get(&format!("/v1/customers/{customer}"))["balance"]);
    assert_eq!(balance(&mut stripe), -4050);
    stripe.wait(15 * DAY);
    let invoice = stripe.latest(&path);
    assert_eq!((&invoice["total"], &invoice["amount_due"], &invoice["starting_balance"]), (&json!(900), &json!(0), &json!(-4050)));
    assert_eq!(balance(&mut stripe), -3150);
    stripe.post(&path, &format!("items[0][id]={item}&items[0][quantity]=10&proration_behavior=always_invoice"));
    assert_eq!((cents(&stripe.latest(&path)["amount_due"]), balance(&mut stripe)), (8100 - 3150, 0));
}

#[test]
fn an_amount_too_small_to_charge_waits() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("visa");
    let path = stripe.team(&customer, "");
    let item = stripe.item(&path);
    stripe.wait(30 * DAY - 3_600);
    stripe.post(&path, &format!("items[0][id]={item}&items[0][quantity]=10&proration_behavior=always_invoice"));
    let invoice = stripe.latest(&path);
    assert_eq!((&invoice["total"], &invoice["amount_due"], &invoice["ending_balance"]), (&json!(9), &json!(0), &json!(9)));
    stripe.wait(3_600);
    assert_eq!(stripe.latest(&path)["amount_due"], 9_009);
}

#[test]
fn a_declined_change_does_what_payment_behavior_says() {
    for (behavior, status) in [("allow_incomplete", "past_due"), ("default_incomplete", "past_due")] {
        let mut stripe = Stripe::new();
        let customer = stripe.customer("visa");
        let path = stripe.team(&customer, "");
        let item = stripe.item(&path);
        stripe.card(&customer, "chargeCustomerFail");
        stripe.wait(DAY);
        let form = format!("items[0][id]={item}&items[0][quantity]=5&proration_behavior=always_invoice");
        let before = stripe.get(&path);
        assert_eq!(
            stripe.refused("POST", &path, &format!("{form}&payment_behavior=error_if_incomplete")),
            (402, "card_declined".to_owned())
        );
        assert_eq!(stripe.refused("POST", &path, &format!("{form}&payment_behavior=pending_if_incomplete")).0, 400);
        assert_eq!(stripe.get(&path), before);
        let changed = stripe.post(&path, &format!("{form}&payment_behavior={behavior}"));
        assert_eq!((&changed["status"], &changed["items"]["data"][0]["quantity"]), (&json!(status), &json!(5)), "{behavior}");
        let invoice = stripe.latest(&path);
        assert_eq!(invoice["attempt_count"], i32::from(behavior == "allow_incomplete"));
        assert_eq!(invoice["next_payment_attempt"].is_null(), behavior != "allow_incomplete");
        stripe.card(&customer, "visa");
        stripe.post(&format!("/v1/invoices/{}/pay", text(&invoice["id"])), "");
        assert_eq!(stripe.status(&path), "active");
    }
}

#[test]
fn another_interval_begins_a_period() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("visa");
    let path = stripe.team(&customer, "");
    let item = stripe.item(&path);
    stripe.wait(15 * DAY);
    let changed = stripe.post(&path, &format!("items[0][id]={item}&items[0][price]={YEARLY}"));
    let shown = &changed["items"]["data"][0];
    assert_eq!((&shown["current_period_start"], &shown["current_period_end"]), (&json!(START + 15 * DAY), &json!(START + 380 * DAY)));
    assert_eq!((&changed["billing_cycle_anchor"], &shown["price"]["recurring"]["interval"]), (&json!(START + 15 * DAY), &json!("year")));
    assert_eq!(amounts(&stripe.latest(&path)), [-1350, 27_000]);
    assert_eq!(stripe.refused("POST", &path, &format!("items[0][price]={BUSINESS}")).0, 400, "not both at once");
}

#[test]
fn items_come_and_go() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("visa");
    let path = stripe.team(&customer, "");
    let item = stripe.item(&path);
    stripe.wait(15 * DAY);
    let changed = stripe.post(&path, &format!("items[0][price]={BUSINESS}&items[0][quantity]=2&proration_behavior=always_invoice"));
    assert_eq!(changed["items"]["data"].as_array().unwrap().len(), 2);
    assert_eq!(amounts(&stripe.latest(&path)), [2900], "half a period");
    let changed = stripe.post(&path, &format!("items[0][id]={item}&items[0][deleted]=true&proration_behavior=always_invoice"));
    assert_eq!(changed["items"]["data"].as_array().unwrap().len(), 1);
    assert_eq!(amounts(&stripe.latest(&path)), [-1350]);
    let last = stripe.item(&path);
    assert_eq!(stripe.refused("POST", &path, &format!("items[0][id]={last}&items[0][deleted]=true")).0, 400);
    let none = stripe.post(&path, &format!("items[0][id]={last}&items[0][quantity]=0&proration_behavior=always_invoice"));
    assert_eq!(none["items"]["data"][0]["quantity"], 0, "which Stripe takes");
    let too_many = format!("items[0][id]={last}&items[0][quantity]=1000000&proration_behavior=always_invoice");
    assert_eq!(stripe.refused("POST", &path, &too_many), (400, "amount_too_large".to_owned()));
}

#[test]
fn a_proration_date_lies_within_the_period() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("visa");
    let path = stripe.team(&customer, "");
    let item = stripe.item(&path);
    stripe.wait(20 * DAY);
    let form = format!("items[0][id]={item}&items[0][quantity]=4&proration_behavior=always_invoice");
    for wrong in [START - 1, START + 30 * DAY + 1] {
        assert_eq!(stripe.refused("POST", &path, &format!("{form}&proration_date={wrong}")).0, 400);
    }
    stripe.post(&path, &format!("{form}&proration_date={}", START + 15 * DAY));
    assert_eq!(amounts(&stripe.latest(&path)), [-1350, 1800]);
}

#[test]
fn a_new_anchor_begins_a_period() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("visa");
    let path = stripe.team(&customer, "");
    stripe.wait(15 * DAY);
    stripe.post(&path, "billing_cycle_anchor=now");
    assert_eq!(amounts(&stripe.latest(&path)), [-1350, 2700]);
    stripe.wait(DAY);
    stripe.post(&path, "billing_cycle_anchor=now&proration_behavior=none");
    assert_eq!(amounts(&stripe.latest(&path)), [2700]);
    stripe.post(&path, "billing_cycle_anchor=unchanged");
    assert_eq!(amounts(&stripe.latest(&path)), [2700]);
}
