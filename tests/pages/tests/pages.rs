//! The pages behind the sign-in: who sees what, and what they say. Their structure is in inventory.rs.

#![expect(clippy::unwrap_used, reason = "helpers of tests; what goes wrong in them must stop the test")]

use html::Look;
use kernel::{Id, Millis, Reply, TicketId, host::Surface, ports::Clock, sql::Value, time::Span, worker::Worker};
use pages::problems;
use testkit::{Harness, Replied, get, world::Session};

fn deployment() -> Harness {
    let h = Harness::new();
    h.set_error_page(html::error_page);
    h
}
fn text(reply: &Reply) -> &str {
    reply.text().unwrap()
}
/// Less what differs between any two replies.
fn bare(reply: &Reply) -> String {
    let id = reply.header("x-request-id").unwrap();
    text(reply).replace(id, "REQUEST")
}

#[test]
fn lists_say_what_they_are_when_they_are_empty() {
    let h = deployment();
    let out = h.call(&org::WORKER, get("/").session(&h.world.outsider.session));
    assert!(text(&out).contains("You are not in an organization yet"));
    h.db.execute_batch("DELETE FROM ticket_comments; DELETE FROM tickets; DELETE FROM jobs; DELETE FROM dead_letters;");
    let staff = &h.world.team.members[0].session;
    for (worker, path, session, says) in [
        (&org::WORKER as &'static Worker, "/o/northwind/tickets", staff, "No tickets yet"),
        (&org::WORKER, "/o/northwind/tickets?status=open", staff, "No tickets match"),
        (&portal::WORKER, "/", &h.world.team.customers[0].session, "You have no tickets"),
        (&platform::WORKER, "/jobs", &h.world.operator.session, "No dead jobs"),
        (&platform::WORKER, "/jobs", &h.world.operator.session, "No dead letters"),
        (&platform::WORKER, "/jobs", &h.world.operator.session, "Each rule reports here once a day"),
        (&platform::WORKER, "/jobs", &h.world.operator.session, "The last run of each schedule"),
    ] {
        let reply = h.call(worker, get(path).session(session));
        assert!(text(&reply).contains(says), "{says}");
        assert_eq!((reply.status, problems(text(&reply))), (200, vec![]));
    }
}

#[test]
fn the_overview_counts_what_the_plan_limits() {
    let h = deployment();
    let org = &h.world.team;
    let page = h.call(&org::WORKER, get("/o/northwind").session(&org.members[0].session));
    let page = text(&page);
    assert!(page.contains("Team plan"));
    // Five members and an open invitation, three customers, the four keys that are neither expired nor revoked, an endpoint, an export.
    for (name, count) in [
        ("Seats", "6 of 10"),
        ("Customers", "3 of 5,000"),
        ("API keys", "4 of 5"),
        ("Webhook endpoints", "1 of 5"),
        ("Exports this month", "1 of 20"),
    ] {
        assert!(page.contains(&format!("{name}</span><span class=\"count\">{count}")), "{name}: {count}");
    }
    let free = h.call(&org::WORKER, get("/o/contoso").session(&h.world.free.members[0].session));
    assert!(text(&free).contains("6 of 3") && text(&free).contains("Over the limit."));
}

#[test]
fn another_organization_is_answered_like_a_missing_one() {
    let h = deployment();
    let staff = &h.world.team.members[4].session;
    let missing = h.call(&org::WORKER, get("/o/no-such-org").session(staff));
    assert_eq!((missing.status, problems(text(&missing))), (404, vec![]));
    let foreign_ticket = &h.world.free.tickets[0];
    for path in ["/o/contoso".to_owned(), "/o/contoso/tickets".into(), format!("/o/contoso/tickets/{foreign_ticket}"), "/o/fabrikam".into()]
    {
        let reply = h.call(&org::WORKER, get(&path).session(staff));
        assert_eq!((reply.status, bare(&reply)), (404, bare(&missing)), "{path}");
    }
    let removed = h.call(&org::WORKER, get("/o/northwind").session(&h.world.team.removed.session));
    assert_eq!((removed.status, bare(&removed)), (404, bare(&missing)));
    // A member's own organization with another's ticket, a missing one and what is no id at all.
    let unknown = TicketId::make(Millis::new(1_700_000_000_000), [9; 10]);
    for id in [foreign_ticket.to_string(), unknown.to_string(), "tkt_nonsense".into(), "%00".into(), h.world.team.id.to_string()] {
        let reply = h.call(&org::WORKER, get(&format!("/o/northwind/tickets/{id}")).session(staff));
        assert_eq!((reply.status, bare(&reply)), (404, bare(&missing)), "{id}");
        assert!(!text(&reply).contains("canary"));
    }
}

#[test]
fn a_customer_sees_only_what_is_theirs() {
    let h = deployment();
    let org = &h.world.team;
    let (one, two) = (&org.customers[0].session, &org.customers[1].session);
    let missing = TicketId::make(Millis::new(1_700_000_000_000), [9; 10]);
    let none = h.call(&portal::WORKER, get(&format!("/tickets/{missing}")).session(one));
    assert_eq!(none.status, 404);
    for ticket in [&org.tickets[1], &org.tickets[2], &h.world.free.tickets[0]] {
        let reply = h.call(&portal::WORKER, get(&format!("/tickets/{ticket}")).session(one));
        assert_eq!((reply.status, bare(&reply)), (404, bare(&none)), "{ticket}");
    }
    let home = h.call(&portal::WORKER, get("/").session(one));
    assert!(text(&home).contains(org.tickets[0].as_str()) && !text(&home).contains(org.tickets[1].as_str()));
    assert!(text(&h.call(&portal::WORKER, get("/").session(two))).contains(org.tickets[1].as_str()));
}

#[test]
fn internal_comments_are_for_the_team() {
    let h = deployment();
    let (org, ticket) = (&h.world.team, &h.world.team.tickets[0]);
    h.db.execute(
        "UPDATE ticket_comments SET internal = 1, body = 'the customer must not read this' WHERE ticket_id = ?1",
        &[ticket.into()],
    );
    let staff = h.call(&org::WORKER, get(&format!("/o/northwind/tickets/{ticket}")).session(&org.members[0].session));
    assert!(text(&staff).contains("must not read this") && text(&staff).contains(">Internal<"));
    let customer = h.call(&portal::WORKER, get(&format!("/tickets/{ticket}")).session(&org.customers[0].session));
    assert_eq!(customer.status, 200);
    assert!(!text(&customer).contains("must not read this") && text(&customer).contains("No replies yet."));
}

/// Follows "Older" from page to page and counts what each lists.
fn walk(h: &Harness, worker: &'static Worker, path: &str, session: &Session, row: &str) -> (usize, usize) {
    let (mut path, mut rows, mut pages) = (path.to_owned(), 0, 0);
    let mut seen = std::collections::BTreeSet::new();
    loop {
        let reply = h.call(worker, get(&path.replace("&amp;", "&")).session(session));
        let page = text(&reply);
        assert_eq!((reply.status, problems(page)), (200, vec![]), "{path}");
        for found in page.split("href=\"").skip(1).filter_map(|l| l.split('"').next()).filter(|l| l.contains(row)) {
            assert!(seen.insert(found.to_owned()), "{found} stands on two pages");
            rows += 1;
        }
        pages += 1;
        match page.split_once("\" rel=\"next\"") {
            Some((before, _)) => path = before.rsplit_once("href=\"").unwrap().1.to_owned(),
            None => return (rows, pages),
        }
    }
}

fn many_tickets(h: &Harness, count: u8) {
    let org = &h.world.team;
    for n in 0..count {
        let id = TicketId::make(h.clock.now().minus(Span::minutes(i64::from(n))), [n; 10]);
        let status = if n % 2 == 0 { "open" } else { "closed" };
        h.db.insert(
            "tickets",
            &[
                ("org_id", (&org.id).into()),
                ("id", (&id).into()),
                ("subject", format!("Ticket {n}").into()),
                ("body", "Text".into()),
                ("status", status.into()),
                ("customer_id", (&org.customers[0].id).into()),
                ("created_at", h.clock.now().into()),
                ("updated_at", h.clock.now().into()),
            ],
        );
    }
}

#[test]
fn every_row_is_on_exactly_one_page() {
    let h = deployment();
    many_tickets(&h, 60);
    let org = &h.world.team;
    let staff = &org.members[0].session;
    assert_eq!(walk(&h, &org::WORKER, "/o/northwind/tickets", staff, "/tickets/tkt_"), (63, 3));
    assert_eq!(walk(&h, &org::WORKER, "/o/northwind/tickets?limit=10", staff, "/tickets/tkt_"), (63, 7));
    assert_eq!(walk(&h, &org::WORKER, "/o/northwind/tickets?status=closed", staff, "/tickets/tkt_"), (30, 2));
    assert_eq!(walk(&h, &portal::WORKER, "/tickets", &org.customers[0].session, "/tickets/tkt_"), (61, 3));
    assert_eq!(walk(&h, &portal::WORKER, "/tickets?limit=20", &org.customers[0].session, "/tickets/tkt_"), (61, 4));
}

#[test]
fn a_cursor_opens_its_own_list_only() {
    let h = deployment();
    many_tickets(&h, 60);
    let org = &h.world.team;
    let staff = &org.members[0].session;
    let cursor = |worker, path: &str, session| {
        let reply = h.call(worker, get(path).session(session));
        let page = text(&reply).split_once("cursor=").map(|(_, rest)| rest.split(['"', '&']).next().unwrap().to_owned());
        page.unwrap()
    };
    let all = cursor(&org::WORKER, "/o/northwind/tickets", staff);
    let mine = cursor(&portal::WORKER, "/tickets", &org.customers[0].session);
    for (worker, path, session) in [
        (&org::WORKER as &'static Worker, format!("/o/northwind/tickets?status=open&cursor={all}"), staff),
        (&org::WORKER, format!("/o/contoso/tickets?cursor={all}"), &h.world.free.members[0].session),
        (&portal::WORKER, format!("/tickets?cursor={mine}"), &org.customers[1].session),
        (&portal::WORKER, format!("/tickets?cursor={all}"), &org.customers[0].session),
        (&platform::WORKER, format!("/orgs?cursor={all}"), &h.world.operator.session),
        (&platform::WORKER, "/orgs?cursor=nonsense".into(), &h.world.operator.session),
    ] {
        let reply = h.call(worker, get(&path).session(session));
        assert_eq!((reply.status, problems(text(&reply))), (400, vec![]), "{path}");
    }
    for (path, status) in [("?status=flying", 422), ("?limit=0", 422), ("?limit=101", 422), ("?unknown=1", 422), ("?status=", 200)] {
        let reply = h.call(&org::WORKER, get(&format!("/o/northwind/tickets{path}")).session(staff));
        assert_eq!((reply.status, problems(text(&reply))), (status, vec![]), "{path}");
    }
}

#[test]
fn operators_see_what_needs_them() {
    let h = deployment();
    let operator = &h.world.operator.session;
    let orgs = h.call(&platform::WORKER, get("/orgs").session(operator));
    for (slug, word) in [("northwind", "team"), ("contoso", "free"), ("fabrikam", "suspended")] {
        assert!(text(&orgs).contains(slug) && text(&orgs).contains(word));
    }
    h.db.execute("UPDATE jobs SET state = 'dead', last_error = 'stripe answered 503' WHERE id = ?1", &[(&h.world.team.job).into()]);
    h.db.insert(
        "dead_letters",
        &[("id", "dl_1".into()), ("queue", "portico-events".into()), ("body", "not a hint".into()), ("received_at", h.clock.now().into())],
    );
    h.db.insert(
        "retention_runs",
        &[
            ("id", "run_1".into()),
            ("rule", "sessions".into()),
            ("started_at", h.clock.now().into()),
            ("took_ms", Value::Int(12)),
            ("examined", Value::Int(1_234)),
            ("removed", Value::Int(1_000)),
            ("steps", Value::Int(2)),
            ("finished", Value::Int(0)),
        ],
    );
    let cron = |name: &str, lease: i64, finished: Value, report: Value| {
        let row = [
            ("cron", name.into()),
            ("lease_until", Value::Int(lease)),
            ("started_at", h.clock.now().into()),
            ("finished_at", finished),
            ("report", report),
        ];
        h.db.insert("cron_runs", &row);
    };
    cron("minute", 0, h.clock.now().into(), "{\"jobs\":{\"error\":\"x\"},\"outbox\":3}".into());
    cron("hourly", h.clock.now().get() + 60_000, Value::Null, Value::Null);
    cron("daily", h.clock.now().get() - 1, Value::Null, Value::Null);
    let page = h.call(&platform::WORKER, get("/jobs").session(operator));
    let page = text(&page);
    assert_eq!(problems(page), Vec::<String>::new());
    for says in [
        "stripe answered 503",
        "not a hint",
        "portico-events",
        "1,234",
        "More to do",
        "Sessions, 30 days after they ended.",
        "Failed in part",
        ">jobs<",
        ">Running<",
        "Did not finish",
        "Every day",
    ] {
        assert!(page.contains(says), "{says}");
    }
}

#[test]
fn the_console_does_not_exist_for_others() {
    let h = deployment();
    for path in ["/", "/jobs"] {
        assert_eq!(h.call(&platform::WORKER, get(path).on(Surface::Platform).session_cookie(&h.world.team.members[4].session)).status, 303);
        assert_eq!(h.call(&platform::WORKER, get(path).session(&h.world.former_operator.session)).status, 303);
        assert_eq!(h.call(&platform::WORKER, get(path).session(&h.world.ended_operator.session)).status, 303);
        assert_eq!(h.call(&platform::WORKER, get(path).host("app.localhost").session_cookie(&h.world.operator.session)).status, 404);
    }
}

#[test]
fn what_is_not_there_is_a_page_in_the_look_of_its_surface() {
    let h = deployment();
    for (worker, host, look) in [
        (&org::WORKER as &'static Worker, "app.localhost", Look::App),
        (&portal::WORKER, "northwind.localhost", Look::Portal),
        (&platform::WORKER, "platform.localhost", Look::Platform),
    ] {
        let class = format!("class=\"look-{}\"", format!("{look:?}").to_lowercase());
        for (reply, status) in [
            (h.call(worker, get("/no/such/page").host(host)), 404),
            (h.call(worker, testkit::post("/").host(host)), 405),
            (h.call(worker, testkit::request("BREW", "/").host(host)), 405),
        ] {
            assert_eq!((reply.status, problems(text(&reply))), (status, vec![]), "{host}");
            assert!(text(&reply).contains(&class) && text(&reply).contains(reply.header("x-request-id").unwrap()));
            assert!(reply.header("content-type").unwrap().starts_with("text/html"));
        }
    }
    h.db.fail_next(testkit::DbFault::Refused("D1 DB is overloaded"));
    let down = h.call(&org::WORKER, get("/").session(&h.world.team.members[0].session));
    assert!(down.status >= 500 && problems(text(&down)).is_empty());
    // Where nobody lives, a program is told so, and a browser gets a page that is nobody's.
    assert_eq!(h.call(&org::WORKER, get("/").host("nobody.example")).code(), "unknown_host");
    for (worker, host) in [(&org::WORKER, "nobody.example"), (&portal::WORKER, "nobody.localhost"), (&auth::WORKER, "a..b")] {
        let reply = h.call(
            worker,
            get("/").authority(host).header("accept", "text/html,*/*;q=0.8").session_cookie(&h.world.team.members[0].session),
        );
        assert_eq!((reply.status, problems(text(&reply))), (404, vec![]), "{host}");
        assert!(
            text(&reply).contains("This address is not in use") && !text(&reply).contains("Go to the home page"),
            "{host}: {}",
            text(&reply)
        );
        assert_eq!((reply.header("vary"), reply.header("set-cookie")), (Some("accept"), None), "{host}");
    }
}
