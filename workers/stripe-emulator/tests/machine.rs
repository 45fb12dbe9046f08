//! The state machine through its front door, each answer held against Stripe's own response schemas (closed objects).

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "machine/shapes.rs"]
mod shapes;

use serde_json::{Value, json};
use shapes::fits;
use stripe_emulator::core::{
    Request, Response, Settings, handle,
    subscriptions::force_status,
    webhooks::{settle, take_due},
    world::World,
};

const SETTINGS: Settings<'_> = Settings {
    secret_key: "sk_test_emulator",
    api_version: "2026-10-28.endive",
    webhook_url: "http://127.0.0.1:8787/webhooks/stripe",
    webhook_secret: "whsec_emulator_secret",
    pages: "http://stripe.localhost:8787",
    endpoints: false,
};
const NOW: i64 = 1_795_464_526;

fn send(world: &mut World, method: &str, target: &str, form: &str, key: Option<&str>, now: i64) -> Response {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let request = Request { method, path, query, authorization: Some("Bearer sk_test_emulator"), idempotency_key: key, body: form };
    handle(world, &SETTINGS, &request, now)
}

/// Sends, holds the answer against the schema of what it says it is, and expects a status.
fn call(world: &mut World, method: &str, target: &str, form: &str, status: u16) -> Value {
    let response = send(world, method, target, form, None, NOW);
    assert_eq!(response.status, status, "{method} {target} {form}: {}", response.body);
    let value: Value = serde_json::from_str(&response.body).unwrap();
    fits(&value);
    value
}

fn customer(world: &mut World) -> String {
    call(world, "POST", "/v1/customers", "email=a%2Bb@example.com&metadata[org_id]=org_1&payment_method=pm_card_visa", 200)["id"]
        .as_str()
        .unwrap()
        .to_owned()
}
fn subscription(world: &mut World, customer: &str) -> Value {
    call(
        world,
        "POST",
        "/v1/subscriptions",
        &format!("customer={customer}&items[0][price]=price_portico_team_monthly&items[0][quantity]=3"),
        200,
    )
}
fn error<'v>(value: &'v Value, field: &str) -> &'v str {
    value["error"][field].as_str().unwrap_or_default()
}

#[test]
fn the_catalog_is_found_by_lookup_key() {
    let mut world = World::new(NOW);
    let found = call(&mut world, "GET", "/v1/prices?lookup_keys[0]=portico_business_monthly&active=true&expand[]=data.product", "", 200);
    assert_eq!(found["data"].as_array().unwrap().len(), 1);
    assert_eq!((&found["data"][0]["unit_amount"], &found["data"][0]["product"]["name"]), (&json!(2900), &json!("Business")));
    assert_eq!(call(&mut world, "GET", "/v1/prices", "", 200)["data"].as_array().unwrap().len(), 4);
    assert_eq!(call(&mut world, "GET", "/v1/products?limit=1", "", 200)["has_more"], true);
    call(&mut world, "GET", "/v1/products/prod_portico_team", "", 200);
    call(&mut world, "GET", "/v1/prices/price_portico_team_monthly", "", 200);
}

#[test]
fn a_subscription_lives_and_ends() {
    let mut world = World::new(NOW);
    let cus = customer(&mut world);
    let sub = subscription(&mut world, &cus);
    let (id, item) = (sub["id"].as_str().unwrap(), sub["items"]["data"][0]["id"].as_str().unwrap());
    assert_eq!((&sub["status"], &sub["items"]["data"][0]["quantity"]), (&json!("active"), &json!(3)));
    assert!(
        sub.get("current_period_end").is_none() && sub["items"]["data"][0]["current_period_end"].as_i64().unwrap() > NOW,
        "on items since 2025"
    );

    let path = format!("/v1/subscriptions/{id}");
    let more = call(
        &mut world,
        "POST",
        &path,
        &format!("items[0][id]={item}&items[0][quantity]=5&items[0][price]=price_portico_business_monthly&proration_behavior=none"),
        200,
    );
    assert_eq!(
        (&more["items"]["data"][0]["quantity"], &more["items"]["data"][0]["price"]["lookup_key"]),
        (&json!(5), &json!("portico_business_monthly"))
    );

    let ending = call(&mut world, "POST", &path, "cancel_at_period_end=true&cancellation_details[feedback]=unused", 200);
    assert_eq!(ending["cancel_at"], ending["items"]["data"][0]["current_period_end"]);
    assert_eq!(ending["cancellation_details"], json!({"reason": "cancellation_requested", "comment": null, "feedback": "unused"}));
    let back = call(&mut world, "POST", &path, "cancel_at_period_end=false", 200);
    assert_eq!((&back["cancel_at"], &back["canceled_at"]), (&Value::Null, &Value::Null));

    let ended = call(&mut world, "DELETE", &path, "", 200);
    assert_eq!((&ended["status"], &ended["ended_at"]), (&json!("canceled"), &json!(NOW)));
    assert_eq!(error(&call(&mut world, "DELETE", &path, "", 404), "code"), "resource_missing");
    assert!(error(&call(&mut world, "POST", &path, "cancel_at_period_end=true", 400), "message").contains("canceled subscription"));
    assert_eq!(error(&call(&mut world, "POST", &path, "cancel_at_period_end=true", 400), "code"), "invalid_canceled_subscription_fields");
    call(&mut world, "POST", &path, "metadata[note]=kept", 200);

    let listed = |world: &mut World, rest: &str| {
        call(world, "GET", &format!("/v1/subscriptions?customer={cus}{rest}"), "", 200)["data"].as_array().unwrap().len()
    };
    assert_eq!(
        (
            listed(&mut world, ""),
            listed(&mut world, "&status=all"),
            listed(&mut world, "&status=canceled"),
            listed(&mut world, "&status=active")
        ),
        (0, 1, 1, 0)
    );

    let events = call(&mut world, "GET", "/v1/events?type=customer.subscription.*&limit=100", "", 200);
    let kinds: Vec<&str> = events["data"].as_array().unwrap().iter().map(|e| e["type"].as_str().unwrap()).collect();
    assert_eq!(
        kinds,
        // The last but one is from incomplete to active, when the first invoice was paid.
        ["updated", "deleted", "updated", "updated", "updated", "updated", "created"].map(|k| format!("customer.subscription.{k}"))
    );
    assert_eq!(events["data"][5]["data"]["previous_attributes"], json!({"status": "incomplete"}));
    let changed = &events["data"][4]["data"]["previous_attributes"];
    assert_eq!(changed["items"]["data"][0]["quantity"], 3);
    assert!(changed.get("status").is_none() && changed.get("metadata").is_none());
}

#[test]
fn time_renews_ends_trials_and_ends_what_is_to_end() {
    let mut world = World::new(NOW);
    let cus = customer(&mut world);
    let team = format!("customer={cus}&items[][price]=price_portico_team_monthly");
    let renewed = call(&mut world, "POST", "/v1/subscriptions", &team, 200);
    let trial = call(&mut world, "POST", "/v1/subscriptions", &format!("{team}&trial_period_days=14"), 200);
    let ending = call(&mut world, "POST", "/v1/subscriptions", &format!("{team}&cancel_at_period_end=true"), 200);
    assert_eq!(trial["status"], "trialing");
    let end = |value: &Value| value["items"]["data"][0]["current_period_end"].as_i64().unwrap();
    let at = end(&renewed) + 1;
    let get = |world: &mut World, before: &Value| {
        let value: Value =
            serde_json::from_str(&send(world, "GET", &format!("/v1/subscriptions/{}", before["id"].as_str().unwrap()), "", None, at).body)
                .unwrap();
        fits(&value);
        value
    };
    let after = get(&mut world, &renewed);
    assert!(after["status"] == "active" && end(&after) > at && after["items"]["data"][0]["current_period_start"] == end(&renewed));
    assert_eq!(get(&mut world, &trial)["status"], "active");
    assert_eq!(get(&mut world, &ending)["status"], "canceled");
    let events: Value =
        serde_json::from_str(&send(&mut world, "GET", "/v1/events?type=customer.subscription.*", "", None, at).body).unwrap();
    assert!(events["data"][0]["request"]["id"].is_null(), "time did it, no request");
}

#[test]
fn every_status_can_be_rehearsed() {
    for status in ["incomplete", "incomplete_expired", "trialing", "active", "past_due", "canceled", "unpaid", "paused"] {
        let mut world = World::new(NOW);
        let cus = customer(&mut world);
        let id = subscription(&mut world, &cus)["id"].as_str().unwrap().to_owned();
        assert!(force_status(&mut world, &SETTINGS, &id, status, NOW));
        assert_eq!(call(&mut world, "GET", &format!("/v1/subscriptions/{id}"), "", 200)["status"], status);
        assert!(!force_status(&mut world, &SETTINGS, &id, "all", NOW) && !force_status(&mut world, &SETTINGS, "sub_none", "active", NOW));
    }
}

#[test]
fn wrong_requests_are_told_as_stripe_tells_them() {
    let mut world = World::new(NOW);
    let cus = customer(&mut world);
    let sub = subscription(&mut world, &cus)["id"].as_str().unwrap().to_owned();
    let team = format!("customer={cus}&items[0][price]=price_portico_team_monthly");
    let before = (world.subscriptions.clone(), world.invoices.clone(), world.pending.clone());
    for (method, target, form, status, code, param) in [
        ("GET", "/v1/customers/cus_none", "", 404, "resource_missing", "id"),
        ("GET", "/v1/subscriptions/sub_none", "", 404, "resource_missing", "id"),
        ("GET", "/v1/events/evt_none", "", 404, "resource_missing", "id"),
        ("GET", "/v1/prices/price_none", "", 404, "resource_missing", "id"),
        ("POST", "/v1/customers", "emial=x", 400, "parameter_unknown", "emial"),
        ("POST", "/v1/customers", "email=nobody", 400, "email_invalid", "email"),
        ("GET", "/v1/customers?page=2", "", 400, "parameter_unknown", "page"),
        ("GET", "/v1/customers?limit=ten", "", 400, "parameter_invalid_integer", "limit"),
        ("GET", "/v1/events?created[since]=1", "", 400, "parameter_unknown", "created[since]"),
        ("GET", "/v1/events?starting_after=evt_none", "", 400, "resource_missing", "starting_after"),
        ("GET", "/v1/subscriptions?status=alive", "", 400, "", "status"),
        ("GET", "/v1/subscriptions?customer=cus_none", "", 400, "resource_missing", "customer"),
        ("POST", "/v1/subscriptions", "items[0][price]=price_portico_team_monthly", 400, "parameter_missing", "customer"),
        ("POST", "/v1/subscriptions", &format!("customer={cus}"), 400, "parameter_missing", "items"),
        ("POST", "/v1/subscriptions", "customer=cus_none&items[0][price]=x", 400, "resource_missing", "customer"),
        ("POST", "/v1/subscriptions", &format!("customer={cus}&items[0][price]=price_none"), 400, "resource_missing", "items[0][price]"),
        ("POST", "/v1/subscriptions", &format!("customer={cus}&items[0][price]="), 400, "parameter_invalid_empty", "items[0][price]"),
        ("POST", "/v1/subscriptions", &format!("{team}&items[0][qty]=1"), 400, "parameter_unknown", "items[0][qty]"),
        ("POST", "/v1/subscriptions", &format!("{team}&items[0][quantity]=1.5"), 400, "parameter_invalid_integer", "items[0][quantity]"),
        ("POST", "/v1/subscriptions", &format!("{team}&cancel_at_period_end=maybe"), 400, "", "cancel_at_period_end"),
        ("POST", &format!("/v1/subscriptions/{sub}"), "items[0][id]=si_none&items[0][quantity]=2", 400, "resource_missing", "items[0][id]"),
        ("POST", &format!("/v1/subscriptions/{sub}"), "proration_behavior=some", 400, "", "proration_behavior"),
        ("GET", &format!("/v1/subscriptions/{sub}?expand[]=status"), "", 400, "", "expand"),
        ("GET", &format!("/v1/subscriptions/{sub}?expand[]=a.b.c.d.e"), "", 400, "", "expand"),
        ("POST", "/v1/customers", "a=1&a[b]=2", 400, "", ""),
        ("PATCH", "/v1/customers", "", 404, "", ""),
        ("GET", "/v1/balance", "", 404, "", ""),
        ("GET", "/v1/charges/ch_none", "", 404, "resource_missing", "id"),
        ("GET", "/v1/payment_intents/pi_none", "", 404, "resource_missing", "id"),
        ("GET", "/v1/refunds/re_none", "", 404, "resource_missing", "id"),
        ("GET", "/v1/disputes/du_none", "", 404, "resource_missing", "id"),
        ("POST", "/v1/disputes/du_none/close", "", 404, "resource_missing", "id"),
        ("GET", "/v1/invoices/in_none", "", 404, "resource_missing", "id"),
        ("GET", "/v1/invoices?status=late", "", 400, "", "status"),
        ("GET", "/v1/invoices?customer=cus_none", "", 400, "resource_missing", "customer"),
        ("GET", "/v1/invoices?subscription=sub_none", "", 400, "resource_missing", "subscription"),
        ("GET", "/v1/invoices?starting_after=in_none", "", 400, "resource_missing", "starting_after"),
        ("POST", "/v1/invoices/in_none/pay", "", 404, "resource_missing", "id"),
        ("POST", "/v1/invoices/in_none/void", "", 404, "resource_missing", "id"),
        ("POST", "/v1/invoices/create_preview", "", 400, "parameter_missing", "customer"),
        ("POST", "/v1/invoices/create_preview", &format!("customer={cus}"), 404, "invoice_upcoming_none", ""),
        ("POST", "/v1/invoices/create_preview", "subscription=sub_none", 400, "resource_missing", "subscription"),
        (
            "POST",
            "/v1/invoices/create_preview",
            &format!("subscription={sub}&subscription_details[items][0][price]=price_none"),
            400,
            "resource_missing",
            "subscription_details[items][0][price]",
        ),
        (
            "POST",
            "/v1/invoices/create_preview",
            &format!("subscription={sub}&subscription_details[quantity]=1"),
            400,
            "parameter_unknown",
            "subscription_details[quantity]",
        ),
        ("POST", "/v1/invoices/create_preview", &format!("subscription={sub}&quantity=1"), 400, "parameter_unknown", "quantity"),
        ("POST", &format!("/v1/subscriptions/{sub}"), "items[0][deleted]=true", 400, "parameter_missing", "items[0][id]"),
        ("POST", &format!("/v1/subscriptions/{sub}"), "items[0][price]=price_portico_team_monthly", 400, "", "items[0][price]"),
        ("POST", &format!("/v1/subscriptions/{sub}"), "items[0][price]=price_none", 400, "resource_missing", "items[0][price]"),
        ("POST", &format!("/v1/subscriptions/{sub}"), "payment_behavior=sometimes", 400, "", "payment_behavior"),
        ("POST", &format!("/v1/subscriptions/{sub}"), "cancel_at=1", 400, "", "cancel_at"),
        ("POST", &format!("/v1/subscriptions/{sub}"), "trial_end=soon", 400, "parameter_invalid_integer", "trial_end"),
        ("POST", &format!("/v1/subscriptions/{sub}"), "default_payment_method=pm_none", 400, "resource_missing", "default_payment_method"),
        ("POST", &format!("/v1/subscriptions/{sub}/resume"), "", 400, "", ""),
        ("POST", "/v1/customers", "payment_method=pm_none", 400, "resource_missing", "payment_method"),
        ("POST", "/v1/subscriptions", &format!("{team}&trial_period_days=731"), 400, "", "trial_period_days"),
        ("POST", "/v1/subscriptions", &format!("{team}&trial_period_days=7&trial_end=1999999999"), 400, "", "trial_end"),
        ("POST", "/v1/subscriptions", &format!("{team}&payment_behavior=pending_if_incomplete"), 400, "", "payment_behavior"),
        ("POST", "/v1/subscriptions", &format!("{team}&items[0][quantity]=-1"), 400, "", "items[0][quantity]"),
        ("POST", "/v1/subscriptions", &format!("{team}&items[0][quantity]=1000000"), 400, "amount_too_large", ""),
        ("POST", "/v1/subscriptions", &format!("{team}&items[0][quantity]=1000000000"), 400, "", "items[0][quantity]"),
    ] {
        let value = call(&mut world, method, target, form, status);
        assert_eq!(
            (error(&value, "type"), error(&value, "code"), error(&value, "param")),
            ("invalid_request_error", code, param),
            "{method} {target} {form}"
        );
    }
    assert_eq!(
        (&world.subscriptions, &world.invoices, &world.pending),
        (&before.0, &before.1, &before.2),
        "nothing of a refused request stays"
    );
}

#[test]
fn expanded_ids_become_objects() {
    let mut world = World::new(NOW);
    let cus = customer(&mut world);
    let sub = subscription(&mut world, &cus)["id"].as_str().unwrap().to_owned();
    let one = call(
        &mut world,
        "GET",
        &format!("/v1/subscriptions/{sub}?expand[]=customer&expand[]=items.data.price.product&expand[]=latest_invoice"),
        "",
        200,
    );
    assert_eq!(
        (&one["customer"]["email"], &one["items"]["data"][0]["price"]["product"]["name"]),
        (&json!("a+b@example.com"), &json!("Team"))
    );
    let list = call(&mut world, "GET", "/v1/subscriptions?expand[]=data.customer&expand[]=data.items.data.price", "", 200);
    assert_eq!(list["data"][0]["customer"]["id"], cus.as_str());
}

#[test]
fn a_deleted_customer_leaves_a_stub_and_no_subscription() {
    let mut world = World::new(NOW);
    let cus = customer(&mut world);
    subscription(&mut world, &cus);
    call(&mut world, "DELETE", &format!("/v1/customers/{cus}"), "", 200);
    assert_eq!(
        call(&mut world, "GET", &format!("/v1/customers/{cus}"), "", 200),
        json!({"id": cus, "object": "customer", "deleted": true})
    );
    call(&mut world, "DELETE", &format!("/v1/customers/{cus}"), "", 404);
    call(&mut world, "POST", "/v1/subscriptions", &format!("customer={cus}&items[0][price]=price_portico_team_monthly"), 400);
    assert_eq!(
        call(&mut world, "GET", &format!("/v1/subscriptions?customer={cus}&status=canceled"), "", 200)["data"].as_array().unwrap().len(),
        1
    );
    assert_eq!(call(&mut world, "GET", "/v1/customers", "", 200)["data"], json!([]));
}

#[test]
fn a_repeated_post_is_answered_as_the_first_time() {
    let mut world = World::new(NOW);
    let post = |world: &mut World, form: &str, at: i64| send(world, "POST", "/v1/customers", form, Some("key_1"), at);
    assert_eq!(post(&mut world, "emial=x", NOW).status, 400, "leaves nothing behind");
    let first = post(&mut world, "email=a@example.com", NOW);
    let again = post(&mut world, "email=a@example.com", NOW + 60);
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    assert!(
        again.headers.contains(&("idempotent-replayed", "true".into()))
            && !first.headers.iter().any(|(name, _)| *name == "idempotent-replayed")
    );
    assert_eq!((world.customers.len(), world.events.len()), (1, 1));
    let other: Value = serde_json::from_str(&post(&mut world, "email=b@example.com", NOW + 60).body).unwrap();
    assert_eq!(error(&other, "type"), "idempotency_error");
    fits(&other);
    assert_ne!(post(&mut world, "email=a@example.com", NOW + 86_401).body, first.body, "after a day it is a new request");
}

#[test]
fn without_the_key_nothing_opens() {
    let mut world = World::new(NOW);
    for authorization in [None, Some("Bearer sk_test_wrong_key"), Some("Bearer "), Some("sk_test_emulator"), Some("Basic c2tfdGVzdDo=")] {
        let request = Request { method: "GET", path: "/v1/customers", authorization, ..Request::default() };
        let response = handle(&mut world, &SETTINGS, &request, NOW);
        assert_eq!(response.status, 401);
        fits(&serde_json::from_str(&response.body).unwrap());
        assert!(!response.body.contains("test_wrong_key"));
    }
}

#[test]
fn the_switches_make_things_go_wrong() {
    let mut world = World::new(NOW);
    let due = |world: &mut World, at: i64| {
        take_due(world, &SETTINGS, at).into_iter().map(|s| stripe::event::Event::parse(s.body.as_bytes()).unwrap().kind).collect::<Vec<_>>()
    };
    let created = "customer.created".to_owned();

    world.switches.outage = true;
    let response = send(&mut world, "GET", "/v1/customers", "", None, NOW);
    assert_eq!(response.status, 503);
    world.switches.outage = false;

    world.switches.drop = true;
    customer(&mut world);
    assert_eq!(due(&mut world, NOW + 1_000_000), Vec::<String>::new());
    world.switches.drop = false;
    assert_eq!(
        call(&mut world, "GET", "/v1/events?delivery_success=false", "", 200)["data"].as_array().unwrap().len(),
        1,
        "found by reconciling only"
    );

    world.switches.duplicate = true;
    customer(&mut world);
    world.switches.duplicate = false;
    assert_eq!(due(&mut world, NOW), [created.clone(), created.clone()]);
    world.deliveries.clear();

    world.switches.delay_seconds = 60;
    let cus = customer(&mut world);
    world.switches.delay_seconds = 0;
    assert_eq!((due(&mut world, NOW + 59), due(&mut world, NOW + 60)), (vec![], vec![created.clone()]));
    world.deliveries.clear();

    customer(&mut world);
    subscription(&mut world, &cus);
    let waiting = world.deliveries.clone();
    let in_order = due(&mut world, NOW);
    world.deliveries = waiting;
    world.switches.reorder = true;
    let mut reordered = due(&mut world, NOW);
    reordered.reverse();
    assert!(in_order.len() > 2 && in_order == reordered && in_order[0] == created);
}

#[test]
fn a_webhook_is_tried_until_it_is_taken_then_given_up() {
    let mut world = World::new(NOW);
    customer(&mut world);
    let first = take_due(&mut world, &SETTINGS, NOW).remove(0);
    assert_eq!(take_due(&mut world, &SETTINGS, NOW), []);
    settle(&mut world, &first.delivery, false);
    let second = take_due(&mut world, &SETTINGS, NOW + 5).remove(0);
    assert_eq!((&first.body, &first.delivery), (&second.body, &second.delivery), "the same bytes");
    assert_ne!(first.header, second.header, "a fresh signature");
    let secrets = stripe::signature::SigningSecrets::parse(SETTINGS.webhook_secret).unwrap_or_else(|e| panic!("{e}"));
    for (sent, at) in [(&first, NOW), (&second, NOW + 5)] {
        assert_eq!(stripe::signature::verify(&secrets, Some(&sent.header), sent.body.as_bytes(), at * 1_000), Ok(at));
        fits(&serde_json::from_str(&sent.body).unwrap());
    }
    settle(&mut world, &second.delivery, true);
    assert_eq!(call(&mut world, "GET", "/v1/events", "", 200)["data"][0]["pending_webhooks"], 0);
    assert_eq!(take_due(&mut world, &SETTINGS, NOW + 1_000_000), []);

    customer(&mut world);
    let tries = (0..20).map(|n| take_due(&mut world, &SETTINGS, NOW + n * 100_000).len()).sum::<usize>();
    assert_eq!((tries, world.deliveries.len()), (6, 0));
}
