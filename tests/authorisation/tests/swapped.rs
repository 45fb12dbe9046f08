//! Another tenant's ids where they are not in the path: bodies, filters, cursors, Idempotency-Keys, signed links; and texts that
//! would show where they came from.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop the test")]

use authorisation::worker;
use kernel::{CustomerId, EndpointId, Id};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use testkit::{Harness, Replied, get, patch, post, time::START};

/// A problem without the id of its request.
fn problem(reply: &kernel::Reply) -> Value {
    let mut json = reply.json();
    json.as_object_mut().unwrap().remove("request_id");
    json
}

#[test]
fn ids_in_bodies_and_filters() {
    let h = Harness::new();
    let (key, other) = (&h.world.team.keys.full, &h.world.free);
    let nobody = CustomerId::make(START, [3; 10]).to_string();
    let whole = h.db.everything();
    let create = |customer: &str| {
        h.call(worker("api"), post("/v1/tickets").key(key).json(&json!({"subject": "s", "body": "b", "customer_id": customer})))
    };
    let (foreign, missing) = (create(other.customers[0].id.as_str()), create(&nobody));
    assert_eq!((foreign.status, problem(&foreign)), (422, problem(&missing)));
    let path = format!("/v1/tickets/{}", h.world.team.tickets[0]);
    let change = |customer: &str| h.call(worker("api"), patch(&path).key(key).json(&json!({"customer_id": customer})));
    let (foreign, missing) = (change(other.customers[0].id.as_str()), change(&nobody));
    assert_eq!((foreign.status, problem(&foreign)), (422, problem(&missing)));
    assert_eq!(h.db.everything(), whole);
    let own = h.call(worker("api"), patch(&path).key(key).json(&json!({"customer_id": h.world.team.customers[1].id})));
    assert_eq!(own.status, 200);
    let filter = |id: &str| h.call(worker("webhooks"), get(&format!("/v1/webhook-deliveries?endpoint_id={id}")).key(key));
    let (foreign, missing) = (filter(other.endpoint.as_str()), filter(EndpointId::make(START, [3; 10]).as_str()));
    assert_eq!((foreign.status, foreign.text().map(str::len)), (missing.status, missing.text().map(str::len)));
    assert!(!foreign.text().unwrap().contains(other.delivery.as_str()));
    assert!(filter(h.world.team.endpoint.as_str()).text().unwrap().contains(h.world.team.delivery.as_str()));
}

#[test]
fn a_cursor_is_its_tenants() {
    let h = Harness::new();
    let page = h.call(worker("api"), get("/v1/tickets?limit=1").key(&h.world.team.keys.full));
    let cursor = page.json()["next_cursor"].as_str().unwrap().to_owned();
    let with = |key, path: &str| h.call(worker("api"), get(&format!("{path}limit=1&cursor={cursor}")).key(key));
    assert_eq!(with(&h.world.team.keys.full, "/v1/tickets?").status, 200);
    assert_eq!(with(&h.world.free.keys.full, "/v1/tickets?").code(), "cursor_invalid");
    assert_eq!(with(&h.world.team.keys.full, "/v1/tickets?status=open&").code(), "cursor_invalid");
}

#[test]
fn an_idempotency_key_is_its_tenants() {
    let h = Harness::new();
    let send =
        |key| h.call(worker("api"), post("/v1/tickets").key(key).idempotency_key("same").json(&json!({"subject": "s", "body": "b"})));
    let (first, other) = (send(&h.world.team.keys.full), send(&h.world.free.keys.full));
    assert_eq!((first.status, other.status), (201, 201));
    assert_ne!(first.json()["id"], other.json()["id"]);
    let again = send(&h.world.team.keys.full);
    assert_eq!((again.json()["id"].clone(), again.header("idempotent-replayed")), (first.json()["id"].clone(), Some("true")));
    // What another tenant's recorded answer says is under its own key only.
    let known = h.world.free.canary.clone() + "-idempotency-key";
    let taken = h.call(
        worker("api"),
        post("/v1/tickets").key(&h.world.team.keys.full).idempotency_key(&known).json(&json!({"subject": "s", "body": "b"})),
    );
    assert_eq!((taken.status, taken.text().unwrap().contains(&h.world.free.canary)), (201, false));
}

#[test]
fn a_download_link_opens_its_own_file_only() {
    let h = Harness::new();
    let (team, free) = (&h.world.team, &h.world.free);
    let shown = h.call(worker("exports"), get(&format!("/v1/exports/{}", team.export)).key(&team.keys.full));
    let url = shown.json()["download_url"].as_str().unwrap().to_owned();
    let path = url.split_once("localhost:8787").unwrap().1.to_owned();
    let open = |path: &str| h.call(worker("exports"), get(path));
    let file = open(&path);
    assert_eq!(file.status, 200);
    assert!(String::from_utf8(file.into_bytes()).unwrap().contains(&format!("{}-exports-file", team.canary)));
    let (own, other) = (team.export.to_string(), free.export.to_string());
    let (own_org, other_org) = (team.id.to_string(), free.id.to_string());
    let link = path.split("link=").nth(1).unwrap();
    let (seconds, rest) = link.split_once('.').unwrap();
    let later = format!("{}.{rest}", seconds.parse::<i64>().unwrap() + 3_600);
    for tampered in [
        path.replace(&own, &other),
        path.replace(&own_org, &other_org),
        path.replace(&own, &other).replace(&own_org, &other_org),
        path.replace(link, &later),
        path.replace(link, ""),
        path.get(..path.len() - 1).unwrap().to_owned(),
    ] {
        let reply = open(&tampered);
        assert_eq!((reply.status, reply.text().unwrap().contains("canary")), (404, false), "{tampered}");
    }
    let downloads = h.db.count("SELECT count(*) FROM audit_events WHERE action = 'export.downloaded'", &[]);
    assert_eq!(downloads, 1, "recorded once, for the one that opened");
    h.clock.advance(kernel::time::Span::minutes(11));
    assert_eq!(open(&path).code(), "link_expired");
}

/// Columns of text that hold no free text, by what they hold instead.
const TYPED: &[(&str, &[&str])] = &[
    (
        "an id",
        &[
            "id",
            "org_id",
            "user_id",
            "customer_id",
            "assignee_id",
            "ticket_id",
            "author_id",
            "actor_id",
            "request_id",
            "message_id",
            "endpoint_id",
            "delivery_id",
            "requested_by",
            "created_by",
            "invited_by",
            "until_id",
            "subject_id",
            "stripe_customer_id",
            "stripe_subscription_id",
            "object_key",
        ],
    ),
    (
        "a word of a list",
        &[
            "plan",
            "status",
            "role",
            "priority",
            "author_kind",
            "action",
            "actor_kind",
            "outcome",
            "type",
            "kind",
            "state",
            "format",
            "events",
            "scopes",
            "price_lookup_key",
            "shard",
            "disabled_reason",
            "queue",
            "support_access",
        ],
    ),
    ("a hash, a token's hint or sealed", &["hash", "hint", "secret", "sha256", "fingerprint", "token_hash", "password_hash"]),
    ("the machine's own", &["headers", "cursor", "host", "slug"]),
];
/// Columns whose name is free text elsewhere.
const TYPED_HERE: &[(&str, &str)] = &[
    ("jobs", "subject"),
    // Colors, each held to its shape.
    ("orgs", "branding"),
    ("sessions", "subject"),
    ("sessions", "ip"),
    ("sessions", "method"),
    ("tokens", "purpose"),
    ("tokens", "subject"),
    ("inbox", "event_id"),
    ("inbox", "recipient"),
    // Stripe's words and ids, each read by its rule; accounts; kinds.
    ("billing_ledger", "currency"),
    ("billing_ledger", "event_id"),
    ("billing_ledger", "object_id"),
    ("billing_reads", "last_error"),
    ("billing_requests", "asked_by"),
    ("checkouts", "session_id"),
    ("checkouts", "started_by"),
    ("limit_notices", "name"),
    ("plan_overrides", "granted_by"),
    ("subscriptions", "currency"),
    ("subscriptions", "interval"),
    ("subscriptions", "item_id"),
    ("subscriptions", "price_id"),
    ("mails", "content"),
    ("mails", "provider_id"),
    ("mails", "template"),
];

#[test]
fn every_free_text_of_a_tenant_holds_its_canary() {
    let h = Harness::new();
    let mut bare = BTreeSet::new();
    let mut held = 0;
    for org in h.world.orgs() {
        for (table, columns) in h.db.tables() {
            let owner = if table == "orgs" { "id" } else { "org_id" };
            if !columns.iter().any(|(name, _)| name == owner) {
                continue;
            }
            for (column, _) in columns.iter().filter(|(_, kind)| kind == "TEXT") {
                let typed = TYPED.iter().any(|(_, names)| names.contains(&column.as_str()));
                if typed || TYPED_HERE.contains(&(table.as_str(), column.as_str())) {
                    continue;
                }
                let sql = format!("SELECT count(*) FROM {table} WHERE {owner} = ?1 AND instr({column}, ?2)");
                let found = h.db.count(&sql, &[(&org.id).into(), format!("{}-", org.canary).into()]);
                held += usize::from(found > 0);
                if found == 0 {
                    bare.insert(format!("{table}.{column}"));
                }
            }
        }
    }
    println!("{held} columns of free text hold their canary");
    assert!(bare.is_empty(), "no canary in {bare:?}: seed one in testkit::world, or say in TYPED what the column holds");
    assert!(held > 50);
}
