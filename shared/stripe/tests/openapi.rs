//! Every call against Stripe's own specification (openapi/requests.json, closed at every depth): what nobody here wrote.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use serde_json::{Map, Value};
use stripe::calls::{self, Call, EventFilter, NewCustomer, Range};

/// Decodes a form as Stripe does: `a[0][b]=c`. An object whose keys count from 0 is an array. Not serde_qs, which wrote it.
fn decode(form: &str) -> Value {
    let mut root = Value::Object(Map::new());
    for pair in form.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap();
        let (head, rest) = name.split_once('[').map_or((name, ""), |(head, rest)| (head, rest.strip_suffix(']').unwrap()));
        let mut at = root.as_object_mut().unwrap().entry(head).or_insert(Value::Null);
        for key in rest.split("][").filter(|_| !rest.is_empty()) {
            if at.is_null() {
                *at = Value::Object(Map::new());
            }
            at = at.as_object_mut().unwrap().entry(key).or_insert(Value::Null);
        }
        assert!(at.is_null(), "{name} twice");
        let bytes = value.replace('+', " ");
        let mut text = Vec::new();
        let mut rest = bytes.as_bytes();
        while let Some((&byte, tail)) = rest.split_first() {
            if byte == b'%' {
                text.push(u8::from_str_radix(std::str::from_utf8(&tail[..2]).unwrap(), 16).unwrap());
                rest = &tail[2..];
            } else {
                text.push(byte);
                rest = tail;
            }
        }
        *at = Value::String(String::from_utf8(text).unwrap());
    }
    lists(root)
}
fn lists(value: Value) -> Value {
    let Value::Object(map) = value else { return value };
    let counts = !map.is_empty() && (0..map.len()).all(|n| map.contains_key(&n.to_string()));
    if counts {
        let mut map = map;
        return Value::Array((0..map.len()).map(|n| lists(map.remove(&n.to_string()).unwrap())).collect());
    }
    Value::Object(map.into_iter().map(|(key, value)| (key, lists(value))).collect())
}

fn errors(operation: &str, part: &str, form: &str) -> Vec<String> {
    let document: Value = serde_json::from_str(include_str!("../openapi/requests.json")).unwrap();
    let schema = &document["operations"][operation][part];
    assert!(schema.is_object(), "{operation} is not in the subset");
    let validator = jsonschema::validator_for(schema).unwrap();
    validator.iter_errors(&decode(form)).map(|e| format!("{}: {e}", e.instance_path())).collect()
}

fn fits<T>(operation: &str, call: &Call<T>) {
    let (method, template) = operation.split_once(' ').unwrap();
    assert_eq!(call.method.as_str(), method);
    let (own, theirs) = (call.path.split('/'), template.split('/'));
    assert!(
        own.clone().count() == theirs.clone().count() && own.zip(theirs).all(|(a, b)| b.starts_with('{') || a == b),
        "{} {template}",
        call.path
    );
    let part = if method == "POST" { "body" } else { "query" };
    assert_eq!(errors(operation, part, &call.form), Vec::<String>::new(), "{operation} {}", call.form);
}

#[test]
fn every_call_fits_the_specification() {
    fits("GET /v1/customers/{customer}", &calls::customer("cus_1").unwrap());
    fits("GET /v1/subscriptions/{subscription_exposed_id}", &calls::subscription("sub_1").unwrap());
    fits("GET /v1/subscriptions", &calls::subscriptions_of("cus_1", None).unwrap());
    fits("GET /v1/subscriptions", &calls::subscriptions_of("cus_1", Some("sub_1")).unwrap());
    fits("GET /v1/events", &calls::events(&EventFilter::default()).unwrap());
    let all = EventFilter {
        types: &["invoice.paid", "customer.subscription.updated"],
        created: Range { gte: Some(1), lte: Some(2) },
        delivery_success: Some(false),
        ending_before: Some("evt_1"),
        starting_after: Some("evt_2"),
    };
    fits("GET /v1/events", &calls::events(&all).unwrap());
    fits("POST /v1/customers", &calls::create_customer(&NewCustomer::default(), "k").unwrap());
    let new =
        NewCustomer { email: Some("ä+b@example.com"), name: Some("A & B = C"), metadata: [("org_id", "org_1"), ("env", "live")].into() };
    fits("POST /v1/customers", &calls::create_customer(&new, "k").unwrap());
}

/// The oracle itself: what is wrong must fail, or its silence would mean nothing.
#[test]
fn the_specification_refuses_what_is_wrong() {
    for (operation, part, form) in [
        ("POST /v1/customers", "body", "emial=x"),
        ("POST /v1/customers", "body", "shipping[nmae]=x"),
        ("POST /v1/customers", "body", "metadata=x"),
        ("GET /v1/events", "query", "limit=ten"),
        ("GET /v1/events", "query", "delivery_success=no"),
        ("GET /v1/events", "query", "created[from]=1"),
        ("GET /v1/events", "query", "types=invoice.paid"),
        ("GET /v1/subscriptions", "query", "status=everything"),
        ("POST /v1/subscriptions", "body", "customer=cus_1&items[0][qty]=1"),
        ("POST /v1/subscriptions", "body", "customer=cus_1&items[0][quantity]=one"),
    ] {
        assert!(!errors(operation, part, form).is_empty(), "{operation} {form}");
    }
    assert!(
        errors("POST /v1/subscriptions", "body", "customer=cus_1&items[0][price]=price_1&items[0][quantity]=3&expand[0]=customer")
            .is_empty()
    );
}
