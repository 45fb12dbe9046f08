//! The host around the state machine, as the glue of a platform drives it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use serde_json::{Value, json};
use stripe::signature::{SigningSecrets, verify};
use stripe_emulator::host::{Host, Incoming, Setup, target};

const NOW: i64 = 1_795_464_526;
const KEY: &str = "Bearer sk_test_emulator";

fn get(name: &str) -> Option<String> {
    let value = match name {
        "ENVIRONMENT" => "local",
        "API_HOST" => "api.localhost",
        "STRIPE_API_VERSION" => "2026-10-28.endive",
        "STRIPE_SECRET_KEY" => "sk_test_emulator",
        "STRIPE_WEBHOOK_SECRETS" => "whsec_new_secret, whsec_old_secret",
        _ => return None,
    };
    Some(value.to_owned())
}
fn setup() -> Setup {
    Setup::read(&get).unwrap()
}

struct Desk(Host, i64);
impl Desk {
    fn new() -> Self {
        Self(Host::new(NOW), NOW)
    }
    fn call(&mut self, method: &str, path: &str, body: &str, status: u16) -> Value {
        let incoming = Incoming { method, path, authorization: Some(KEY), body: body.as_bytes(), ..Incoming::default() };
        let answer = self.0.serve(&setup(), &incoming, self.1);
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
        // Kept and read again after every request, as the glue does.
        self.0 = Host::from_text(self.0.to_text().unwrap().as_bytes(), self.1);
        serde_json::from_str(&answer.body).unwrap()
    }
    /// The state's subscriptions that the demo did not bring.
    fn own(state: &Value) -> Vec<&Value> {
        state["subscriptions"].as_array().unwrap().iter().filter(|s| s["id"] != "sub_demo_northwind").collect()
    }
    fn subscribe(&mut self) -> String {
        let customer =
            self.call("POST", "/v1/customers", "email=a%40example.com&payment_method=pm_card_visa", 200)["id"].as_str().unwrap().to_owned();
        let form = format!("customer={customer}&items[0][price]=price_portico_team_monthly");
        self.call("POST", "/v1/subscriptions", &form, 200)["id"].as_str().unwrap().to_owned()
    }
    fn due(&mut self) -> Vec<(String, String)> {
        let sends = self.0.take_due(&setup(), self.1);
        let secrets = SigningSecrets::parse("whsec_new_secret").ok().unwrap();
        for send in &sends {
            assert_eq!(send.url, "http://api.localhost/webhooks/stripe");
            assert_eq!(verify(&secrets, Some(&send.header), send.body.as_bytes(), self.1 * 1_000), Ok(self.1), "signed at the real time");
        }
        let kind = |body: &str| serde_json::from_str::<Value>(body).unwrap()["type"].as_str().unwrap().to_owned();
        sends.into_iter().map(|s| (s.delivery, kind(&s.body))).collect()
    }
}

#[test]
fn it_runs_nowhere_but_on_a_developers_machine() {
    for environment in ["production", "", "Local"] {
        let refused = Setup::read(&|name| if name == "ENVIRONMENT" { Some(environment.to_owned()) } else { get(name) });
        assert!(refused.unwrap_err().contains("ENVIRONMENT"), "{environment}");
    }
    for missing in ["ENVIRONMENT", "API_HOST", "STRIPE_API_VERSION", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRETS"] {
        let refused = Setup::read(&|name| if name == missing { None } else { get(name) });
        assert_eq!(refused.unwrap_err(), format!("{missing} is not set."));
    }
}

#[test]
fn the_api_is_served_and_its_events_are_due() {
    let mut desk = Desk::new();
    desk.subscribe();
    let due = desk.due();
    let kinds: Vec<_> = due.iter().map(|(_, kind)| kind.as_str()).collect();
    assert_eq!(
        kinds,
        [
            "customer.created",
            "invoice.created",
            "customer.subscription.created",
            "invoice.finalized",
            "invoice.paid",
            "invoice.payment_succeeded",
            "customer.subscription.updated"
        ]
    );
    assert_eq!(desk.due(), [], "each is under way");
    for (at, (delivery, _)) in due.iter().enumerate() {
        desk.0.settle(delivery, Some(if at == 1 { 500 } else { 200 }));
    }
    desk.1 += 5;
    assert_eq!(desk.due().len(), 1, "what was not taken is tried again");
    desk.0.settle(&due[1].0, None);
    let state = desk.call("POST", "/_emulator/deliver", "", 200);
    let missing = state["events"].as_array().unwrap().iter().filter(|e| e["delivered"] == false);
    assert_eq!(missing.map(|e| &e["type"]).collect::<Vec<_>>(), ["invoice.created"]);
    assert_eq!(desk.due().len(), 1, "and at once when the desk says so");
    let wrong = Incoming { method: "GET", path: "/v1/events", authorization: Some("Bearer other"), ..Incoming::default() };
    assert_eq!(desk.0.serve(&setup(), &wrong, NOW).status, 401);
    assert_eq!(desk.0.serve(&setup(), &Incoming { body: &[0xff], ..wrong }, NOW).status, 400);
}

#[test]
fn the_clock_runs_ahead_and_signatures_do_not() {
    let mut desk = Desk::new();
    let subscription = desk.subscribe();
    desk.call("POST", &format!("/v1/subscriptions/{subscription}"), "cancel_at_period_end=true", 200);
    desk.due();
    let state = desk.call("POST", "/_emulator/clock", r#"{"advance_seconds":2764800}"#, 200);
    assert_eq!((&state["ahead_seconds"], &state["now"]), (&json!(2_764_800), &json!(NOW + 2_764_800)));
    assert_eq!(Desk::own(&state)[0]["status"], "canceled");
    assert!(desk.due().iter().any(|(_, kind)| kind == "customer.subscription.deleted"));
    for wrong in [r#"{"advance_seconds":-1}"#, r#"{"advance_seconds":99999999999}"#, r#"{"advance":1}"#, "", "[]"] {
        desk.call("POST", "/_emulator/clock", wrong, 400);
    }
    assert_eq!(desk.call("GET", "/_emulator/state", "", 200)["ahead_seconds"], 2_764_800);
}

#[test]
fn switches_statuses_and_a_fresh_start() {
    let mut desk = Desk::new();
    let subscription = desk.subscribe();
    assert_eq!(desk.call("POST", "/_emulator/switches", r#"{"outage":true}"#, 200)["switches"]["outage"], true);
    desk.call("GET", "/v1/events", "", 503);
    assert_eq!(desk.call("POST", "/_emulator/switches", "{}", 200)["switches"]["outage"], false, "what is left out is off");
    desk.call("GET", "/v1/events", "", 200);
    desk.call("POST", "/_emulator/switches", r#"{"outrage":true}"#, 400);

    let force = |status: &str| json!({"subscription": subscription, "status": status}).to_string();
    let state = desk.call("POST", "/_emulator/status", &force("past_due"), 200);
    assert_eq!(Desk::own(&state)[0]["status"], "past_due");
    desk.call("POST", "/_emulator/status", &force("asleep"), 404);
    desk.call("POST", "/_emulator/status", r#"{"subscription":"sub_none","status":"active"}"#, 404);
    desk.call("GET", "/_emulator/status", "", 405);
    desk.call("POST", "/_emulator/state", "", 405);
    desk.call("POST", "/_emulator/else", "", 404);

    let state = desk.call("POST", "/_emulator/reset", "", 200);
    assert_eq!((Desk::own(&state).len(), &state["events"], &state["deliveries"]), (0, &json!([]), &json!([])));
    assert_eq!(desk.due(), []);
}

#[test]
fn a_state_that_cannot_be_read_starts_afresh() {
    for text in ["", "{}", "null", r#"{"world":{},"ahead":0}"#] {
        assert_eq!(Host::from_text(text.as_bytes(), NOW), Host::new(NOW), "{text}");
    }
}

/// `fixtures/demo.sql` says that northwind pays for Team: a sync must find that here, or it would put it on Free.
#[test]
fn the_demo_pays_for_what_it_has() {
    let fixture = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/demo.sql")).unwrap();
    let mut desk = Desk::new();
    let customers = desk.call("GET", "/v1/customers", "", 200);
    for customer in customers["data"].as_array().unwrap() {
        let (id, org) = (customer["id"].as_str().unwrap(), customer["metadata"]["org_id"].as_str().unwrap());
        assert!(fixture.contains(&format!("('{org}', '{id}',")), "{id} is the customer of {org} in the fixture");
    }
    assert_eq!(customers["data"].as_array().unwrap().len(), 2);
    let subscription = desk.call("GET", "/v1/subscriptions/sub_demo_northwind", "", 200);
    let item = &subscription["items"]["data"][0];
    assert_eq!((&subscription["customer"], &subscription["status"]), (&json!("cus_demo_northwind"), &json!("active")));
    assert_eq!((&item["price"]["lookup_key"], &item["quantity"]), (&json!("portico_team_monthly"), &json!(10)));
    assert!(fixture.contains("'sub_demo_northwind', 'active', 'portico_team_monthly', 'team', 900, 'usd', 'month', 10,"));
    assert_eq!(desk.due(), [], "nobody is told of what was there from the start");
}

#[test]
fn a_url_comes_apart() {
    for (url, path, query) in [
        ("http://stripe.localhost:8787/v1/events?limit=1&types[0]=x", "/v1/events", "limit=1&types[0]=x"),
        ("http://h/v1/a#b?c", "/v1/a", ""),
        ("http://h", "/", ""),
        ("http://h?a=1", "/", "a=1"),
        ("/v1/events", "/v1/events", ""),
    ] {
        assert_eq!(target(url), (path, query), "{url}");
    }
}
