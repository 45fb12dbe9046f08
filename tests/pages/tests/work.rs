//! The pages on which a team works: tickets, customers, the search. Their structure in every state, who sees which, and that what people
//! wrote is text everywhere.

#![expect(clippy::unwrap_used, reason = "helpers of tests; what goes wrong in them must stop the test")]

use kernel::{Reply, principal::Role};
use pages::problems;
use testkit::{Call, Harness, get, post, world::Session};

const NASTY: &str = "</h1><script>alert(1)</script>\" onload=x ' \u{202e}שלום & 👩\u{200d}👩\u{200d}👧";

fn deployment() -> Harness {
    let h = Harness::new();
    h.set_error_page(html::error_page);
    h
}
fn text(reply: &Reply) -> &str {
    reply.text().unwrap()
}
fn worker(h: &Harness) -> Session {
    h.world.team.member(Role::Member).session.clone()
}

/// The pages in their states.
fn pages(h: &Harness) -> Vec<String> {
    let org = &h.world.team;
    let (ticket, customer, blocked) = (&org.tickets[0], &org.customers[0].id, &org.blocked.id);
    let invited = h.db.text("SELECT id FROM customers WHERE status = 'invited' AND org_id = ?1 LIMIT 1", &[(&org.id).into()]);
    vec![
        "/o/northwind/tickets".into(),
        format!("/o/northwind/tickets?status=open&priority=normal&assignee=me&customer={customer}&q=canary&sort=updated&limit=1"),
        "/o/northwind/tickets?q=nothing-like-it".into(),
        format!("/o/northwind/tickets/new?customer={customer}"),
        format!("/o/northwind/tickets/{ticket}"),
        "/o/northwind/customers?limit=1".into(),
        "/o/northwind/customers?q=zzz&status=active".into(),
        "/o/northwind/customers/new".into(),
        format!("/o/northwind/customers/{customer}"),
        format!("/o/northwind/customers/{blocked}"),
        format!("/o/northwind/customers/{invited}"),
        format!("/o/northwind/customers/{customer}/edit"),
        format!("/o/northwind/customers/{customer}/block"),
        format!("/o/northwind/customers/{invited}/invitation/cancel"),
        "/o/northwind/search".into(),
        "/o/northwind/search?q=canary".into(),
    ]
}
fn with_an_invited_customer() -> Harness {
    let h = deployment();
    let id = kernel::CustomerId::stored("cus_0000000000000000000000000000000a").unwrap();
    let row = [
        ("org_id", (&h.world.team.id).into()),
        ("id", (&id).into()),
        ("email", "invited@example.com".into()),
        ("name", "Invited".into()),
        ("status", "invited".into()),
        ("created_at", kernel::Value::Int(1)),
    ];
    h.db.insert("customers", &row);
    h
}

#[test]
fn every_page_is_there_well_formed_and_made_of_text() {
    let h = with_an_invited_customer();
    let me = worker(&h);
    let check = || {
        for path in pages(&h) {
            let reply = h.call(&org::WORKER, get(&path).session(&me));
            assert_eq!((reply.status, problems(text(&reply))), (200, vec![]), "{path}");
            assert!(!text(&reply).contains("<script>"), "{path}");
            assert!(text(&reply).contains("aria-current=\"page\"") || path.contains("/search"), "{path}");
        }
    };
    check();
    for sql in [
        "UPDATE tickets SET subject = ?1, body = ?1",
        "UPDATE ticket_comments SET author_name = ?1, body = ?1",
        "UPDATE customers SET name = ?1, blocked_reason = ?1",
        "UPDATE users SET name = ?1",
        "UPDATE orgs SET name = ?1",
    ] {
        h.db.execute(sql, &[NASTY.into()]);
    }
    check();
}

#[test]
fn every_form_that_comes_back_is_well_formed_and_keeps_what_was_typed() {
    let h = with_an_invited_customer();
    let (me, org) = (worker(&h), &h.world.team);
    let (ticket, customer) =
        (format!("/o/northwind/tickets/{}", org.tickets[0]), format!("/o/northwind/customers/{}", org.customers[0].id));
    let once = store::forms::fresh_id(&[3; 32]);
    h.db.execute("UPDATE tickets SET version = 2, status = 'pending' WHERE id = ?1", &[(&org.tickets[0]).into()]);
    let cases = [
        ("/o/northwind/tickets", vec![("subject", NASTY), ("body", ""), ("customer", NASTY), ("submit", &once)], 422),
        (ticket.as_str(), vec![("subject", NASTY), ("status", "lost"), ("priority", "low"), ("version", "2")], 422),
        (ticket.as_str(), vec![("subject", NASTY), ("status", "open"), ("priority", "low"), ("version", "1")], 409),
        ("/o/northwind/customers", vec![("name", NASTY), ("email", NASTY), ("submit", &once)], 422),
        (customer.as_str(), vec![("name", NASTY), ("was", "another")], 409),
    ];
    for (path, fields, status) in cases {
        let call: Call = h.form(&org::WORKER, post(path), Some(&me), &fields);
        let reply = h.call(&org::WORKER, call);
        assert_eq!((reply.status, problems(text(&reply))), (status, vec![]), "{path}");
        assert!(!text(&reply).contains("<script>") && text(&reply).contains("&lt;script&gt;"), "{path}: kept, as text");
        assert!(status == 409 || text(&reply).contains("There is a problem"), "{path}");
    }
    let filters = h.call(&org::WORKER, get("/o/northwind/tickets?status=lost&q=%3Cscript%3E").session(&me));
    assert_eq!((filters.status, problems(text(&filters))), (422, vec![]));
}

#[test]
fn a_reader_is_offered_nothing_to_write() {
    let h = deployment();
    for role in [Role::Viewer, Role::Billing] {
        let session = h.world.team.member(role).session.clone();
        for path in ["/o/northwind/tickets/new", "/o/northwind/customers/new"] {
            let reply = h.call(&org::WORKER, get(path).session(&session));
            assert_eq!((reply.status, problems(text(&reply))), (403, vec![]), "{path}");
        }
        for path in ["/o/northwind/tickets".to_owned(), format!("/o/northwind/customers/{}", h.world.team.customers[0].id)] {
            let reply = h.call(&org::WORKER, get(&path).session(&session));
            assert_eq!((reply.status, problems(text(&reply))), (200, vec![]));
            let own = text(&reply).split("<main").nth(1).unwrap().to_owned();
            assert!(!own.contains("method=\"post\"") && !own.contains("/new\""), "{path}");
        }
    }
}
