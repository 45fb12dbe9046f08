//! Endpoints and deliveries by API: what is shown, what is refused, and that the secret is shown once and stored nowhere in clear.

#![expect(clippy::indexing_slicing, reason = "what goes wrong in a test must stop it")]

use crypto::standard_webhooks::{WebhookSecret, verify};
use jobs::{HANDLERS, WORKER as JOBS};
use kernel::{Reply, ports::Clock, sql::Value as Cell, time::Span};
use serde_json::{Value, json};
use testkit::{Call, Harness, Replied, delete, get, http::header, patch, post};
use webhooks::WORKER;

const ENDPOINTS: &str = "/v1/webhook-endpoints";
const DELIVERIES: &str = "/v1/webhook-deliveries";

fn call(h: &Harness, call: Call) -> Reply {
    h.call(&WORKER, call.key(&h.world.team.keys.full))
}
fn create(h: &Harness, url: &str) -> Value {
    let reply = call(h, post(ENDPOINTS).json(&json!({"url": url, "description": "CI", "events": ["ticket.created"]})));
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.json()
}
/// The wrong fields of a refusal.
fn wrong(reply: &Reply) -> Vec<(String, String)> {
    let text = |v: &Value, name: &str| v[name].as_str().unwrap_or_default().to_owned();
    reply.json()["errors"].as_array().map_or(Vec::new(), |all| all.iter().map(|e| (text(e, "pointer"), text(e, "code"))).collect())
}
fn anywhere(h: &Harness, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (table, columns) in h.db.tables() {
        for (column, _) in columns {
            let sql = format!("SELECT count(*) FROM {table} WHERE instr({column}, ?1) > 0");
            if h.db.count(&sql, &[text.into()]) > 0 {
                found.push(format!("{table}.{column}"));
            }
        }
    }
    found
}

#[test]
fn an_endpoint_is_created_shown_changed_and_removed() {
    let h = Harness::new();
    let mut made = create(&h, "https://hooks.example.com/x?token=t0ps3cret");
    let secret = made.as_object_mut().unwrap().remove("secret").unwrap();
    assert!(WebhookSecret::parse(secret.as_str().unwrap()).is_ok());
    let path = format!("{ENDPOINTS}/{}", made["id"].as_str().unwrap());
    h.db.reset_counts();
    let shown = call(&h, get(&path));
    assert_eq!((shown.status, shown.json()), (200, made.clone()), "written by Rust and by SQLite alike");
    let list = call(&h, get(ENDPOINTS)).json();
    assert_eq!((list["data"].as_array().unwrap().len(), &list["data"][0], &list["has_more"]), (2, &made, &json!(false)));
    assert_eq!(h.db.reads(), 2, "one round trip each");

    let changed = call(&h, patch(&path).json(&json!({"description": "Live", "events": ["ticket.closed", "*"], "status": "paused"})));
    let mut expected = made.clone();
    expected["description"] = json!("Live");
    expected["events"] = json!(["*"]);
    expected["status"] = json!("paused");
    assert_eq!((changed.status, changed.json()), (200, expected.clone()));
    assert_eq!(call(&h, get(&path)).json(), expected);
    let events = h.db.count("SELECT count(*) FROM audit_events", &[]);
    assert_eq!(call(&h, patch(&path).json(&json!({"description": "Live"}))).json(), expected, "nothing changed");
    assert_eq!(h.db.count("SELECT count(*) FROM audit_events", &[]), events, "and nothing is recorded");

    assert_eq!(call(&h, delete(&path)).status, 204);
    assert_eq!(call(&h, get(&path)).status, 404);
    assert_eq!(call(&h, delete(&path)).status, 404);
    for action in ["created", "updated", "deleted"] {
        let sql = "SELECT count(*) FROM audit_events WHERE action = 'webhook_endpoint.' || ?1 AND target = ?2";
        assert_eq!(h.db.count(sql, &[action.into(), made["id"].as_str().unwrap().into()]), 1, "{action}");
    }
    assert_eq!(anywhere(&h, "t0ps3cret"), Vec::<String>::new(), "what follows ? in the URL is not in the audit log");
}

#[test]
fn the_secret_is_shown_once_and_stored_nowhere_in_clear() {
    let h = Harness::new();
    let body = json!({"url": "https://hooks.example.com/x"});
    let first = call(&h, post(ENDPOINTS).json(&body).idempotency_key("k1"));
    assert_eq!(first.status, 201);
    let secret = first.json()["secret"].as_str().unwrap().to_owned();
    for text in [secret.as_str(), secret.strip_prefix("whsec_").unwrap()] {
        assert_eq!(anywhere(&h, text), Vec::<String>::new());
        assert!(!h.log.contains(text));
    }
    let again = call(&h, post(ENDPOINTS).json(&body).idempotency_key("k1"));
    assert_eq!((again.status, again.header("idempotent-replayed")), (201, Some("true")));
    let mut expected = first.json();
    expected["secret"] = Value::Null;
    assert_eq!(again.json(), expected, "the repeat makes no second endpoint and shows no secret");
    assert_eq!(h.db.count("SELECT count(*) FROM webhook_endpoints WHERE org_id = ?1", &[(&h.world.team.id).into()]), 2);
    let sealed = h.db.text("SELECT secret FROM webhook_endpoints WHERE id = ?1", &[expected["id"].as_str().unwrap().into()]);
    let ring = &h.app(&WORKER).config.keys;
    let id = kernel::EndpointId::stored(expected["id"].as_str().unwrap()).unwrap();
    let opened = store::endpoints::open_secret(ring, &h.world.team.id, &id, &sealed).unwrap();
    assert_eq!(opened.reveal().expose(), &secret);
    assert!(store::endpoints::open_secret(ring, &h.world.free.id, &id, &sealed).is_err(), "moved to another organization it does not open");
}

#[test]
fn the_plan_s_number_holds_under_a_race() {
    let h = Harness::new();
    let body = json!({"url": "https://hooks.example.com/x"});
    let refused = h.call(&WORKER, post(ENDPOINTS).key(&h.world.free.keys.full).json(&body));
    assert_eq!((refused.status, refused.code().as_str()), (403, "plan_limit_reached"));
    let problem = refused.json();
    assert_eq!(
        (&problem["limit"], &problem["allowed"], &problem["plan_that_lifts_it"], &problem["detail"]),
        (
            &json!("webhook_endpoints"),
            &json!(1),
            &json!("team"),
            &json!("The Free plan allows 1 webhook endpoint, and 1 is used. Remove an endpoint, or choose the Team plan, which allows 5.")
        )
    );
    for seed in 0..5 {
        let h = Harness::new();
        let calls = (0..10).map(|_| post(ENDPOINTS).key(&h.world.team.keys.full).json(&body)).collect();
        let made = h.together(&WORKER, calls, seed).iter().filter(|r| r.status == 201).count();
        assert_eq!(made, 4, "the team has one of five");
    }
}

#[test]
fn what_an_endpoint_may_not_be_is_refused_with_its_remedy() {
    let h = Harness::new();
    let endpoint = format!("{ENDPOINTS}/{}", h.world.team.endpoint);
    let urls = [
        "http://example.com",
        "https://127.0.0.1/",
        "https://localhost:8443/",
        "https://api.localhost/",
        "https://user@example.com/",
        "https://169.254.169.254/",
        "https://x.internal/",
        "ftp://example.com",
        "https://example.com:22/",
        "x",
    ];
    for url in urls {
        for reply in [call(&h, post(ENDPOINTS).json(&json!({"url": url}))), call(&h, patch(&endpoint).json(&json!({"url": url})))] {
            assert_eq!((reply.status, wrong(&reply)), (422, vec![("/url".into(), "not_allowed".into())]), "{url}");
        }
    }
    let cases = [
        (json!({}), "/url", "required"),
        (json!({"url": "https://example.com", "events": ["ticket.eaten"]}), "/events", "not_allowed"),
        (json!({"url": "https://example.com", "events": []}), "/events", "too_short"),
        (json!({"url": "https://example.com", "events": "*"}), "/events", "wrong_type"),
        (json!({"url": "https://example.com", "events": vec!["*"; 51]}), "/events", "too_long"),
        (json!({"url": "https://example.com", "description": "x".repeat(501)}), "/description", "too_long"),
        (json!({"url": "https://example.com", "secret": "mine"}), "/secret", "unknown"),
    ];
    for (body, pointer, code) in cases {
        let reply = call(&h, post(ENDPOINTS).json(&body));
        assert_eq!((reply.status, wrong(&reply)), (422, vec![(pointer.into(), code.into())]), "{body}");
    }
    let disabled = call(&h, patch(&endpoint).json(&json!({"status": "disabled"})));
    assert_eq!(wrong(&disabled), [("/status".into(), "not_allowed".into())]);
    assert_eq!(h.db.count("SELECT count(*) FROM webhook_endpoints WHERE org_id = ?1", &[(&h.world.team.id).into()]), 1);
}

#[test]
fn loopback_is_for_local_deployments_that_allow_it() {
    let body = json!({"url": "http://127.0.0.1:9000/in"});
    for (setting, status) in [("allow", 201), ("deny", 422), ("true", 422)] {
        let h = Harness::new();
        h.set("WEBHOOK_LOOPBACK", setting);
        assert_eq!(call(&h, post(ENDPOINTS).json(&body)).status, status, "{setting}");
    }
    let h = Harness::new();
    h.set("WEBHOOK_LOOPBACK", "allow");
    h.set("ENVIRONMENT", "production");
    h.set("API_ALIAS_HOST", "");
    assert_eq!(call(&h, post(ENDPOINTS).json(&body)).status, 422, "never when deployed");
}

#[test]
fn a_test_reaches_that_endpoint_only_signed_for_real() {
    let h = Harness::new();
    h.http.serve_status(200);
    let made = create(&h, "https://hooks.example.com/x");
    // The news that it was added is out.
    h.drain(&JOBS, &HANDLERS);
    h.http.take();
    let path = format!("{ENDPOINTS}/{}", made["id"].as_str().unwrap());
    let reply = call(&h, post(&format!("{path}/test")).idempotency_key("once"));
    assert_eq!(reply.status, 202, "{reply:?}");
    let delivery = reply.json();
    let mut shown = call(&h, get(reply.header("location").unwrap())).json();
    assert_eq!(shown.as_object_mut().unwrap().remove("attempt_log"), Some(json!([])));
    assert_eq!(shown, delivery, "written by Rust and by SQLite alike");
    assert_eq!(call(&h, post(&format!("{path}/test")).idempotency_key("once")).json(), delivery);
    h.drain(&JOBS, &HANDLERS);
    let sent = h.http.take();
    assert_eq!(sent.len(), 1, "one endpoint, one message");
    let (at, one) = &sent[0];
    let secret = WebhookSecret::parse(made["secret"].as_str().unwrap()).ok().unwrap();
    let [id, timestamp, signature] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map(|name| header(one, name));
    assert_eq!(verify(&secret, id, timestamp, signature, &one.body, at.get()), Ok(()));
    assert_eq!(
        (one.url.as_str(), header(one, "portico-event-type"), id),
        ("https://hooks.example.com/x", "ping", delivery["event_id"].as_str().unwrap())
    );
    let body: Value = serde_json::from_slice(&one.body).unwrap();
    assert_eq!((&body["type"], &body["data"]["endpoint_id"]), (&json!("ping"), &made["id"]));
    let done = call(&h, get(&format!("{DELIVERIES}/{}", delivery["id"].as_str().unwrap()))).json();
    assert_eq!((&done["status"], &done["attempts"], &done["last_status"]), (&json!("succeeded"), &json!(1), &json!(200)));
    assert_eq!((done["attempt_log"].as_array().unwrap().len(), &done["attempt_log"][0]["status"]), (1, &json!(200)));

    assert_eq!(call(&h, patch(&path).json(&json!({"status": "paused"}))).status, 200);
    let refused = call(&h, post(&format!("{path}/test")));
    assert_eq!((refused.status, refused.code().as_str()), (409, "wrong_state"));
    assert_eq!(refused.json()["detail"], "The endpoint is paused. Set its status to `enabled` first.");
    let theirs = call(&h, post(&format!("{ENDPOINTS}/{}/test", h.world.free.endpoint)));
    assert_eq!(theirs.status, 404);
}

#[test]
fn tests_and_retries_have_an_exact_limit() {
    let h = Harness::new();
    let path = format!("{ENDPOINTS}/{}/test", h.world.team.endpoint);
    let statuses: Vec<u16> = (0..62).map(|_| call(&h, post(&path)).status).collect();
    assert_eq!(statuses.iter().filter(|s| **s == 202).count(), 60);
    let refused = call(&h, post(&path));
    assert_eq!((refused.status, refused.header("retry-after").is_some()), (429, true));
}

#[test]
fn a_delivery_is_tried_again_whatever_became_of_it() {
    let h = Harness::new();
    h.http.serve_status(200);
    let (path, id) = (format!("{DELIVERIES}/{}", h.world.team.delivery), &h.world.team.delivery);
    for (n, status) in ["succeeded", "exhausted", "aborted", "held", "pending"].iter().enumerate() {
        h.db.execute("UPDATE webhook_deliveries SET status = ?2, finished_at = 1 WHERE id = ?1", &[id.into(), (*status).into()]);
        let reply = call(&h, post(&format!("{path}/retry")));
        assert_eq!(
            (reply.status, &reply.json()["status"], &reply.json()["finished_at"]),
            (202, &json!("pending"), &Value::Null),
            "{status}"
        );
        h.drain(&JOBS, &HANDLERS);
        let sent = h.http.take();
        assert_eq!(sent.len(), 1, "{status}");
        assert_eq!(header(&sent[0].1, "webhook-id"), h.world.team.event.to_string(), "the same message");
        let stored = h.db.text("SELECT payload FROM webhook_messages WHERE id = ?1", &[(&h.world.team.event).into()]);
        assert_eq!(sent[0].1.body, stored.into_bytes(), "the same bytes");
        let now = call(&h, get(&path)).json();
        assert_eq!((&now["status"], &now["attempts"]), (&json!("succeeded"), &json!(n + 2)));
    }
    let was: Vec<Cell> =
        h.db.rows(
            "SELECT json_extract(detail, '$.was') FROM audit_events WHERE action = 'webhook_delivery.retried' AND target = ?1",
            &[id.into()],
        )
        .into_iter()
        .map(|row| row.0[0].clone())
        .collect();
    assert_eq!(was.len(), 5);
    assert!(was.contains(&"exhausted".into()));
}

#[test]
fn a_delivery_that_nobody_can_take_is_not_tried_again() {
    let h = Harness::new();
    let retry = format!("{DELIVERIES}/{}/retry", h.world.team.delivery);
    let sql = "UPDATE webhook_deliveries SET status = 'sending', lease_until = ?2 WHERE id = ?1";
    h.db.execute(sql, &[(&h.world.team.delivery).into(), h.clock.now().plus(Span::seconds(5)).into()]);
    let reply = call(&h, post(&retry));
    assert_eq!((reply.status, &reply.json()["detail"]), (409, &json!("An attempt is under way.")));
    h.clock.advance(Span::seconds(10));
    assert_eq!(call(&h, post(&retry)).status, 202);
    assert_eq!(call(&h, delete(&format!("{ENDPOINTS}/{}", h.world.team.endpoint))).status, 204);
    let reply = call(&h, post(&retry));
    assert_eq!((reply.status, &reply.json()["detail"]), (409, &json!("The endpoint was removed.")));
    assert_eq!(call(&h, get(&format!("{DELIVERIES}/{}", h.world.team.delivery))).json()["status"], "aborted", "the log stays");
    assert_eq!(call(&h, post(&format!("{DELIVERIES}/{}/retry", h.world.free.delivery))).status, 404);
}

#[test]
fn deliveries_are_listed_in_pages_by_endpoint_and_status() {
    let h = Harness::new();
    h.http.serve_status(500);
    let made = create(&h, "https://hooks.example.com/x");
    let test = format!("{ENDPOINTS}/{}/test", made["id"].as_str().unwrap());
    for _ in 0..7 {
        h.clock.advance(Span::seconds(1));
        assert_eq!(call(&h, post(&test)).status, 202);
    }
    h.db.reset_counts();
    let all = call(&h, get(DELIVERIES)).json();
    assert_eq!(h.db.trips(), 1, "one round trip");
    assert_eq!(all["data"].as_array().unwrap().len(), 8);
    let (mut seen, mut next) = (Vec::new(), String::new());
    loop {
        let page = call(&h, get(&format!("{DELIVERIES}?limit=3{next}"))).json();
        seen.extend(page["data"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(json!(seen), all["data"], "pages join to the whole");
    let count = |query: &str| call(&h, get(&format!("{DELIVERIES}?{query}"))).json()["data"].as_array().map(Vec::len);
    let (own, new) = (h.world.team.endpoint.to_string(), made["id"].as_str().unwrap());
    for (query, expected) in [
        ("status=pending".to_owned(), 7),
        ("status=succeeded".to_owned(), 1),
        (format!("endpoint_id={own}"), 1),
        (format!("endpoint_id={new}"), 7),
        (format!("endpoint_id={new}&status=succeeded"), 0),
        (format!("endpoint_id={own}&status=succeeded"), 1),
        (format!("endpoint_id={}", h.world.free.endpoint), 0),
    ] {
        assert_eq!(count(&query), Some(expected), "{query}");
    }
    let first = call(&h, get(&format!("{DELIVERIES}?limit=1&status=pending"))).json();
    let moved = call(&h, get(&format!("{DELIVERIES}?limit=1&cursor={}", first["next_cursor"].as_str().unwrap())));
    assert_eq!((moved.status, moved.code().as_str()), (400, "cursor_invalid"), "a cursor belongs to its filters");
    assert_eq!(call(&h, get(&format!("{DELIVERIES}?status=lost"))).status, 422);
}

#[test]
fn a_change_never_overwrites_what_the_receiver_said_meanwhile() {
    let h = Harness::new();
    let path = format!("{ENDPOINTS}/{}", h.world.team.endpoint);
    let mut change = Box::pin(h.serve(&WORKER, patch(&path).key(&h.world.team.keys.full).json(&json!({"description": "new"}))));
    h.pace.set_waiting(true);
    while h.db.reads() < 2 {
        assert!(testkit::pace::poll(change.as_mut()).is_pending());
    }
    h.pace.set_waiting(false);
    h.db.execute(
        "UPDATE webhook_endpoints SET status = 'disabled', disabled_reason = 'gone' WHERE id = ?1",
        &[(&h.world.team.endpoint).into()],
    );
    let reply = testkit::block_on(change);
    assert_eq!((reply.status, reply.code().as_str()), (409, "version_conflict"));
    let kept = call(&h, patch(&path).json(&json!({"description": "new"}))).json();
    assert_eq!((&kept["status"], &kept["disabled_reason"]), (&json!("disabled"), &json!("gone")), "only what was sent changes");
}

#[test]
fn event_types_are_listed() {
    let h = Harness::new();
    let list = call(&h, get("/v1/event-types")).json();
    let names: Vec<&str> = list["data"].as_array().unwrap().iter().map(|t| t["name"].as_str().unwrap()).collect();
    for name in ["ticket.created", "export.ready", "webhook_endpoint.disabled", "ping"] {
        assert!(names.contains(&name), "{name}");
    }
    let refused = h.call(&WORKER, get("/v1/event-types").key(&h.world.team.keys.none));
    assert_eq!((refused.status, refused.json()["required_scope"].as_str()), (403, Some("webhooks:read")));
}
