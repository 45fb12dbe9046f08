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
        let (path, query) = target(path);
        let incoming = Incoming { method, path, query, authorization: Some(KEY), body: body.as_bytes(), ..Incoming::default() };
        let answer = self.0.serve(&setup(), &incoming, self.1);
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
        // Kept and read again after every request, as the glue does.
        self.0 = Host::from_text(self.0.to_text().unwrap().as_bytes(), self.1);
        serde_json::from_str(&answer.body).unwrap()
    }
    /// The state's subscriptions that the demo did not bring.
    fn own(state: &Value) -> Vec<&Value> {
        state["subscriptions"].as_array().unwrap().iter().filter(|s| !s["id"].as_str().unwrap().starts_with("sub_demo_")).collect()
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
            "charge.succeeded",
            "payment_intent.succeeded",
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

/// `fixtures/demo.sql` says that Northwind pays for Team: a sync must find that here, or it would put it on Free. Of the others it must find
/// what the fixture says is wrong.
#[test]
fn the_demo_has_what_its_fixture_says() {
    let fixture = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/demo.sql")).unwrap();
    let mut desk = Desk::new();
    let org = |end: &str| format!("org_018b000000007000800000000000000{end}");
    for (id, end, claims) in [
        ("northwind", "1", "1"),
        ("blueharbor", "2", "2"),
        ("repairyard", "3", "3"),
        ("keelanchor", "6", "6"),
        ("twinmasts", "7", "8"),
        ("copperlantern", "8", "8"),
        ("fogsignal", "a", "a"),
    ] {
        assert!(fixture.contains(&format!("('{}', 'cus_demo_{id}',", org(end))), "{id} is the customer of {end} in the fixture");
        let customer = desk.call("GET", &format!("/v1/customers/cus_demo_{id}"), "", 200);
        assert_eq!(customer["metadata"]["org_id"], org(claims), "{id}");
    }
    assert!(fixture.contains(&format!("('{}', 'cus_demo_drydock',", org("5"))));
    assert_eq!(desk.call("GET", "/v1/customers/cus_demo_drydock", "", 200)["deleted"], true);

    for (id, end, held) in [
        ("northwind", "1", r#"[1, "northwind", "price_portico_team_monthly", 900, 10, 13]"#),
        ("repairyard", "3", r#"[3, "repairyard", "price_demo_team_2025", 700, 1, 3]"#),
        ("twinmasts", "7", r#"[7, "twinmasts", "price_portico_team_monthly", 900, 4, 4]"#),
        ("fogsignal", "a", r#"["a", "fogsignal", "price_portico_team_monthly", 900, 6, 5]"#),
    ] {
        assert!(fixture.contains(held), "{held} is in the fixture");
        let held: Value = serde_json::from_str(held).unwrap();
        let subscription = desk.call("GET", &format!("/v1/subscriptions/sub_demo_{id}"), "", 200);
        let item = &subscription["items"]["data"][0];
        let found = (&item["price"]["id"], &item["price"]["unit_amount"], &item["quantity"], &subscription["status"]);
        assert_eq!(found, (&held[2], &held[3], &held[4], &json!("active")), "{end}");
        assert!(item["current_period_start"].as_i64().unwrap() < NOW && item["current_period_end"].as_i64().unwrap() > NOW + 86_400);
    }
    let all = |desk: &mut Desk, id: &str| {
        let list = desk.call("GET", &format!("/v1/subscriptions?customer=cus_demo_{id}&status=all"), "", 200);
        list["data"].as_array().unwrap().clone()
    };
    let ends = all(&mut desk, "repairyard").into_iter().map(|s| (s["items"]["data"][0]["current_period_end"].as_i64(), s["id"].clone()));
    assert_eq!(ends.max_by_key(|(end, _)| *end).unwrap().1, "sub_demo_repairyard", "the one that is held runs longer than the second one");
    assert_eq!((all(&mut desk, "repairyard").len(), all(&mut desk, "keelanchor").len()), (2, 0));
    let price = all(&mut desk, "copperlantern").remove(0)["items"]["data"][0]["price"].clone();
    assert_eq!((&price["lookup_key"], &price["metadata"]), (&Value::Null, &json!({})));

    let invoices = desk.call("GET", "/v1/invoices?customer=cus_demo_northwind&limit=100", "", 200);
    let invoices = invoices["data"].as_array().unwrap();
    assert_eq!(invoices.len(), 14);
    for (invoice, nth) in invoices.iter().zip((1..=14).rev()) {
        assert_eq!(invoice["id"], format!("in_demo_northwind_{nth:02}"));
        assert_eq!((&invoice["status"], &invoice["amount_paid"], &invoice["total"]), (&json!("paid"), &json!(9_000), &json!(9_000)));
    }
    assert_eq!(desk.call("GET", "/v1/events", "", 200)["data"], json!([]));
    assert_eq!(desk.due(), [], "nobody is told of what was there from the start");
}

/// Whenever it is first looked at within a day, it is the same but for its age.
#[test]
fn the_demo_is_counted_from_midnight() {
    let midnight = NOW - NOW % 86_400;
    let of = |now: i64| {
        let host = Host::new(now);
        (host.world().subscriptions.clone(), host.world().invoices.iter().map(|i| (i.id.clone(), i.paid_at)).collect::<Vec<_>>())
    };
    assert_eq!(of(midnight), of(midnight + 86_399));
    for day in 0..1_500 {
        let now = midnight + day * 86_400;
        for held in Host::new(now).world().subscriptions.iter().map(|s| s.items[0].period) {
            assert!(held.0 <= now && held.1 > now + 86_400, "day {day}: {held:?}");
        }
    }
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
