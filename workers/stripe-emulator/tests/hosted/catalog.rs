//! Products, prices, customers' changes and cards.

use super::*;

#[test]
fn a_product_is_made_changed_and_deleted() {
    let mut stripe = Stripe::new();
    let made = stripe.post("/v1/products", "name=Seats&description=Each&unit_label=seat&metadata[plan]=x");
    let path = format!("/v1/products/{}", id(&made));
    assert_eq!((&made["name"], &made["active"], &made["metadata"]["plan"]), (&"Seats".into(), &true.into(), &"x".into()));
    let changed = stripe.post(&path, "name=Chairs&active=false&description=&metadata[plan]=");
    assert_eq!((&changed["name"], &changed["active"], &changed["description"]), (&"Chairs".into(), &false.into(), &Value::Null));
    assert_eq!(stripe.get("/v1/products?active=true")["data"].as_array().unwrap().len(), 2);
    assert_eq!(stripe.get("/v1/products?active=false")["data"].as_array().unwrap().len(), 1);
    assert_eq!(stripe.send("DELETE", &path, "").1["deleted"], true);
    is((404, "resource_missing", "id"), &stripe.refused("GET", &path, ""), "gone");
    assert_eq!(stripe.kinds_since(0), ["product.created", "product.updated", "product.deleted"]);
    is((400, "parameter_missing", "name"), &stripe.refused("POST", "/v1/products", ""), "no name");
    is((400, "parameter_unknown", "color"), &stripe.refused("POST", "/v1/products", "name=a&color=red"), "unknown");
    is((400, "resource_already_exists", "id"), &stripe.refused("POST", "/v1/products", "name=a&id=prod_portico_team"), "twice");
    is((400, "", ""), &stripe.refused("DELETE", "/v1/products/prod_portico_team", ""), "it has a price");
}

#[test]
fn a_lookup_key_goes_over_to_a_new_price_only_when_asked() {
    let mut stripe = Stripe::new();
    let form = "product=prod_portico_team&currency=usd&unit_amount=1200&recurring[interval]=month&lookup_key=portico_team_monthly";
    is((400, "", "lookup_key"), &stripe.refused("POST", "/v1/prices", form), "another has it");
    let made = stripe.post("/v1/prices", &format!("{form}&transfer_lookup_key=true&metadata[a]=b"));
    assert_eq!(stripe.kinds_since(0), ["price.updated", "price.created"]);
    let found = stripe.get("/v1/prices?lookup_keys[]=portico_team_monthly");
    assert_eq!((found["data"].as_array().unwrap().len(), id(&found["data"][0])), (1, id(&made)));
    assert_eq!(stripe.get(&format!("/v1/prices/{TEAM}"))["lookup_key"], Value::Null);
    let path = format!("/v1/prices/{}", id(&made));
    assert_eq!(stripe.post(&path, "active=false&nickname=old")["active"], false);
    let monthly = "/v1/prices?active=true&product=prod_portico_team&recurring[interval]=month";
    assert_eq!(stripe.get(monthly)["data"].as_array().unwrap().len(), 1);
    let customer = stripe.customer();
    let inactive = format!(
        "customer={customer}&mode=subscription&success_url=https://a.example&line_items[0][price]={}&line_items[0][quantity]=1",
        id(&made)
    );
    is((400, "", "line_items[0][price]"), &stripe.refused("POST", "/v1/checkout/sessions", &inactive), "inactive");

    let yearly = stripe.post("/v1/prices", "currency=USD&unit_amount=0&recurring[interval]=year&product_data[name]=Free");
    assert_eq!((&yearly["recurring"]["interval"], &yearly["currency"], &yearly["unit_amount"]), (&"year".into(), &"usd".into(), &0.into()));
    for (form, code, param) in [
        ("currency=usd&recurring[interval]=month&product=prod_portico_team", "parameter_missing", "unit_amount"),
        ("unit_amount=1&recurring[interval]=month&product=prod_portico_team", "parameter_missing", "currency"),
        ("currency=dollar&unit_amount=1&recurring[interval]=month&product=prod_portico_team", "", "currency"),
        ("currency=usd&unit_amount=-1&recurring[interval]=month&product=prod_portico_team", "", "unit_amount"),
        ("currency=usd&unit_amount=9.5&recurring[interval]=month&product=prod_portico_team", "parameter_invalid_integer", "unit_amount"),
        ("currency=usd&unit_amount=100000000&recurring[interval]=month&product=prod_portico_team", "", "unit_amount"),
        ("currency=usd&unit_amount=1&recurring[interval]=fortnight&product=prod_portico_team", "", "recurring[interval]"),
        (
            "currency=usd&unit_amount=1&recurring[interval]=year&recurring[interval_count]=4&product=prod_portico_team",
            "",
            "recurring[interval_count]",
        ),
        ("currency=usd&unit_amount=1&recurring=often&product=prod_portico_team", "", "recurring"),
        ("currency=usd&unit_amount=1&recurring[interval]=month&product=prod_none", "resource_missing", "product"),
        ("currency=usd&unit_amount=1&recurring[interval]=month", "parameter_missing", "product"),
    ] {
        is((400, code, param), &stripe.refused("POST", "/v1/prices", form), form);
    }
}

#[test]
fn a_customer_changes() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer();
    let path = format!("/v1/customers/{customer}");
    let changed = stripe.post(&path, "name=A&email=b%40example.com&metadata[org_id]=org_2&balance=-500&phone=1");
    assert_eq!((&changed["name"], &changed["balance"]), (&"A".into(), &(-500).into()));
    assert_eq!(stripe.post(&path, "name=")["name"], Value::Null);
    stripe.post(&path, "metadata[org_id]=org_2");
    assert_eq!(stripe.kinds_since(1), ["customer.updated", "customer.updated"], "what changes nothing is no event");
    assert_eq!(stripe.get("/v1/customers?email=b%40example.com")["data"].as_array().unwrap().len(), 1);
    is((400, "email_invalid", "email"), &stripe.refused("POST", &path, "email=nobody"), "no address");
    is((400, "parameter_unknown", "nick"), &stripe.refused("POST", &path, "nick=x"), "unknown");
    is((404, "resource_missing", "id"), &stripe.refused("POST", "/v1/customers/cus_none", "name=x"), "nobody");
}

#[test]
fn a_card_comes_and_goes() {
    let mut stripe = Stripe::new();
    let customer = stripe.customer();
    let list = format!("/v1/customers/{customer}/payment_methods");
    assert_eq!(stripe.get(&list)["data"].as_array().unwrap().len(), 0);
    let card = stripe.post("/v1/payment_methods/pm_card_visa/attach", &format!("customer={customer}"));
    assert_eq!((&card["card"]["last4"], &card["customer"]), (&"4242".into(), &customer.clone().into()));
    assert_eq!(id(&stripe.get(&list)["data"][0]), id(&card));
    assert_eq!(stripe.get(&format!("/v1/payment_methods?customer={customer}&type=sepa_debit"))["data"].as_array().unwrap().len(), 0);
    assert_eq!(id(&stripe.get(&format!("/v1/payment_methods/{}", id(&card)))), id(&card));
    assert_eq!(stripe.post(&format!("/v1/payment_methods/{}/detach", id(&card)), "")["customer"], Value::Null);
    assert_eq!(stripe.get(&list)["data"].as_array().unwrap().len(), 0);
    assert_eq!(stripe.kinds_since(1), ["customer.updated", "payment_method.attached", "customer.updated", "payment_method.detached"]);
    is(
        (404, "resource_missing", "id"),
        &stripe.refused("POST", "/v1/payment_methods/pm_none/attach", &format!("customer={customer}")),
        "no card",
    );
    is(
        (400, "resource_missing", "customer"),
        &stripe.refused("POST", "/v1/payment_methods/pm_card_visa/attach", "customer=cus_none"),
        "nobody",
    );
}

#[test]
fn a_customer_pays_in_one_currency() {
    let mut stripe = Stripe::new();
    let euro = id(&stripe.post("/v1/prices", "currency=eur&unit_amount=1000&recurring[interval]=month&product=prod_portico_team"));
    let customer = id(&stripe.post("/v1/customers", "payment_method=pm_card_visa"));
    let form = |price: &str| format!("customer={customer}&items[0][price]={price}&expand[]=latest_invoice");
    let made = stripe.post("/v1/subscriptions", &form(&euro));
    assert_eq!((&made["currency"], &made["latest_invoice"]["currency"]), (&"eur".into(), &"eur".into()));
    let line = made["latest_invoice"]["lines"]["data"][0].clone();
    assert_eq!((&line["currency"], &line["description"]), (&"eur".into(), &"1 × Team (at 10.00 EUR / month)".into()));
    is((400, "", "items[0][price]"), &stripe.refused("POST", "/v1/subscriptions", &form(TEAM)), "another subscription");
    let change = format!("items[0][id]={}&items[0][price]={TEAM}", made["items"]["data"][0]["id"].as_str().unwrap());
    is((400, "", "items[0][price]"), &stripe.refused("POST", &format!("/v1/subscriptions/{}", id(&made)), &change), "a change");
    let checkout = format!(
        "mode=subscription&customer={customer}&success_url=https://a.example&line_items[0][price]={TEAM}&line_items[0][quantity]=1"
    );
    is((400, "", "line_items[0][price]"), &stripe.refused("POST", "/v1/checkout/sessions", &checkout), "a purchase");
    stripe.send("DELETE", &format!("/v1/subscriptions/{}", id(&made)), "");
    assert_eq!(stripe.post("/v1/subscriptions", &form(TEAM))["currency"], "usd", "once the other is over");
}
