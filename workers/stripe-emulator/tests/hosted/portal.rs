//! The portal's configurations and sessions, and what its page does.

use super::*;
use serde_json::json;
use stripe_emulator::core::{
    portal::{Act, act, visit},
    world::CardBehavior,
};

const CONFIGURATIONS: &str = "/v1/billing_portal/configurations";
const SESSIONS: &str = "/v1/billing_portal/sessions";

fn subscriber(stripe: &mut Stripe) -> (String, String) {
    let customer = id(&stripe.post("/v1/customers", "email=a%40example.com&payment_method=pm_card_visa"));
    let made = stripe.post("/v1/subscriptions", &format!("customer={customer}&items[0][price]={TEAM}&items[0][quantity]=3"));
    (customer, id(&made))
}
fn open(stripe: &mut Stripe, customer: &str, more: &str) -> String {
    let made = stripe.post(SESSIONS, &format!("customer={customer}&return_url=http%3A%2F%2Fapp.localhost%2Fbilling&{more}"));
    made["url"].as_str().unwrap().strip_prefix("http://stripe.localhost:8787/portal/").unwrap().to_owned()
}
fn doing(stripe: &mut Stripe, secret: &str, what: &Act) -> Result<(), String> {
    let visit = visit(&mut stripe.world, secret, stripe.now).ok_or("closed")?;
    act(&mut stripe.world, &SETTINGS, &visit, what, stripe.now).map_err(|e| e.message().to_owned())
}

#[test]
fn a_customer_changes_cancels_and_comes_back() {
    let mut stripe = Stripe::new();
    let (customer, subscription) = subscriber(&mut stripe);
    let secret = open(&mut stripe, &customer, "");
    let change = |price: &str, quantity: &str| Act::Change {
        subscription: subscription.clone(),
        price: price.to_owned(),
        quantity: quantity.to_owned(),
    };
    let path = format!("/v1/subscriptions/{subscription}");

    assert_eq!(doing(&mut stripe, &secret, &change(BUSINESS, "5")), Ok(()));
    let item = stripe.get(&path)["items"]["data"][0].clone();
    assert_eq!((&item["price"]["id"], &item["quantity"]), (&json!(BUSINESS), &json!(5)));
    assert_eq!(stripe.world.invoices.len(), 2, "what it costs more is invoiced at once");

    assert_eq!(doing(&mut stripe, &secret, &Act::Cancel { subscription: subscription.clone(), now: false }), Ok(()));
    assert_eq!(stripe.get(&path)["cancel_at_period_end"], true);
    assert_eq!(doing(&mut stripe, &secret, &Act::Undo { subscription: subscription.clone() }), Ok(()));
    assert_eq!(stripe.get(&path)["cancel_at_period_end"], false);

    assert_eq!(
        doing(&mut stripe, &secret, &Act::Card(CardBehavior::Declines)),
        Err("Your card was declined.".to_owned()),
        "not even saved"
    );
    assert_eq!(doing(&mut stripe, &secret, &Act::Card(CardBehavior::DeclinesWhenCharged)), Ok(()));
    assert_eq!(doing(&mut stripe, &secret, &change(BUSINESS, "9")), Err("Your card was declined.".to_owned()));
    assert_eq!(stripe.get(&path)["items"]["data"][0]["quantity"], 5, "nothing changed");
    for (quantity, says) in
        [("0", "Choose at least one."), ("x", "Invalid integer: x"), ("-1", "Choose at least one."), ("1000000000", "less than or equal")]
    {
        assert!(doing(&mut stripe, &secret, &change(BUSINESS, quantity)).unwrap_err().contains(says), "{quantity}");
    }
    assert!(doing(&mut stripe, &secret, &change("price_none", "5")).is_err());

    assert_eq!(doing(&mut stripe, &secret, &Act::Cancel { subscription: subscription.clone(), now: true }), Ok(()));
    assert_eq!(stripe.get(&path)["status"], "canceled");
    assert!(doing(&mut stripe, &secret, &Act::Undo { subscription }).is_err(), "it is over");
}

#[test]
fn what_the_configuration_switches_off_is_off() {
    let mut stripe = Stripe::new();
    let (customer, subscription) = subscriber(&mut stripe);
    let form = "features[customer_update][enabled]=true&features[customer_update][allowed_updates][0]=tax_id&features[invoice_history][enabled]=true&features[payment_method_update][enabled]=true&features[subscription_cancel][enabled]=false&features[subscription_update][enabled]=false&metadata[portico]=portal";
    let made = stripe.post(CONFIGURATIONS, form);
    assert_eq!((&made["is_default"], &made["features"]["customer_update"]["allowed_updates"]), (&json!(false), &json!(["tax_id"])));
    let secret = open(&mut stripe, &customer, &format!("configuration={}", id(&made)));
    let off = Err("The portal's configuration doesn't allow this.".to_owned());
    assert_eq!(doing(&mut stripe, &secret, &Act::Cancel { subscription: subscription.clone(), now: true }), off);
    assert_eq!(doing(&mut stripe, &secret, &Act::Change { subscription, price: TEAM.to_owned(), quantity: "4".to_owned() }), off);
    assert_eq!(doing(&mut stripe, &secret, &Act::Card(CardBehavior::Pays)), Ok(()));

    let path = format!("{CONFIGURATIONS}/{}", id(&made));
    let on = "features[subscription_update][enabled]=true&features[subscription_update][default_allowed_updates][0]=quantity&features[subscription_update][products][0][product]=prod_portico_team&features[subscription_update][products][0][prices][0]=price_portico_team_monthly&features[subscription_cancel][enabled]=true&features[subscription_cancel][mode]=immediately&name=Ours";
    assert_eq!(stripe.post(&path, on)["features"]["subscription_update"]["products"][0]["product"], "prod_portico_team");
    assert_eq!(stripe.post(&path, "active=false")["active"], false);
    is(
        (400, "", "configuration"),
        &stripe.refused("POST", SESSIONS, &format!("customer={customer}&configuration={}", id(&made))),
        "not active",
    );
    assert_eq!(stripe.get(&format!("{CONFIGURATIONS}?active=true"))["data"].as_array().unwrap().len(), 1);
    assert_eq!(stripe.get(&format!("{CONFIGURATIONS}?is_default=false"))["data"].as_array().unwrap().len(), 1);
    for (form, code, param) in [
        ("", "parameter_missing", "features"),
        ("features[invoice_history]=x", "", "features[invoice_history]"),
        ("features[invoice_history][on]=true", "parameter_missing", "features[invoice_history][enabled]"),
        ("features[subscription_update][enabled]=true", "parameter_missing", "features[subscription_update][default_allowed_updates]"),
        ("features[colour][enabled]=true", "parameter_unknown", "features[colour]"),
        ("features[invoice_history][enabled]=true&default_return_url=x", "url_invalid", "default_return_url"),
    ] {
        is((400, code, param), &stripe.refused("POST", CONFIGURATIONS, form), form);
    }
}

#[test]
fn a_portal_that_was_never_set_up_refuses_sessions_until_it_is() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer();
    stripe.world.switches.portal_unconfigured = true;
    let form = format!("customer={customer}");
    let (status, refused) = stripe.send("POST", SESSIONS, &form);
    assert!(status == 400 && refused["error"]["message"].as_str().unwrap().starts_with("No configuration provided"), "{refused}");
    assert_eq!(stripe.get(CONFIGURATIONS)["data"], json!([]));
    is(
        (400, "resource_missing", "configuration"),
        &stripe.refused("POST", SESSIONS, &format!("{form}&configuration=bpc_emulator_default")),
        "unseen",
    );
    stripe.post(CONFIGURATIONS, "features[invoice_history][enabled]=true");
    assert_eq!(stripe.get(CONFIGURATIONS)["data"].as_array().unwrap().len(), 2);
    stripe.post(SESSIONS, &form);
}

#[test]
fn a_visit_ends() {
    let mut stripe = Stripe::new();
    let (customer, subscription) = subscriber(&mut stripe);
    let (unused, used) = (open(&mut stripe, &customer, ""), open(&mut stripe, &customer, ""));
    assert!(visit(&mut stripe.world, &used, stripe.now).is_some());
    stripe.wait(300);
    assert!(visit(&mut stripe.world, &unused, stripe.now).is_none(), "five minutes to come in");
    assert!(visit(&mut stripe.world, &used, stripe.now).is_some());
    stripe.wait(3_600);
    assert!(visit(&mut stripe.world, &used, stripe.now).is_none(), "an hour to do something");
    assert!(visit(&mut stripe.world, "bps_none", stripe.now).is_none());

    let flow = stripe.post(
        SESSIONS,
        &format!("customer={customer}&flow_data[type]=subscription_cancel&flow_data[subscription_cancel][subscription]={subscription}"),
    );
    assert_eq!(flow["flow"]["subscription_cancel"]["subscription"], subscription);
    let other = stripe.customer();
    for (form, code, param) in [
        ("", "parameter_missing", "customer"),
        ("customer=cus_none", "resource_missing", "customer"),
        (&format!("customer={customer}&return_url=x"), "url_invalid", "return_url"),
        (&format!("customer={customer}&flow_data[type]=dance"), "", "flow_data[type]"),
        (
            &format!("customer={other}&flow_data[type]=subscription_cancel&flow_data[subscription_cancel][subscription]={subscription}"),
            "resource_missing",
            "flow_data[subscription_cancel][subscription]",
        ),
    ] {
        is((400, code, param), &stripe.refused("POST", SESSIONS, form), form);
    }
}
