//! The client against a transport that plays back answers.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::{
    cell::RefCell,
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};
use stripe::{
    Client, Config,
    calls::{self, CustomerChange, Ending, EventFilter, ItemChange, NewCheckout, NewCustomer, NewPortal, Range},
    client::{HttpRequest, HttpResponse, LocalFuture, Transport},
    error::{Cause, Kind},
    event::Event,
    units::UnixSeconds,
};

/// Plays back answers, in order, and keeps the requests.
#[derive(Default)]
struct Tape {
    answers: RefCell<Vec<Result<HttpResponse, String>>>,
    requests: RefCell<Vec<HttpRequest>>,
}
impl Tape {
    fn of(answers: &[(u16, &str)]) -> Self {
        let answers = answers.iter().rev().map(|(status, body)| {
            Ok(HttpResponse { status: *status, headers: vec![("request-id".into(), "req_1".into())], body: body.as_bytes().to_vec() })
        });
        Self { answers: RefCell::new(answers.collect()), requests: RefCell::default() }
    }
}
impl Transport for Tape {
    fn send(&self, request: HttpRequest) -> LocalFuture<'_, Result<HttpResponse, String>> {
        self.requests.borrow_mut().push(request);
        let answer = self.answers.borrow_mut().pop().unwrap();
        Box::pin(async move { answer })
    }
}

/// Runs a future that never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the tape never waits"),
    }
}

fn config() -> Config {
    Config::new("http://127.0.0.1:1", "sk_test_12345", "2026-10-28.endive").ok().unwrap()
}

#[test]
fn a_get_has_its_query_and_no_body() {
    let filter = EventFilter {
        types: &["invoice.paid", "customer.deleted"],
        created: Range { gte: Some(UnixSeconds(5)), lte: None },
        delivery_success: Some(false),
        starting_after: Some("evt_9"),
        ..EventFilter::default()
    };
    let request = config().request(&calls::events(&filter).unwrap());
    assert_eq!(request.method, "GET");
    assert_eq!(
        request.url,
        "http://127.0.0.1:1/v1/events?types[0]=invoice.paid&types[1]=customer.deleted&created[gte]=5&delivery_success=false&starting_after=evt_9&limit=100"
    );
    assert!(request.body.is_empty());
    let header = |name: &str| request.headers.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_str());
    assert_eq!(header("authorization"), Some("Bearer sk_test_12345"));
    assert_eq!(header("stripe-version"), Some("2026-10-28.endive"));
    assert_eq!((header("idempotency-key"), header("content-type")), (None, None));
}

#[test]
fn a_post_has_a_form_and_an_idempotency_key() {
    let new = NewCustomer { email: Some("a+b@example.com"), name: Some("Blue & Harbor = Clinics"), metadata: [("org_id", "org_1")].into() };
    let request = config().request(&calls::create_customer(&new, "org_1:customer").unwrap());
    assert_eq!((request.method, request.url.as_str()), ("POST", "http://127.0.0.1:1/v1/customers"));
    assert_eq!(String::from_utf8(request.body).unwrap(), "email=a%2Bb@example.com&name=Blue+%26+Harbor+%3D+Clinics&metadata[org_id]=org_1");
    assert!(request.headers.contains(&("idempotency-key", "org_1:customer".into())));
}

/// The form of a call, as it goes out.
fn sent<T>(call: &calls::Call<T>) -> (&'static str, String, String) {
    let request = config().request(call);
    let url = request.url.strip_prefix("http://127.0.0.1:1").unwrap().to_owned();
    (request.method, url, String::from_utf8(request.body).unwrap())
}

#[test]
fn a_purchase_says_whose_it_is_on_the_session_and_on_the_subscription() {
    let new = NewCheckout {
        customer: "cus_1",
        org_id: "org_1",
        checkout_id: "chk_1",
        price: "price_1",
        quantity: 3,
        success_url: "https://app.example.com/b?s={CHECKOUT_SESSION_ID}",
        cancel_url: "https://app.example.com/b",
        expires_at: UnixSeconds(9),
        allow_promotion_codes: false,
    };
    let (method, url, body) = sent(&calls::create_checkout_session(&new, "chk_1").unwrap());
    assert_eq!((method, url.as_str()), ("POST", "/v1/checkout/sessions"));
    let form = stripe_spec::decode(&body).unwrap();
    assert_eq!(
        form,
        serde_json::json!({
            "mode": "subscription", "customer": "cus_1", "client_reference_id": "org_1", "expires_at": "9",
            "line_items": [{ "price": "price_1", "quantity": "3" }],
            "success_url": "https://app.example.com/b?s={CHECKOUT_SESSION_ID}", "cancel_url": "https://app.example.com/b",
            "metadata": { "org_id": "org_1", "checkout_id": "chk_1" }, "subscription_data": { "metadata": { "org_id": "org_1" } },
        })
    );
    let with = calls::create_checkout_session(&NewCheckout { allow_promotion_codes: true, ..new }, "chk_1").unwrap();
    assert!(with.form.contains("allow_promotion_codes=true"));
}

#[test]
fn the_preview_asks_about_exactly_what_the_change_does() {
    let change = ItemChange { item: "si_1", price: "price_2", quantity: 5, at: Some(UnixSeconds(7)) };
    let does = stripe_spec::decode(&calls::change_subscription("sub_1", &change, "k").unwrap().form).unwrap();
    let asks = stripe_spec::decode(&calls::preview_change("cus_1", "sub_1", &change).unwrap().form).unwrap();
    for field in ["items", "proration_behavior", "proration_date"] {
        assert_eq!(does[field], asks["subscription_details"][field], "{field}");
    }
    assert_eq!(does["items"], serde_json::json!([{ "id": "si_1", "price": "price_2", "quantity": "5" }]));
    assert_eq!((&does["proration_behavior"], &does["payment_behavior"]), (&"always_invoice".into(), &"error_if_incomplete".into()));
}

#[test]
fn an_end_is_a_delete_with_its_parameters_in_the_query() {
    let call = calls::cancel_subscription("sub_1", Ending { prorate: true, invoice_now: false }).unwrap();
    assert_eq!(sent(&call), ("DELETE", "/v1/subscriptions/sub_1?prorate=true&invoice_now=false".into(), String::new()));
    let (method, url, body) = sent(&calls::expire_checkout_session("cs_1", "k").unwrap());
    assert_eq!((method, url.as_str(), body.as_str()), ("POST", "/v1/checkout/sessions/cs_1/expire", ""));
}

#[test]
fn what_changes_something_has_a_key_of_the_callers() {
    let change = ItemChange { item: "si_1", price: "price_1", quantity: 1, at: None };
    let portal = NewPortal { customer: "cus_1", return_url: "https://x.example", configuration: None };
    for key in ["", " ", "a b", "a\nb", "ä", &"k".repeat(256)] {
        for refused in [
            calls::create_customer(&NewCustomer::default(), key).err(),
            calls::update_customer("cus_1", &CustomerChange::default(), key).err(),
            calls::change_subscription("sub_1", &change, key).err(),
            calls::set_cancel_at_period_end("sub_1", true, key).err(),
            calls::expire_checkout_session("cs_1", key).err(),
            calls::create_portal_session(&portal, key).err(),
        ] {
            assert!(matches!(refused, Some(e) if e.kind == Kind::InvalidRequest && e.message.contains("idempotency key")), "{key:?}");
        }
    }
    let longest = "k".repeat(255);
    assert_eq!(calls::set_cancel_at_period_end("sub_1", true, &longest).unwrap().idempotency_key, Some(longest));
    assert_eq!(calls::preview_change("cus_1", "sub_1", &change).unwrap().idempotency_key, None, "it only asks");
}

#[test]
fn prices_are_asked_for_in_tens() {
    assert!(calls::prices_by_lookup_keys(&[], None).is_err() && calls::prices_by_lookup_keys(&["k"; 11], None).is_err());
    let page =
        r#"{"object":"list","has_more":false,"data":[{"id":"price_1","lookup_key":"k","unit_amount":900,"currency":"usd","active":true}]}"#;
    let tape = Tape::of(&[(200, page), (200, page)]);
    let config = config();
    let prices = now(Client { config: &config, transport: &tape }.all_prices_of(&["k"; 11])).unwrap();
    assert_eq!((prices.len(), tape.requests.borrow().len()), (2, 2));
    assert!(tape.requests.borrow()[1].url.ends_with("/v1/prices?lookup_keys[0]=k&active=true&type=recurring&limit=100"));
}

#[test]
fn the_portal_opens_as_it_was_configured() {
    let config = config();
    let listed = r#"{"object":"list","has_more":false,"data":[
        {"id":"bpc_1","active":true,"is_default":true,"metadata":{}},{"id":"bpc_2","active":true,"is_default":false,"metadata":{"portico":"portal"}}]}"#;
    let tape = Tape::of(&[(200, listed), (200, r#"{"id":"bps_1","url":"https://billing.example/p"}"#)]);
    let session = now(Client { config: &config, transport: &tape }.open_portal("cus_1", "https://app.example.com/b", "visit_1")).unwrap();
    assert_eq!(session.url, "https://billing.example/p");
    let body = String::from_utf8(tape.requests.borrow()[1].body.clone()).unwrap();
    assert!(body.ends_with("&configuration=bpc_2"), "{body}");

    let tape = Tape::of(&[(200, r#"{"object":"list","has_more":false,"data":[]}"#)]);
    let refused = now(Client { config: &config, transport: &tape }.open_portal("cus_1", "https://app.example.com/b", "visit_1"));
    assert_eq!(refused.unwrap_err().cause(), Cause::PortalNotConfigured);
    assert_eq!(tape.requests.borrow().len(), 1);
}

#[test]
fn an_id_never_leads_elsewhere() {
    for id in ["", "..", "cus_1/../../v1/events", "cus_1?expand[]=x", "cus 1"] {
        assert!(matches!(calls::customer(id), Err(e) if e.kind == Kind::InvalidRequest && !e.retry), "{id}");
        assert!(
            calls::subscription(id).is_err()
                && calls::price(id).is_err()
                && calls::charge(id).is_err()
                && calls::checkout_session(id).is_err()
        );
        assert!(calls::cancel_subscription(id, Ending { prorate: false, invoice_now: false }).is_err());
    }
    let request = config().request(&calls::subscriptions_of("cus_1&status=active", None).unwrap());
    assert_eq!(request.url, "http://127.0.0.1:1/v1/subscriptions?customer=cus_1%26status%3Dactive&status=all&limit=100");
}

#[test]
fn all_pages_are_read() {
    let page = |id: &str, more: bool| {
        format!(
            r#"{{"object":"list","url":"/v1/subscriptions","has_more":{more},"data":[{{"id":"{id}","status":"canceled","customer":"cus_1","created":1,"items":{{"data":[]}}}}]}}"#
        )
    };
    let tape = Tape::of(&[(200, &page("sub_2", true)), (200, &page("sub_1", false))]);
    let config = config();
    let all = now(Client { config: &config, transport: &tape }.all_subscriptions_of("cus_1")).unwrap();
    assert_eq!(all.iter().map(|s| s.id.as_str()).collect::<Vec<_>>(), ["sub_2", "sub_1"]);
    assert!(tape.requests.borrow()[1].url.ends_with("&starting_after=sub_2"));
}

#[test]
fn an_endless_list_is_refused_not_cut() {
    let page = r#"{"has_more":true,"data":[{"id":"sub_1","status":"active","customer":"cus_1","created":1,"items":{"data":[]}}]}"#;
    let tape = Tape::of(&[(200, page); 10]);
    let config = config();
    assert!(now(Client { config: &config, transport: &tape }.all_subscriptions_of("cus_1")).is_err());
    assert_eq!(tape.requests.borrow().len(), 10);
}

#[test]
fn failures_are_told_apart() {
    let config = config();
    let run = |tape: Tape| now(Client { config: &config, transport: &tape }.run(&calls::customer("cus_1").unwrap())).unwrap_err();
    let missing = run(Tape::of(&[(
        404,
        r#"{"error":{"type":"invalid_request_error","code":"resource_missing","param":"id","message":"No such customer: 'cus_1'"}}"#,
    )]));
    assert!(missing.is_missing() && !missing.retry);
    let unreadable = run(Tape::of(&[(200, r#"{"object":"customer"}"#)]));
    assert_eq!((unreadable.kind, unreadable.retry, unreadable.request_id.as_deref()), (Kind::Unreadable, false, Some("req_1")));
    let outage = run(Tape::of(&[(503, "")]));
    assert!(outage.retry && outage.kind == Kind::Api);
    let tape = Tape::default();
    tape.answers.borrow_mut().push(Err("timed out".into()));
    let unreached = run(tape);
    assert!(unreached.retry && unreached.status.is_none() && unreached.kind == Kind::Connection);
}

#[test]
fn listed_events_read_one_by_one() {
    let body = r#"{"object":"list","has_more":false,"url":"/v1/events","data":[
        {"id":"evt_2","object":"event","type":"customer.updated","created":2,"livemode":false,"data":{"object":{"id":"cus_1","object":"customer"}}},
        {"id":"evt_1","object":"event","type":"broken"}]}"#;
    let config = config();
    let tape = Tape::of(&[(200, body)]);
    let page = now(Client { config: &config, transport: &tape }.run(&calls::events(&EventFilter::default()).unwrap())).unwrap();
    let events: Vec<_> = page.data.iter().map(|raw| Event::parse(raw.get().as_bytes())).collect();
    assert_eq!(events[0].as_ref().unwrap().customer.as_deref(), Some("cus_1"));
    assert!(events[1].is_err());
}

#[test]
fn a_wrong_configuration_is_refused_by_name() {
    let (base, key, version) = ("https://api.stripe.com", "sk_live_12345", "2026-10-28.endive");
    assert!(Config::new(base, key, version).ok().unwrap().livemode());
    assert!(!config().livemode());
    for (b, k, v, name) in [
        ("api.stripe.com", key, version, "STRIPE_API_BASE"),
        ("https://api.stripe.com/", key, version, "STRIPE_API_BASE"),
        (base, "pk_live_12345", version, "STRIPE_SECRET_KEY"),
        (base, "sk_live_", version, "STRIPE_SECRET_KEY"),
        (base, "sk_live_1\n2", version, "STRIPE_SECRET_KEY"),
        (base, key, "", "STRIPE_API_VERSION"),
        (base, key, "latest-version", "STRIPE_API_VERSION"),
    ] {
        let error = Config::new(b, k, v).err().unwrap();
        assert_eq!(error.variable, name);
        assert!(!error.to_string().contains("12345"));
    }
}
