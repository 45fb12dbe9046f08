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
    calls::{self, EventFilter, NewCustomer, Range},
    client::{HttpRequest, HttpResponse, LocalFuture, Transport},
    error::Kind,
    event::Event,
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
        created: Range { gte: Some(5), lte: None },
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

#[test]
fn an_id_never_leads_elsewhere() {
    for id in ["", "..", "cus_1/../../v1/events", "cus_1?expand[]=x", "cus 1"] {
        assert!(matches!(calls::customer(id), Err(e) if e.kind == Kind::InvalidRequest && !e.retry), "{id}");
        assert!(calls::subscription(id).is_err());
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
