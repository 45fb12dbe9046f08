//! One's own tickets: opening, reading, replying, closing.

use crate::{count, deployment, events, form, location, mark, see, send, text};
use kernel::{Id, Reply, sql::Value, time::Span};
use portal::WORKER;
use testkit::{Harness, Replied, get, world::Person};

fn open(h: &Harness, who: &Person, subject: &str, n: u8) -> Reply {
    send(h, "/tickets", who, &[("subject", subject), ("body", "It is\r\nbroken."), ("priority", "high"), ("submit", &mark(n))])
}
fn reply(h: &Harness, path: &str, who: &Person, body: &str, n: u8) -> Reply {
    send(h, &format!("{path}/comments"), who, &[("body", body), ("submit", &mark(n))])
}
fn status(h: &Harness, id: &str) -> (String, i64) {
    let row = &h.db.rows("SELECT status, version FROM tickets WHERE id = ?1", &[id.into()])[0];
    (row.text(0).unwrap().to_owned(), row.int(1).unwrap())
}
fn id(path: &str) -> &str {
    path.trim_start_matches("/tickets/")
}

#[test]
fn a_ticket_is_opened_followed_replied_on_closed_and_reopened() {
    let h = deployment();
    let me = &h.world.team.customers[0];
    let sent = open(&h, me, "  Broken <b>lamp</b> ", 1);
    assert_eq!(sent.status, 303, "{sent:?}");
    let path = location(&sent).to_owned();
    let row = &h
        .db
        .rows("SELECT org_id, subject, body, status, priority, customer_id, version FROM tickets WHERE id = ?1", &[id(&path).into()])[0];
    let texts: Vec<&str> = (0..6).map(|at| row.text(at).unwrap()).collect();
    assert_eq!(texts, [h.world.team.id.as_str(), "Broken <b>lamp</b>", "It is\nbroken.", "open", "high", me.id.as_str()]);
    let page = see(&h, &path, me);
    assert!(page.status == 200 && text(&page).contains("Broken &lt;b&gt;lamp&lt;/b&gt;") && text(&page).contains("No replies yet."));
    assert!(text(&see(&h, "/tickets", me)).contains(&path) && text(&see(&h, "/tickets?status=open", me)).contains(&path));
    assert!(!text(&see(&h, "/tickets?status=closed", me)).contains(&path));
    assert!(text(&see(&h, "/", me)).contains(&path));

    let closed = send(&h, &format!("{path}/close"), me, &[]);
    assert_eq!((closed.status, location(&closed)), (303, path.as_str()));
    assert_eq!(status(&h, id(&path)), ("closed".into(), 2));
    assert!(text(&see(&h, &path, me)).contains("Reply and reopen"));
    assert!(!text(&see(&h, "/", me)).contains(&path), "what is closed is not among the open ones");

    let again = reply(&h, &path, me, "It broke <again>.", 2);
    assert_eq!((again.status, location(&again)), (303, path.as_str()));
    assert_eq!(status(&h, id(&path)), ("open".into(), 3));
    let page = see(&h, &path, me);
    assert!(text(&page).contains("It broke &lt;again&gt;.") && text(&page).contains(">You<") && !text(&page).contains("Reply and reopen"));
    assert_eq!(events(&h), ["ticket.created", "ticket.updated", "ticket.closed", "ticket.updated", "ticket.commented"]);
    let told = h.db.text("SELECT payload FROM outbox WHERE type = 'ticket.commented' AND dispatched_at IS NULL", &[]);
    assert!(told.contains(&format!(r#""author":{{"kind":"customer","id":"{}""#, me.id)) && told.contains(r#""internal":false"#), "{told}");
    let actions = h.db.rows("SELECT action FROM audit_events WHERE actor_id = ?1 ORDER BY action", &[(&me.id).into()]);
    let actions: Vec<&str> = actions.iter().map(|r| r.text(0).unwrap()).collect();
    assert_eq!(actions, ["ticket.commented", "ticket.created", "ticket.updated"]);
    assert!(h.db.faults().is_empty() && h.log.failures().is_empty());
}

#[test]
fn a_form_that_is_sent_twice_is_acted_on_once_and_another_one_is_not_swallowed() {
    let h = deployment();
    let me = &h.world.team.customers[0];
    let fields = |subject: &'static str| [("subject", subject), ("body", "b"), ("priority", "low"), ("submit", &*mark(1).leak())];
    let first = send(&h, "/tickets", me, &fields("One"));
    let second = send(&h, "/tickets", me, &fields("One"));
    assert_eq!((second.status, location(&first)), (303, location(&second)), "a reload is answered like the first");
    assert!(!location(&first).is_empty() && second.cookie("__Host-portico-flash").is_some());
    let tickets = || count(&h, "SELECT count(*) FROM tickets WHERE subject = 'One'", &[]);
    assert_eq!((tickets(), events(&h).len()), (1, 1));
    // The Back button, the text changed: that is another ticket, although its mark is the old one.
    let changed = send(&h, "/tickets", me, &fields("Two"));
    assert_ne!(location(&changed), location(&first));
    // Another customer's form of the very same bytes is theirs.
    let theirs = send(&h, "/tickets", &h.world.team.customers[1], &fields("One"));
    assert_ne!(location(&theirs), location(&first));
    // At once, ten times: one ticket.
    let calls = (0..10).map(|_| form(&h, "/tickets", &me.session, &fields("Three"))).collect();
    let replies = h.together(&WORKER, calls, 7);
    let to: std::collections::BTreeSet<&str> = replies.iter().map(location).collect();
    assert!(replies.iter().all(|r| r.status == 303) && to.len() == 1, "{replies:?}");
    assert_eq!(count(&h, "SELECT count(*) FROM tickets WHERE subject = 'Three'", &[]), 1);
    // So with replies.
    let path = location(&first).to_owned();
    let calls = (0..5).map(|_| form(&h, &format!("{path}/comments"), &me.session, &[("body", "again"), ("submit", &mark(9))])).collect();
    assert!(h.together(&WORKER, calls, 3).iter().all(|r| r.status == 303));
    assert_eq!(count(&h, "SELECT count(*) FROM ticket_comments WHERE body = 'again'", &[]), 1);
}

#[test]
fn closing_twice_closes_once() {
    let h = deployment();
    let me = &h.world.team.customers[0];
    let path = format!("/tickets/{}", h.world.team.tickets[0]);
    let calls = (0..4).map(|_| form(&h, &format!("{path}/close"), &me.session, &[])).collect();
    let replies = h.together(&WORKER, calls, 5);
    assert!(replies.iter().all(|r| (r.status, location(r)) == (303, path.as_str())), "{replies:?}");
    assert!(replies.iter().all(|r| r.cookie("__Host-portico-flash").unwrap().starts_with('d')), "nobody is told of a failure");
    assert_eq!(send(&h, &format!("{path}/close"), me, &[]).status, 303);
    assert_eq!(status(&h, id(&path)), ("closed".into(), 2));
    assert_eq!(events(&h), ["ticket.updated", "ticket.closed"]);
}

#[test]
fn what_is_not_ones_own_is_not_there() {
    let h = deployment();
    let team = &h.world.team;
    let me = &team.customers[0];
    let nobodys = format!("/tickets/{}", kernel::TicketId::make(testkit::time::START, [9; 10]));
    let whole = h.db.everything();
    let bare = |r: &Reply| text(r).replace(r.header("x-request-id").unwrap(), "");
    let others = [&team.tickets[1], &team.tickets[2], &h.world.free.tickets[0]].map(|t| format!("/tickets/{t}"));
    let missing = see(&h, &nobodys, me);
    for path in others.iter().chain([&"/tickets/nonsense".to_owned()]) {
        let page = see(&h, path, me);
        assert_eq!((page.status, bare(&page)), (404, bare(&missing)), "{path}");
        let posts = [reply(&h, path, me, "hello", 1), send(&h, &format!("{path}/close"), me, &[]), reply(&h, path, me, "", 1)];
        for sent in posts {
            assert_eq!((sent.status, bare(&sent)), (404, bare(&missing)), "{path}");
        }
    }
    assert!(h.db.everything() == whole, "nothing was changed");
    for path in ["/", "/tickets", "/privacy"] {
        let page = see(&h, path, me);
        assert!(!text(&page).contains(team.tickets[1].as_str()) && !text(&page).contains("canary-contoso"), "{path}");
    }
}

#[test]
fn what_the_team_says_among_itself_is_never_shown() {
    let h = deployment();
    let me = &h.world.team.customers[0];
    let ticket = &h.world.team.tickets[0];
    h.db.execute("UPDATE ticket_comments SET internal = 1, body = 'a secret among us' WHERE ticket_id = ?1", &[ticket.into()]);
    for path in ["/".to_owned(), "/tickets".to_owned(), format!("/tickets/{ticket}"), "/privacy/export".to_owned()] {
        let page = see(&h, &path, me);
        assert!(page.status == 200 && !text(&page).contains("a secret among us"), "{path}");
    }
    let bad = reply(&h, &format!("/tickets/{ticket}"), me, " ", 1);
    assert!(bad.status == 422 && !text(&bad).contains("a secret among us"));
}

#[test]
fn what_was_wrong_is_said_and_what_was_typed_is_kept() {
    let h = deployment();
    let me = &h.world.team.customers[0];
    let whole = h.db.everything();
    let long = "x".repeat(201);
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str]);
    let cases: [Case<'_>; 5] = [
        (
            &[("subject", ""), ("body", "kept <body>"), ("priority", "low")],
            &["Subject is missing.", "kept &lt;body&gt;", "value=\"low\" autocomplete=\"off\" checked"],
        ),
        (&[("subject", &long), ("body", "b"), ("priority", "low")], &["at most 200 are allowed", &long]),
        (&[("subject", "kept"), ("body", "nul \u{0}"), ("priority", "low")], &["NUL character", "value=\"kept\""]),
        (&[("subject", "kept"), ("body", "b"), ("priority", "urgent")], &["not allowed", "value=\"kept\""]),
        (
            &[("subject", "kept"), ("body", "b"), ("priority", "low"), ("customer_id", "cus_1")],
            &["There is no such field.", "value=\"kept\""],
        ),
    ];
    for (fields, says) in cases {
        let mut fields = fields.to_vec();
        let mark = mark(1);
        fields.push(("submit", &mark));
        let page = send(&h, "/tickets", me, &fields);
        assert!(page.status == 422 && text(&page).contains("There is a problem") && text(&page).contains("<title>Error: "), "{fields:?}");
        for says in says {
            assert!(text(&page).contains(says), "{says} in {}", text(&page));
        }
    }
    for forged in ["", "x", "tkt_0199a3c4d5e67f89a0b1c2d3e4f50617"] {
        let page = send(&h, "/tickets", me, &[("subject", "kept"), ("body", "b"), ("priority", "low"), ("submit", forged)]);
        assert!(page.status == 422 && text(&page).contains("Send it again.") && text(&page).contains("value=\"kept\""), "{forged}");
    }
    assert!(h.db.everything() == whole, "nothing was changed");
    let right_to_left = open(&h, me, "שלום 👩‍👩‍👧 مرحبا", 2);
    assert!(text(&see(&h, location(&right_to_left), me)).contains("<bdi>שלום 👩‍👩‍👧 مرحبا</bdi>"));
    let huge = send(&h, "/tickets", me, &[("subject", "s"), ("body", &"x".repeat(1_000_000)), ("priority", "low"), ("submit", &mark(3))]);
    assert_eq!(huge.status, 413);
}

#[test]
fn twenty_tickets_and_sixty_replies_an_hour_and_nothing_written_is_lost() {
    let h = deployment();
    let [me, other] = &h.world.team.customers;
    let mut path = String::new();
    for n in 0..20 {
        path = location(&open(&h, me, "s", n)).to_owned();
        assert!(!path.is_empty(), "{n}");
    }
    let refused = open(&h, me, "One too many", 20);
    assert_eq!((refused.status, text(&refused).contains("value=\"One too many\"")), (429, true));
    assert!(refused.header("retry-after").unwrap().parse::<u32>().unwrap() > 60 && text(&refused).contains(" minutes, or as a reply"));
    assert_eq!(location(&open(&h, me, "s", 19)), path, "the repeat of one that was done is no attempt");
    assert_eq!(open(&h, other, "s", 20).status, 303, "counted by account");
    for n in 0..60 {
        assert_eq!(reply(&h, &path, me, "r", n).status, 303, "{n}");
    }
    let refused_reply = reply(&h, &path, me, "One reply too many", 60);
    assert_eq!((refused_reply.status, text(&refused_reply).contains("One reply too many")), (429, true));
    let wait = |reply: &Reply| reply.header("retry-after").unwrap().parse::<i64>().unwrap();
    h.clock.advance(Span::seconds(wait(&refused).max(wait(&refused_reply))));
    assert_eq!((open(&h, me, "s", 21).status, reply(&h, &path, me, "r", 61).status), (303, 303));
}

#[test]
fn a_list_is_walked_with_its_filter_and_its_cursor_is_its_owners() {
    let h = deployment();
    let team = &h.world.team;
    let [me, other] = &team.customers;
    h.db.execute("UPDATE tickets SET customer_id = ?1, status = 'closed'", &[Value::Null]);
    for n in 0..7 {
        let id = kernel::TicketId::make(testkit::time::START, [n; 10]);
        let status = if n % 2 == 0 { "open" } else { "closed" };
        h.db.insert(
            "tickets",
            &[
                ("org_id", (&team.id).into()),
                ("id", (&id).into()),
                ("subject", format!("subject {n}.").into()),
                ("body", "b".into()),
                ("status", status.into()),
                ("customer_id", (&me.id).into()),
                ("created_at", Value::Int(0)),
                ("updated_at", Value::Int(0)),
            ],
        );
    }
    let subjects = |page: &Reply| -> Vec<u8> { (0..7).filter(|n| text(page).contains(&format!("subject {n}."))).collect() };
    let next = |page: &Reply| -> Option<String> {
        let at = text(page).find("rel=\"next\"")?;
        let tag = text(page)[..at].rsplit("href=\"").next().unwrap();
        Some(tag.split('"').next().unwrap().replace("&amp;", "&"))
    };
    let first = see(&h, "/tickets?status=open&limit=3", me);
    assert_eq!(subjects(&first), [2, 4, 6]);
    let older = next(&first).unwrap();
    let second = see(&h, &older, me);
    assert_eq!((subjects(&second), next(&second)), (vec![0], None), "{older}");
    assert!(text(&second).contains("href=\"/tickets?status=open\">Newest"));
    assert_eq!(see(&h, &older.replace("status=open", "status=closed"), me).status, 400, "a cursor is its filter's");
    assert_eq!(see(&h, &older, other).status, 400, "and its owner's");
    assert_eq!(see(&h, "/tickets?status=lost", me).status, 422);
    let none = see(&h, "/tickets", other);
    assert!(text(&none).contains("You have no tickets") && text(&see(&h, "/tickets?status=open", other)).contains("Clear filters"));
    assert!(text(&see(&h, "/", other)).contains("Send your first ticket"));
}

#[test]
fn a_reply_and_a_change_by_the_team_in_the_same_moment_both_stand() {
    for seed in 0..12 {
        let h = deployment();
        let me = &h.world.team.customers[0];
        let ticket = &h.world.team.tickets[0];
        h.db.execute("UPDATE tickets SET status = 'pending'", &[]);
        let calls =
            (0..3).map(|n| form(&h, &format!("/tickets/{ticket}/comments"), &me.session, &[("body", "r"), ("submit", &mark(n))])).collect();
        let replies = h.together(&WORKER, calls, seed);
        assert!(replies.iter().all(|r| r.status == 303), "{seed}: {replies:?}");
        assert_eq!(count(&h, "SELECT count(*) FROM ticket_comments WHERE body = 'r'", &[]), 3, "{seed}");
        assert_eq!(status(&h, ticket.as_str()), ("open".into(), 2), "{seed}: it was reopened once");
    }
}

#[test]
fn only_who_is_signed_in_gets_in_and_every_page_is_one_round_trip() {
    let h = deployment();
    let me = &h.world.team.customers[0];
    let ticket = format!("/tickets/{}", h.world.team.tickets[0]);
    for path in ["/", "/tickets", "/tickets/new", &ticket, "/privacy", "/privacy/delete"] {
        let stranger = h.call(&WORKER, get(path).host(&me.session.host));
        assert!(stranger.status == 303 && location(&stranger).starts_with("/sign-in"), "{path}");
        let blocked = see(&h, path, &h.world.team.blocked);
        assert!(blocked.status == 303 && location(&blocked).starts_with("/sign-in"), "{path}: blocked at once");
        see(&h, path, me);
        h.db.reset_counts();
        assert_eq!(see(&h, path, me).status, 200, "{path}");
        let reads = if matches!(path, "/tickets/new" | "/privacy/delete") { 1 } else { 2 };
        assert_eq!((h.db.reads(), h.db.writes()), (reads, 0), "{path}: the session, and the page");
    }
}
