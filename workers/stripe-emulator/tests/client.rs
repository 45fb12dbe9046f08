//! Our client, our webhook verification and the emulator together, and the emulator under random use.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use proptest::prelude::*;
use std::{
    cell::{Cell, RefCell},
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};
use stripe::{
    Client, Config,
    calls::{self, EventFilter, NewCustomer, charge},
    charge::is_charge,
    client::{HttpRequest, HttpResponse, LocalFuture, Transport},
    event::Event,
};
use stripe_emulator::core::{Request, Settings, handle, payment, webhooks::take_due, world::World};

const SETTINGS: Settings<'_> = Settings {
    secret_key: "sk_test_emulator",
    api_version: "2026-10-28.endive",
    webhook_url: "http://hook",
    webhook_secret: "whsec_emulator_secret",
    pages: "http://stripe.localhost:8787",
    endpoints: false,
};
const NOW: i64 = 1_795_464_526;

/// The emulator as a transport.
struct Emulator {
    world: RefCell<World>,
    now: Cell<i64>,
}
impl Emulator {
    fn new() -> Self {
        Self { world: RefCell::new(World::new(NOW)), now: Cell::new(NOW) }
    }
    fn send_raw(&self, method: &str, target: &str, body: &str) -> (u16, String) {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let request = Request { method, path, query, authorization: Some("Bearer sk_test_emulator"), idempotency_key: None, body };
        let response = handle(&mut self.world.borrow_mut(), &SETTINGS, &request, self.now.get());
        (response.status, response.body)
    }
}
impl Transport for Emulator {
    fn send(&self, request: HttpRequest) -> LocalFuture<'_, Result<HttpResponse, String>> {
        let target = request.url.strip_prefix("http://stripe").unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let header = |name: &str| request.headers.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_str());
        let sent = Request {
            method: request.method,
            path,
            query,
            authorization: header("authorization"),
            idempotency_key: header("idempotency-key"),
            body: std::str::from_utf8(&request.body).unwrap(),
        };
        let response = handle(&mut self.world.borrow_mut(), &SETTINGS, &sent, self.now.get());
        let headers = response.headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Box::pin(async move { Ok(HttpResponse { status: response.status, headers, body: response.body.into_bytes() }) })
    }
}

fn run<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the emulator never waits"),
    }
}
fn config() -> Config {
    Config::new("http://stripe", "sk_test_emulator", "2026-10-28.endive").unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn the_client_reads_what_the_emulator_holds() {
    let (emulator, config) = (Emulator::new(), config());
    let client = Client { config: &config, transport: &emulator };
    let new = NewCustomer { email: Some("a+b@example.com"), name: Some("Blue & Harbor"), metadata: [("org_id", "org_1")].into() };
    let made = run(client.run(&calls::create_customer(&new, "org_1").unwrap())).unwrap();
    let again = run(client.run(&calls::create_customer(&new, "org_1").unwrap())).unwrap();
    assert_eq!(made, again, "once for each key");
    assert_eq!(
        (made.name.as_deref(), made.metadata.get("org_id").map(String::as_str), made.livemode),
        (Some("Blue & Harbor"), Some("org_1"), false)
    );
    assert_eq!(run(client.run(&calls::customer(&made.id).unwrap())).unwrap(), made);
    assert!(run(client.run(&calls::customer("cus_none").unwrap())).unwrap_err().is_missing());

    let card = payment::card(&mut emulator.world.borrow_mut(), "pm_card_visa", NOW);
    emulator.world.borrow_mut().customers.last_mut().unwrap().payment_method = card;
    for _ in 0..3 {
        let (status, _) = emulator.send_raw(
            "POST",
            "/v1/subscriptions",
            &format!("customer={}&items[0][price]=price_portico_team_monthly&items[0][quantity]=4", made.id),
        );
        assert_eq!(status, 200);
    }
    let all = run(client.all_subscriptions_of(&made.id)).unwrap();
    assert_eq!(all.len(), 3);
    let one = run(client.run(&calls::subscription(&all.first().unwrap().id).unwrap())).unwrap();
    assert_eq!(
        (one.status.as_str(), one.items.data.first().and_then(|i| i.price.lookup_key.as_deref())),
        ("active", Some("portico_team_monthly"))
    );
    assert!(one.current_period_end().is_some_and(|end| end.0 > NOW));

    let types = ["customer.subscription.created"];
    let page =
        run(client.run(&calls::events(&EventFilter { types: &types, delivery_success: Some(false), ..EventFilter::default() }).unwrap()))
            .unwrap();
    let customers: Vec<_> = page.data.iter().map(|raw| Event::parse(raw.get().as_bytes()).unwrap().customer).collect();
    assert_eq!(customers, vec![Some(made.id.clone()); 3]);

    emulator.world.borrow_mut().switches.outage = true;
    let outage = run(client.run(&calls::customer(&made.id).unwrap())).unwrap_err();
    assert!(outage.retry && outage.status == Some(503));
}

#[derive(Debug, Clone)]
enum Step {
    Customer(&'static str),
    Subscribe(u8),
    Change(u8, u8),
    Seats(u8, u8, &'static str),
    EndWithPeriod(u8, bool),
    Cancel(u8),
    Delete(u8),
    Wait(u32),
    Raw(String, String),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        prop_oneof![
            Just(""),
            Just("&payment_method=pm_card_visa"),
            Just("&payment_method=pm_card_chargeDeclined"),
            Just("&payment_method=pm_card_chargeCustomerFail"),
            Just("&payment_method=pm_card_createDispute")
        ]
        .prop_map(Step::Customer),
        any::<u8>().prop_map(Step::Subscribe),
        (any::<u8>(), any::<u8>()).prop_map(|(a, b)| Step::Change(a, b)),
        (
            any::<u8>(),
            0_u8..20,
            prop_oneof![Just("always_invoice&payment_behavior=error_if_incomplete"), Just("create_prorations"), Just("none")]
        )
            .prop_map(|(a, b, c)| Step::Seats(a, b, c)),
        (any::<u8>(), any::<bool>()).prop_map(|(a, b)| Step::EndWithPeriod(a, b)),
        any::<u8>().prop_map(Step::Cancel),
        any::<u8>().prop_map(Step::Delete),
        (0_u32..4_000_000).prop_map(Step::Wait),
        ("/v1/(customers|subscriptions|events|prices)(/[a-z_0-9]{0,8})?(\\?[a-z_=\\[\\]&0-9%]{0,20})?", "[a-z_=\\[\\]&0-9%+]{0,40}")
            .prop_map(|(a, b)| Step::Raw(a, b)),
    ]
}

fn id(ids: &[String], n: u8) -> &str {
    ids.get(usize::from(n) % ids.len().max(1)).map_or("none", String::as_str)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever is done: every answer is one of Stripe's, the state survives being stored, and somebody who only follows the
    /// webhooks and reads the customer again (what Portico does) ends up with what the emulator holds.
    #[test]
    fn following_the_webhooks_ends_up_with_the_truth(steps in proptest::collection::vec(step(), 1..40), reorder: bool, duplicate: bool) {
        let (emulator, config) = (Emulator::new(), config());
        emulator.world.borrow_mut().switches.reorder = reorder;
        emulator.world.borrow_mut().switches.duplicate = duplicate;
        let client = Client { config: &config, transport: &emulator };
        let secrets = stripe::signature::SigningSecrets::parse(SETTINGS.webhook_secret).ok().unwrap();
        let mut known = std::collections::BTreeMap::new();
        for step in steps {
            let customers: Vec<String> = emulator.world.borrow().customers.iter().map(|c| c.id.clone()).collect();
            let subscriptions: Vec<String> = emulator.world.borrow().subscriptions.iter().map(|s| s.id.clone()).collect();
            let (status, body) = match step {
                Step::Customer(card) => emulator.send_raw("POST", "/v1/customers", &format!("email=a@example.com{card}")),
                Step::Subscribe(n) => emulator.send_raw("POST", "/v1/subscriptions", &format!("customer={}&items[][price]=price_portico_team_monthly", id(&customers, n))),
                Step::Change(n, seats) => emulator.send_raw("POST", &format!("/v1/subscriptions/{}", id(&subscriptions, n)), &format!("metadata[seats]={seats}")),
                Step::Seats(n, seats, how) => {
                    let item = emulator.world.borrow().subscriptions.iter().find(|s| s.id == id(&subscriptions, n)).map(|s| s.items[0].id.clone());
                    let form = format!("items[0][id]={}&items[0][quantity]={seats}&proration_behavior={how}", item.unwrap_or_default());
                    emulator.send_raw("POST", &format!("/v1/subscriptions/{}", id(&subscriptions, n)), &form)
                }
                Step::EndWithPeriod(n, ends) => emulator.send_raw("POST", &format!("/v1/subscriptions/{}", id(&subscriptions, n)), &format!("cancel_at_period_end={ends}")),
                Step::Cancel(n) => emulator.send_raw("DELETE", &format!("/v1/subscriptions/{}", id(&subscriptions, n)), ""),
                Step::Delete(n) => emulator.send_raw("DELETE", &format!("/v1/customers/{}", id(&customers, n)), ""),
                Step::Wait(seconds) => { emulator.now.set(emulator.now.get() + i64::from(seconds)); emulator.send_raw("GET", "/v1/events", "") }
                Step::Raw(target, form) => emulator.send_raw("POST", &target, &form),
            };
            prop_assert!(matches!(status, 200 | 400 | 402 | 404), "{} {}", status, body);
            let stored: World = serde_json::from_str(&serde_json::to_string(&*emulator.world.borrow()).unwrap()).unwrap();
            prop_assert_eq!(&stored, &*emulator.world.borrow());
            let sends = take_due(&mut emulator.world.borrow_mut(), &SETTINGS, emulator.now.get());
            for sent in sends {
                prop_assert!(stripe::signature::verify(&secrets, Some(&sent.header), sent.body.as_bytes(), emulator.now.get() * 1_000).is_ok());
                let subject = Event::parse(sent.body.as_bytes()).unwrap().subject().unwrap().to_owned();
                let customer = if is_charge(&subject) { run(client.run(&charge(&subject).unwrap())).unwrap().customer.0.unwrap() } else { subject };
                let read = run(client.all_subscriptions_of(&customer)).unwrap();
                known.insert(customer, read);
            }
        }
        let customers: Vec<String> = emulator.world.borrow().customers.iter().map(|c| c.id.clone()).collect();
        for customer in customers {
            let truth = run(client.all_subscriptions_of(&customer)).unwrap();
            prop_assert_eq!(known.get(&customer), Some(&truth));
        }
    }
}
