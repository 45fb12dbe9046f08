//! Invoices, payments and time, through the front door; each answer and each event held against Stripe's own response schemas.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "billing/burst.rs"]
mod burst;
#[path = "billing/change.rs"]
mod change;
#[path = "billing/end.rs"]
mod end;
#[path = "billing/money.rs"]
mod money;
#[path = "billing/pay.rs"]
mod pay;
#[path = "billing/preview.rs"]
mod preview;
#[path = "billing/renew.rs"]
mod renew;
#[path = "billing/trial.rs"]
mod trial;

use serde_json::Value;
use stripe_emulator::core::{Request, Settings, handle, world::World};

const SETTINGS: Settings<'_> = Settings {
    secret_key: "sk_test_emulator",
    api_version: "2026-10-28.endive",
    webhook_url: "",
    webhook_secret: "whsec_emulator_secret",
    pages: "",
    endpoints: false,
};
/// 1 November 2026, so that the first period has thirty days.
const START: i64 = 1_793_491_200;
const DAY: i64 = 86_400;
const TEAM: &str = "price_portico_team_monthly";
const BUSINESS: &str = "price_portico_business_monthly";
const YEARLY: &str = "price_portico_team_yearly";

/// An emulator at a time.
struct Stripe {
    world: World,
    now: i64,
}

impl Stripe {
    fn new() -> Self {
        Self { world: World::new(START), now: START }
    }
    fn send(&mut self, method: &str, target: &str, form: &str, key: Option<&str>) -> (u16, Value) {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let request = Request { method, path, query, authorization: Some("Bearer sk_test_emulator"), idempotency_key: key, body: form };
        let answer = handle(&mut self.world, &SETTINGS, &request, self.now);
        let value: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(stripe_spec::answer(&value), Vec::<String>::new(), "{method} {target} {form}: {value}");
        (answer.status, value)
    }
    fn get(&mut self, target: &str) -> Value {
        let (status, value) = self.send("GET", target, "", None);
        assert_eq!(status, 200, "{target}: {value}");
        value
    }
    fn post(&mut self, path: &str, form: &str) -> Value {
        let (status, value) = self.send("POST", path, form, None);
        assert_eq!(status, 200, "{path} {form}: {value}");
        value
    }
    /// A refused request: status and code.
    fn refused(&mut self, method: &str, path: &str, form: &str) -> (u16, String) {
        let (status, value) = self.send(method, path, form, None);
        assert!(status >= 400, "{path} {form}: {value}");
        (status, value["error"]["code"].as_str().unwrap_or_default().to_owned())
    }
    fn customer(&mut self, card: &str) -> String {
        let form = if card.is_empty() { String::new() } else { format!("payment_method=pm_card_{card}") };
        text(&self.post("/v1/customers", &form)["id"])
    }
    fn card(&mut self, customer: &str, card: &str) {
        let card = stripe_emulator::core::payment::card(&mut self.world, &format!("pm_card_{card}"), self.now);
        self.world.customers.iter_mut().find(|c| c.id == customer).unwrap().payment_method = card;
    }
    /// Subscribes to three seats of Team; gives back its path.
    fn team(&mut self, customer: &str, more: &str) -> String {
        let form = format!("customer={customer}&items[0][price]={TEAM}&items[0][quantity]=3{more}");
        format!("/v1/subscriptions/{}", text(&self.post("/v1/subscriptions", &form)["id"]))
    }
    fn item(&mut self, path: &str) -> String {
        text(&self.get(path)["items"]["data"][0]["id"])
    }
    fn status(&mut self, path: &str) -> String {
        text(&self.get(path)["status"])
    }
    fn latest(&mut self, path: &str) -> Value {
        self.get(&format!("{path}?expand[]=latest_invoice"))["latest_invoice"].clone()
    }
    /// The kinds of what happened since the last call, oldest first.
    fn happened(&mut self) -> Vec<String> {
        let mut kinds = Vec::new();
        let mut after = String::new();
        loop {
            let page = self.get(&format!("/v1/events?limit=100{after}"));
            let data = page["data"].as_array().unwrap();
            kinds.extend(data.iter().map(|e| text(&e["type"])));
            if page["has_more"] == false {
                break;
            }
            after = format!("&starting_after={}", text(&data.last().unwrap()["id"]));
        }
        self.world.events.clear();
        kinds.reverse();
        kinds
    }
    /// The newest event of a kind.
    fn event(&mut self, kind: &str) -> Value {
        self.get(&format!("/v1/events?type={kind}&limit=1"))["data"][0].clone()
    }
    fn wait(&mut self, seconds: i64) {
        self.now += seconds;
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
fn cents(value: &Value) -> i64 {
    value.as_i64().unwrap()
}
/// The amounts of an invoice's lines.
fn amounts(invoice: &Value) -> Vec<i64> {
    invoice["lines"]["data"].as_array().unwrap().iter().map(|line| cents(&line["amount"])).collect()
}
