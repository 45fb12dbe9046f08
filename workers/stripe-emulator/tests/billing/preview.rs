//! Previews show what then happens, to the cent.

use super::{BUSINESS, DAY, START, Stripe, TEAM, YEARLY, amounts, cents, text};
use proptest::prelude::*;
use serde_json::{Value, json};

fn subscription(path: &str) -> &str {
    path.trim_start_matches("/v1/subscriptions/")
}

/// What is to be the same in a preview and in the invoice.
fn comparable(invoice: &Value) -> Value {
    let lines: Vec<Value> = invoice["lines"]["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| {
            json!([
                l["description"],
                l["amount"],
                l["quantity"],
                l["pricing"],
                l["period"],
                l["parent"]["subscription_item_details"]["proration"]
            ])
        })
        .collect();
    let fields = ["total", "subtotal", "amount_due", "starting_balance", "currency", "customer"].map(|field| invoice[field].clone());
    json!([fields, lines])
}

#[test]
fn the_next_renewal_is_shown() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("visa");
    let path = stripe.team(&customer, "");
    let form = format!("subscription={}", subscription(&path));
    let before = stripe.world.clone();
    let preview = stripe.post("/v1/invoices/create_preview", &form);
    assert!(text(&preview["id"]).starts_with("upcoming_in_"));
    assert_eq!((&preview["status"], &preview["billing_reason"], &preview["number"]), (&json!("draft"), &json!("upcoming"), &json!(null)));
    assert_eq!(preview["lines"]["data"][0]["period"]["start"], START + 30 * DAY);
    let unchanged =
        (&stripe.world.subscriptions, &stripe.world.invoices, &stripe.world.pending, &stripe.world.events, &stripe.world.customers);
    assert_eq!(unchanged, (&before.subscriptions, &before.invoices, &before.pending, &before.events, &before.customers), "only looked at");

    stripe.post(&path, "cancel_at_period_end=true");
    assert_eq!(stripe.refused("POST", "/v1/invoices/create_preview", &form), (404, "invoice_upcoming_none".to_owned()));
    let back = stripe.post("/v1/invoices/create_preview", &format!("{form}&subscription_details[cancel_at_period_end]=false"));
    assert_eq!(comparable(&back), comparable(&preview), "if it were undone");
    assert_eq!(stripe.refused("POST", "/v1/invoices/create_preview", &format!("{form}&customer=cus_other")).0, 400);
    stripe.send("DELETE", &path, "", None);
    assert_eq!(stripe.refused("POST", "/v1/invoices/create_preview", &form), (404, "invoice_upcoming_none".to_owned()));
}

#[test]
fn a_change_without_an_invoice_shows_the_next_renewal_with_it() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("visa");
    let path = stripe.team(&customer, "");
    let item = stripe.item(&path);
    stripe.wait(15 * DAY);
    let details = format!("subscription_details[items][0][id]={item}&subscription_details[items][0][quantity]=5");
    for (behavior, expected) in
        [("create_prorations", vec![-1350, 2250, 4500]), ("none", vec![4500]), ("always_invoice", vec![-1350, 2250])]
    {
        let form = format!("subscription={}&{details}&subscription_details[proration_behavior]={behavior}", subscription(&path));
        assert_eq!(amounts(&stripe.post("/v1/invoices/create_preview", &form)), expected, "{behavior}");
    }
    let leave = format!("subscription={}&subscription_details[cancel_now]=true", subscription(&path));
    assert_eq!(amounts(&stripe.post("/v1/invoices/create_preview", &leave)), [-1350], "what would come back");
    assert_eq!(stripe.status(&path), "active");
}

#[test]
fn a_new_subscription_is_shown() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer("");
    let form = format!("customer={customer}&subscription_details[items][0][price]={BUSINESS}&subscription_details[items][0][quantity]=4");
    let preview = stripe.post("/v1/invoices/create_preview", &form);
    assert_eq!((amounts(&preview), cents(&preview["amount_due"])), (vec![11_600], 11_600));
    assert!(stripe.world.subscriptions.is_empty());
}

#[derive(Debug, Clone)]
struct Step {
    wait: i64,
    price: &'static str,
    quantity: i64,
    behavior: &'static str,
    again: bool,
}

fn step() -> impl Strategy<Value = Step> {
    let prices = prop_oneof![Just(TEAM), Just(BUSINESS), Just(YEARLY)];
    let behaviors = prop_oneof![Just("always_invoice"), Just("create_prorations"), Just("none")];
    (0_i64..3_000_000, prices, 0_i64..60, behaviors, any::<bool>()).prop_map(|(wait, price, quantity, behavior, again)| Step {
        wait,
        price,
        quantity,
        behavior,
        again,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Whatever is changed whenever: what a change invoices is what was shown; a change back in the same second costs nothing; and
    /// all that was ever on lines is what was paid and what is on the balance.
    #[test]
    fn a_preview_is_what_then_happens(steps in proptest::collection::vec(step(), 1..12)) {
        let mut stripe = Stripe::new();
        let customer = stripe.customer("visa");
        let path = stripe.team(&customer, "");
        let item = stripe.item(&path);
        for step in steps {
            stripe.wait(step.wait);
            let held = stripe.get(&path);
            let at = stripe.now;
            let waiting = !stripe.world.pending.is_empty();
            let form = |list: &str| format!("{list}[0][id]={item}&{list}[0][price]={}&{list}[0][quantity]={}", step.price, step.quantity);
            let preview_form = format!(
                "subscription={}&{}&subscription_details[proration_behavior]={}&subscription_details[proration_date]={at}",
                subscription(&path), form("subscription_details[items]"), step.behavior
            );
            let shown = stripe.post("/v1/invoices/create_preview", &preview_form);
            let invoices = stripe.world.invoices.len();
            stripe.post(&path, &format!("{}&proration_behavior={}&proration_date={at}", form("items"), step.behavior));
            if stripe.world.invoices.len() > invoices {
                prop_assert_eq!(comparable(&stripe.latest(&path)), comparable(&shown));
            } else {
                let form = format!("subscription={}", subscription(&path));
                prop_assert_eq!(comparable(&stripe.post("/v1/invoices/create_preview", &form)), comparable(&shown));
            }
            let was = &held["items"]["data"][0];
            if step.again && !waiting && step.behavior == "always_invoice" && was["price"]["recurring"] == stripe.get(&path)["items"]["data"][0]["price"]["recurring"] {
                let owed = |stripe: &Stripe| stripe.world.invoices.iter().map(|i| i.total()).sum::<i64>();
                let now = owed(&stripe);
                let there = stripe.world.invoices.get(invoices).map_or(0, |i| i.total());
                stripe.post(&path, &format!("items[0][id]={item}&items[0][price]={}&items[0][quantity]={}&proration_behavior=always_invoice", text(&was["price"]["id"]), was["quantity"]));
                prop_assert_eq!(owed(&stripe) - now, -there, "there and back costs nothing");
            }
        }
        let total: i64 = stripe.world.invoices.iter().map(|i| i.lines.iter().map(|l| l.amount).sum::<i64>()).sum();
        let paid: i64 = stripe.world.invoices.iter().map(|i| i.amount_paid).sum();
        prop_assert_eq!(total, paid + stripe.world.customers[0].balance, "no cent is lost");
    }
}
