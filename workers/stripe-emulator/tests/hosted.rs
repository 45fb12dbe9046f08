//! Catalog, checkout, portal, cards and webhook endpoints through the API and through what their pages do, each answer and each
//! event held against Stripe's own response schemas.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "hosted/catalog.rs"]
mod catalog;
#[path = "hosted/checkout.rs"]
mod checkout;
#[path = "hosted/endpoints.rs"]
mod endpoints;
#[path = "hosted/once.rs"]
mod once;
#[path = "hosted/portal.rs"]
mod portal;

use serde_json::Value;
use stripe_emulator::core::{Request, Settings, clock, handle, world::World};

const SETTINGS: Settings<'_> = Settings {
    secret_key: "sk_test_emulator",
    api_version: "2026-10-28.endive",
    webhook_url: "http://hook",
    webhook_secret: "whsec_emulator_secret",
    pages: "http://stripe.localhost:8787",
    endpoints: true,
};
const NOW: i64 = 1_795_464_526;
const TEAM: &str = "price_portico_team_monthly";
const BUSINESS: &str = "price_portico_business_monthly";

/// An emulator at a time.
struct Stripe {
    world: World,
    now: i64,
}
impl Stripe {
    fn new() -> Self {
        Self { world: World::new(NOW), now: NOW }
    }
    fn send(&mut self, method: &str, target: &str, form: &str) -> (u16, Value) {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let request = Request { method, path, query, authorization: Some("Bearer sk_test_emulator"), idempotency_key: None, body: form };
        let answer = handle(&mut self.world, &SETTINGS, &request, self.now);
        let value: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(stripe_spec::answer(&value), Vec::<String>::new(), "{method} {target} {form}: {value}");
        (answer.status, value)
    }
    fn get(&mut self, target: &str) -> Value {
        let (status, value) = self.send("GET", target, "");
        assert_eq!(status, 200, "{target}: {value}");
        value
    }
    fn post(&mut self, path: &str, form: &str) -> Value {
        let (status, value) = self.send("POST", path, form);
        assert_eq!(status, 200, "{path} {form}: {value}");
        value
    }
    /// A request that is refused: its status, code and parameter.
    fn refused(&mut self, method: &str, target: &str, form: &str) -> (u16, String, String) {
        let before = self.world.clone();
        let (status, value) = self.send(method, target, form);
        assert!(status >= 400, "{method} {target} {form}: {value}");
        let text = |field: &str| value["error"][field].as_str().unwrap_or_default().to_owned();
        assert_eq!(
            (&before.checkouts, &before.customers, &before.prices),
            (&self.world.checkouts, &self.world.customers, &self.world.prices)
        );
        (status, text("code"), text("param"))
    }
    fn customer(&mut self) -> String {
        id(&self.post("/v1/customers", "email=a%40example.com"))
    }
    /// What happened since so many events, oldest first; every one is as Stripe's schemas want it.
    fn kinds_since(&mut self, count: usize) -> Vec<String> {
        let list = self.get("/v1/events?limit=100");
        let all: Vec<String> = list["data"].as_array().unwrap().iter().rev().map(|e| e["type"].as_str().unwrap().to_owned()).collect();
        all[count.min(all.len())..].to_vec()
    }
    fn wait(&mut self, seconds: i64) {
        self.now += seconds;
        clock::tick(&mut self.world, &SETTINGS, self.now);
    }
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}
fn is(expected: (u16, &str, &str), got: &(u16, String, String), what: &str) {
    assert_eq!(expected, (got.0, got.1.as_str(), got.2.as_str()), "{what}");
}
