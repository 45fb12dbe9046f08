//! Customers by API: the same rules as in the app.

use api::WORKER;
use kernel::{Id, Reply, ports::Clock, sql::Value, time::Span};
use serde_json::{Value as Json, json};
use testkit::{Call, Harness, Replied, get, patch, post};

const LIST: &str = "/v1/customers";

fn call(h: &Harness, call: Call) -> Reply {
    h.call(&WORKER, call.key(&h.world.team.keys.full))
}
fn add(h: &Harness, email: &str) -> Reply {
    call(h, post(LIST).json(&json!({"name": "Ada", "email": email})))
}

#[test]
fn a_customer_is_invited_shown_listed_renamed_and_blocked() {
    let h = Harness::new();
    let made = call(&h, post(LIST).json(&json!({"name": "Ada", "email": " Ada@Example.com"})).idempotency_key("k1"));
    let ada = made.json();
    assert_eq!((made.status, &ada["email"], &ada["status"]), (201, &json!("ada@example.com"), &json!("invited")));
    let again = call(&h, post(LIST).json(&json!({"name": "Ada", "email": " Ada@Example.com"})).idempotency_key("k1"));
    assert_eq!((again.status, again.json()), (201, ada.clone()), "the same key, the same answer");
    assert_eq!(h.posted().iter().filter(|p| p.to == "ada@example.com").count(), 1);
    let path = made.header("location").unwrap().to_owned();
    assert_eq!(call(&h, get(&path)).json(), ada, "Rust and SQLite write the same");
    let listed = call(&h, get(&format!("{LIST}?email=ADA@example.com")));
    assert_eq!(listed.json()["data"], json!([ada]), "in lists too");
    let renamed = call(&h, patch(&path).json(&json!({"name": "Ada L."})));
    assert_eq!((renamed.status, &renamed.json()["name"]), (200, &json!("Ada L.")));
    let blocked = call(&h, patch(&path).json(&json!({"status": "blocked"})));
    assert_eq!((blocked.status, blocked.code().as_str()), (409, "wrong_state"), "who has not accepted is not blocked");
    let active = &h.world.team.customers[0];
    let path = format!("{LIST}/{}", active.id);
    let blocked = call(&h, patch(&path).json(&json!({"status": "blocked", "blocked_reason": "Spam", "name": "Spammer"})));
    assert_eq!((blocked.status, &blocked.json()["status"], &blocked.json()["name"]), (200, &json!("blocked"), &json!("Spammer")));
    assert_eq!(h.db.count("SELECT count(*) FROM sessions WHERE subject = ?1", &[(&active.id).into()]), 0);
    assert_eq!(h.call(&WORKER, get(&path).key(&h.world.team.keys.full)).json(), blocked.json());
    let detail: Json = serde_json::from_str(&h.db.text("SELECT detail FROM audit_events WHERE action = 'customer.blocked'", &[])).unwrap();
    assert_eq!((&detail["reason"], &detail["name"]["to"]), (&json!("Spam"), &json!("Spammer")));
    let told: Vec<String> =
        h.db.rows("SELECT type FROM outbox WHERE type LIKE 'customer.%' ORDER BY rowid", &[])
            .iter()
            .map(|r| r.text(0).unwrap().to_owned())
            .collect();
    assert_eq!(told, ["customer.created", "customer.updated", "customer.updated", "customer.blocked"]);
    assert_eq!(call(&h, patch(&path).json(&json!({"status": "active"}))).json()["status"], "active");
    let nothing = h.db.count("SELECT count(*) FROM audit_events", &[]);
    assert_eq!(call(&h, patch(&path).json(&json!({"status": "active", "name": "Spammer"}))).status, 200);
    assert_eq!(h.db.count("SELECT count(*) FROM audit_events", &[]), nothing, "nothing changed, nothing recorded");
}

#[test]
fn what_is_wrong_is_said_by_field_and_limits_by_name() {
    let h = Harness::new();
    let taken = h.world.team.customers[0].email.clone();
    for (body, pointer, code) in [
        (json!({"email": "a@b.example"}), "/name", "required"),
        (json!({"name": "Ada", "email": "ada"}), "/email", "invalid_format"),
        (json!({"name": "A\u{0}", "email": "a@b.example"}), "/name", "invalid_format"),
        (json!({"name": "Ada", "email": "a@b.example", "status": "active"}), "/status", "unknown"),
    ] {
        let reply = call(&h, post(LIST).json(&body));
        assert_eq!(
            (reply.status, &reply.json()["errors"][0]["pointer"], &reply.json()["errors"][0]["code"]),
            (422, &json!(pointer), &json!(code))
        );
    }
    assert_eq!(add(&h, &taken).code(), "already_exists");
    let path = format!("{LIST}/{}", h.world.team.customers[1].id);
    for body in [
        json!({"status": "invited"}),
        json!({"blocked_reason": "x"}),
        json!({"status": "active", "blocked_reason": "x"}),
        json!({"email": "x@y.example"}),
    ] {
        assert_eq!(call(&h, patch(&path).json(&body)).code(), "validation_failed", "{body}");
    }
    // The free plan has room for a hundred.
    let org = &h.world.free;
    for n in 0..97_i64 {
        let id = kernel::CustomerId::make(h.clock.now().minus(Span::hours(2)), [u8::try_from(n).unwrap(); 10]);
        let row: [(&str, Value); 5] = [
            ("org_id", (&org.id).into()),
            ("id", (&id).into()),
            ("email", format!("p{n}@example.com").into()),
            ("name", "P".into()),
            ("created_at", h.clock.now().into()),
        ];
        h.db.insert("customers", &row);
    }
    let full = h.call(&WORKER, post(LIST).json(&json!({"name": "Late", "email": "late@example.com"})).key(&org.keys.full));
    let problem = full.json();
    assert_eq!(
        (full.status, problem["code"].as_str(), problem["limit"].as_str(), problem["allowed"].as_i64()),
        (403, Some("plan_limit_reached"), Some("customers"), Some(100))
    );
    assert_eq!(problem["plan_that_lifts_it"], "team");
    assert!(problem["detail"].as_str().unwrap().contains("100 are used"), "{problem}");
}

#[test]
fn pages_of_customers_leave_out_nobody_but_the_deleted() {
    let h = Harness::new();
    let deleted = h.world.team.customers[1].id.clone();
    h.db.execute("UPDATE customers SET deleted_at = 1 WHERE id = ?1", &[(&deleted).into()]);
    for n in 0..5 {
        assert_eq!(add(&h, &format!("p{n}@example.com")).status, 201);
    }
    let (mut path, mut all) = (format!("{LIST}?limit=2"), Vec::new());
    loop {
        let page = call(&h, get(&path)).json();
        all.extend(page["data"].as_array().unwrap().iter().map(|c| c["id"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("{LIST}?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    let there =
        h.db.rows("SELECT id FROM customers WHERE org_id = ?1 AND deleted_at IS NULL ORDER BY id DESC", &[(&h.world.team.id).into()]);
    assert_eq!(all, there.iter().map(|r| r.text(0).unwrap().to_owned()).collect::<Vec<_>>());
    assert_eq!(call(&h, get(&format!("{LIST}/{deleted}"))).status, 404);
    assert_eq!(call(&h, patch(&format!("{LIST}/{deleted}")).json(&json!({"name": "x"}))).status, 404);
    assert_eq!(call(&h, get(&format!("{LIST}?status=invited"))).json()["data"].as_array().unwrap().len(), 5);
}

#[test]
fn a_ticket_is_given_to_a_member_by_api_and_to_nobody_else() {
    let h = Harness::new();
    let (path, org) = (format!("/v1/tickets/{}", h.world.team.tickets[2]), &h.world.team);
    let given = call(&h, patch(&path).json(&json!({"assignee_id": org.members[4].user.as_str()})));
    assert_eq!((given.status, given.json()["assignee_id"].as_str()), (200, Some(org.members[4].user.as_str())));
    assert_eq!(call(&h, get(&path)).json(), given.json(), "Rust and SQLite write the same");
    let told = h.db.rows("SELECT payload ->> '$.assignee_id', payload ->> '$.actor' FROM outbox WHERE type = 'ticket.assigned'", &[]);
    assert_eq!((told.len(), told[0].text(0).unwrap(), told[0].opt_text(1).unwrap()), (1, org.members[4].user.as_str(), None));
    let wrong = call(
        &h,
        patch(&path).json(&json!({"assignee_id": h.world.outsider.user.as_str(), "customer_id": h.world.free.customers[0].id.as_str()})),
    );
    let pointers: Vec<Json> = wrong.json()["errors"].as_array().unwrap().iter().map(|e| e["pointer"].clone()).collect();
    assert_eq!((wrong.status, pointers), (422, vec![json!("/customer_id"), json!("/assignee_id")]));
    let wrong = call(&h, post("/v1/tickets").json(&json!({"subject": "s", "body": "b", "assignee_id": h.world.outsider.user.as_str()})));
    assert_eq!((wrong.status, &wrong.json()["errors"][0]["pointer"]), (422, &json!("/assignee_id")));
    let freed = call(&h, patch(&path).json(&json!({"assignee_id": null})));
    assert_eq!((freed.status, &freed.json()["assignee_id"]), (200, &Json::Null));
}
