//! Trials, and subscriptions that are paused.

use super::{DAY, START, Stripe, TEAM, amounts, text};
use serde_json::json;

#[test]
fn a_trial_is_announced_and_then_paid_for() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("visa");
    let path = stripe.team(&customer, "&trial_period_days=14");
    let shown = stripe.get(&path);
    assert_eq!((&shown["trial_start"], &shown["trial_end"]), (&json!(START), &json!(START + 14 * DAY)));
    let invoice = stripe.latest(&path);
    assert_eq!((&invoice["amount_due"], &invoice["status"]), (&json!(0), &json!("paid")));
    stripe.happened();
    stripe.wait(11 * DAY);
    assert_eq!(stripe.happened(), ["invoice.upcoming", "customer.subscription.trial_will_end"]);
    let item = stripe.item(&path);
    stripe.post(&path, &format!("items[0][id]={item}&items[0][quantity]=4&proration_behavior=always_invoice"));
    assert_eq!(stripe.latest(&path)["amount_due"], 0, "nothing is prorated on trial");
    stripe.wait(3 * DAY);
    assert_eq!(stripe.status(&path), "active");
    assert_eq!(amounts(&stripe.latest(&path)), [3600]);
    assert_eq!(stripe.event("customer.subscription.updated")["data"]["previous_attributes"]["status"], "trialing");
}

#[test]
fn a_short_trial_is_announced_at_once() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("visa");
    stripe.team(&customer, "&trial_period_days=2");
    assert_eq!(stripe.event("customer.subscription.trial_will_end")["data"]["object"]["status"], "trialing");
}

#[test]
fn without_a_card_a_trial_ends_as_it_was_set() {
    for (setting, status, events) in [
        ("create_invoice", "past_due", "customer.subscription.updated"),
        ("pause", "paused", "customer.subscription.paused"),
        ("cancel", "canceled", "customer.subscription.deleted"),
    ] {
        let mut stripe = Stripe::new();
        let customer = stripe.customer("");
        let path = stripe.team(&customer, &format!("&trial_period_days=14&trial_settings[end_behavior][missing_payment_method]={setting}"));
        stripe.wait(14 * DAY);
        assert_eq!(stripe.status(&path), status);
        assert_eq!(stripe.event(events)["data"]["object"]["status"], status);
        if setting == "pause" {
            stripe.wait(100 * DAY);
            assert_eq!((stripe.status(&path).as_str(), stripe.world.invoices.len()), ("paused", 1), "no time passes for it");
            assert_eq!(stripe.refused("POST", &format!("{path}/resume"), ""), (400, "resource_missing".to_owned()), "still no card");
            stripe.card(&customer, "chargeCustomerFail");
            assert_eq!(stripe.post(&format!("{path}/resume"), "")["status"], "paused", "not paid");
            stripe.card(&customer, "visa");
            let invoice = text(&stripe.latest(&path)["id"]);
            stripe.happened();
            stripe.post(&format!("/v1/invoices/{invoice}/pay"), "");
            assert_eq!(stripe.status(&path), "active");
            assert!(stripe.happened().contains(&"customer.subscription.resumed".to_owned()));
        }
    }
}

#[test]
fn a_paused_subscription_resumes_in_a_period_of_its_own() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("");
    let path = stripe.team(&customer, "&trial_period_days=14&trial_settings[end_behavior][missing_payment_method]=pause");
    stripe.wait(20 * DAY);
    assert_eq!(stripe.status(&path), "paused");
    stripe.card(&customer, "visa");
    let resumed = stripe.post(&format!("{path}/resume"), "billing_cycle_anchor=now");
    assert_eq!((&resumed["status"], &resumed["items"]["data"][0]["current_period_start"]), (&json!("active"), &json!(START + 20 * DAY)));
    assert_eq!(amounts(&stripe.latest(&path)), [2700]);
}

#[test]
fn a_trial_is_cut_short_or_given_later() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("visa");
    let path = stripe.team(&customer, "&trial_period_days=14");
    stripe.wait(DAY);
    let active = stripe.post(&path, "trial_end=now");
    assert_eq!((&active["status"], &active["trial_end"]), (&json!("active"), &json!(START + DAY)));
    assert_eq!(amounts(&stripe.latest(&path)), [2700]);

    stripe.wait(15 * DAY);
    let trial = stripe.post(&path, &format!("trial_end={}&proration_behavior=none", stripe.now + 5 * DAY));
    assert_eq!((&trial["status"], &trial["items"]["data"][0]["current_period_end"]), (&json!("trialing"), &json!(START + 21 * DAY)));
    stripe.wait(5 * DAY);
    assert_eq!(stripe.status(&path), "active");
    assert_eq!(amounts(&stripe.latest(&path)), [2700]);

    let form = format!("customer={customer}&items[0][price]={TEAM}&trial_end=now");
    assert_eq!(stripe.post("/v1/subscriptions", &form)["status"], "active");
}
