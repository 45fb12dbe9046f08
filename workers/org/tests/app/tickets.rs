//! Tickets in the staff's app: the list, working on one, two people at once.

use super::{form, link, look, page, send};
use kernel::{Id, TicketId, ports::Clock, principal::Role, sql::Value, time::Span};
use org::WORKER;
use testkit::{
    Harness, Replied, get,
    world::{Member, Session},
};

const LIST: &str = "/o/northwind/tickets";
/// What a page puts into a form so that it is acted on once.
const ONCE: (&str, &str) = ("submit", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");

fn member(h: &Harness, role: Role) -> Member {
    h.world.team.member(role).clone()
}
fn worker(h: &Harness) -> Session {
    member(h, Role::Member).session
}
fn first(h: &Harness) -> String {
    format!("{LIST}/{}", h.world.team.tickets[0])
}
/// What follows the first occurrence of a mark, up to the next quote, with the escapes of HTML undone.
fn after<'t>(text: &'t str, mark: &str) -> Option<&'t str> {
    text.split(mark).nth(1)?.split('"').next()
}
/// The ids of the listed tickets, in order.
fn listed(text: &str) -> Vec<String> {
    text.split("<th scope=\"row\"").skip(1).filter_map(|row| after(row, "/tickets/")).map(str::to_owned).collect()
}
/// Thirty more tickets, each with its own age; every third urgent, every second closed, every fifth of a worker.
fn many(h: &Harness, worker: &Member) {
    let org = &h.world.team;
    for n in 0..30_i64 {
        let at = h.clock.now().minus(Span::minutes(200 - n));
        let id = TicketId::make(at, [u8::try_from(n).unwrap(); 10]);
        h.db.insert(
            "tickets",
            &[
                ("org_id", (&org.id).into()),
                ("id", (&id).into()),
                ("subject", format!("Printer {n}").into()),
                ("body", "It smokes.".into()),
                ("priority", if n % 3 == 0 { "urgent" } else { "low" }.into()),
                ("status", if n % 2 == 0 { "closed" } else { "open" }.into()),
                ("customer_id", (&org.customers[0].id).into()),
                ("assignee_id", if n % 5 == 0 { (&worker.user).into() } else { Value::Null }),
                ("created_at", at.into()),
                ("updated_at", h.clock.now().minus(Span::minutes(n)).into()),
            ],
        );
    }
}

#[test]
fn filters_compose_and_stay_through_every_page_both_ways() {
    let h = Harness::new();
    let me = member(&h, Role::Member);
    many(&h, &me);
    let customer = h.world.team.customers[0].id.to_string();
    let wanted = |condition: &str, order: &str| -> Vec<String> {
        let sql = format!("SELECT id FROM tickets t WHERE org_id = ?1 AND {condition} ORDER BY {order}");
        h.db.rows(&sql, &[(&h.world.team.id).into()]).iter().map(|row| row.text(0).unwrap().to_owned()).collect()
    };
    let (mine, of_one) = (format!("assignee_id = '{}'", me.user), format!("customer_id = '{customer}'"));
    for (query, condition, order) in [
        ("", "1".to_owned(), "id DESC"),
        ("sort=updated", "1".to_owned(), "updated_at DESC, id DESC"),
        ("status=open", "status = 'open'".to_owned(), "id DESC"),
        ("status=open&priority=urgent", "status = 'open' AND priority = 'urgent'".to_owned(), "id DESC"),
        ("assignee=me&status=closed", format!("{mine} AND status = 'closed'"), "id DESC"),
        ("assignee=nobody", "assignee_id IS NULL".to_owned(), "id DESC"),
        (&format!("assignee={}", me.user), mine.clone(), "id DESC"),
        (&format!("customer={customer}&q=printer%201"), format!("{of_one} AND subject LIKE '%printer 1%'"), "id DESC"),
        (&format!("customer={customer}&sort=updated&priority=low"), format!("{of_one} AND priority = 'low'"), "updated_at DESC, id DESC"),
    ] {
        let all = wanted(&condition, order);
        let join = if query.is_empty() { "" } else { "&" };
        let (mut path, mut pages) = (format!("{LIST}?{query}{join}limit=4"), Vec::new());
        loop {
            h.db.reset_counts();
            let text = page(&h, &path, &me.session);
            assert_eq!((h.db.reads(), h.db.writes()), (2, 0), "{path}: the session, and the list");
            pages.push(listed(&text));
            match link(&text, "Older") {
                Some(next) => path = next,
                None => break,
            }
        }
        assert!(all.len() > 2, "{query} finds something");
        assert_eq!(pages.concat(), all, "{query}");
        assert!(pages.iter().all(|p| p.len() <= 4));
        // And the way back shows the same pages.
        for before in pages.iter().rev().skip(1) {
            path = link(&page(&h, &path, &me.session), "Newer").unwrap();
            assert_eq!(&listed(&page(&h, &path, &me.session)), before, "{query}, back");
        }
        assert_eq!(link(&page(&h, &path, &me.session), "Newer"), None, "{query}: nothing is newer than the newest");
    }
}

#[test]
fn a_cursor_is_of_no_use_elsewhere_and_chips_take_one_filter_away() {
    let h = Harness::new();
    let (me, other) = (member(&h, Role::Member), member(&h, Role::Admin));
    many(&h, &me);
    let text = page(&h, &format!("{LIST}?assignee=me&status=open&limit=1"), &me.session);
    let older = link(&text, "Older").unwrap();
    assert_eq!(look(&h, &older, &me.session).status, 200);
    assert_eq!(look(&h, &older, &other.session).code(), "cursor_invalid", "me is somebody else");
    assert_eq!(look(&h, &older.replace("status=open", "status=closed"), &me.session).code(), "cursor_invalid");
    assert_eq!(look(&h, &older.replace("northwind", "contoso"), &h.world.free.member(Role::Member).session).code(), "cursor_invalid");
    assert!(
        text.contains("href=\"/o/northwind/tickets?status=open&amp;limit=1\"")
            && text.contains("href=\"/o/northwind/tickets?assignee=me&amp;limit=1\"")
    );
    assert!(text.contains("option value=\"open\" selected"), "the form shows what is in force");
}

#[test]
fn what_is_looked_for_means_itself_and_wrong_filters_are_said_beside_what_was_typed() {
    let h = Harness::new();
    let me = worker(&h);
    for (at, subject) in ["100% done", "100 done", "a_b", "axb", "back\\slash", "<b>bold</b>", "שלום עולם"].into_iter().enumerate()
    {
        let id = TicketId::make(h.clock.now(), [u8::try_from(at).unwrap(); 10]);
        let (org, now): (Value, Value) = ((&h.world.team.id).into(), h.clock.now().into());
        let row = [
            ("org_id", org),
            ("id", (&id).into()),
            ("subject", subject.into()),
            ("body", "x".into()),
            ("created_at", now.clone()),
            ("updated_at", now),
        ];
        h.db.insert("tickets", &row);
    }
    for (q, found) in
        [("100%25", 1), ("100", 2), ("a_b", 1), ("%5C", 1), ("%3Cb%3E", 1), ("%D7%A9%D7%9C%D7%95%D7%9D", 1), ("DONE", 2), ("zzz", 0)]
    {
        let text = page(&h, &format!("{LIST}?q={q}"), &me);
        assert_eq!(listed(&text).len(), found, "{q}");
        assert!(found > 0 || text.contains("No tickets match"), "{q}");
        assert!(!text.contains("<b>bold"), "what was typed is text");
    }
    let (long, nul) = (format!("q={}", "é".repeat(30)), "q=a%00b".to_owned());
    let stranger = h.world.free.customers[0].email.clone();
    for (query, says) in [
        (long.as_str(), "longer than a search can be"),
        (nul.as_str(), "NUL character"),
        ("status=lost", "not allowed"),
        ("assignee=robert", "There is no such member"),
        ("customer=nobody%40example.com", "No customer has this address"),
        (&format!("customer={stranger}"), "No customer has this address"),
        ("color=red", "There is no such field"),
        ("limit=1000", "out of range"),
    ] {
        let reply = look(&h, &format!("{LIST}?{query}"), &me);
        let text = reply.text().unwrap();
        assert_eq!((reply.status, text.contains("There is a problem"), text.contains(says)), (422, true, true), "{query}: {text}");
        assert!(!query.starts_with("q=%C3") || text.contains(&"é".repeat(30)), "what was typed is still there");
    }
    // By address to the same list by id, so that it can be shared; another organization's customer is nobody here.
    let email = &h.world.team.customers[1].email;
    let led = look(&h, &format!("{LIST}?status=open&customer={}", email.to_uppercase()), &me);
    assert_eq!(
        (led.status, led.header("location").unwrap().to_owned()),
        (303, format!("{LIST}?status=open&customer={}", h.world.team.customers[1].id).replace("cus_", "cus%5F"))
    );
    let foreign = page(&h, &format!("{LIST}?customer={}", h.world.free.customers[0].id), &me);
    assert!(foreign.contains("No tickets match") && !foreign.contains("canary-contoso"));
    h.db.execute_batch("DELETE FROM ticket_comments; DELETE FROM tickets;");
    assert!(page(&h, LIST, &me).contains("No tickets yet"));
}

#[test]
fn a_ticket_is_created_once_with_everything_that_was_said() {
    let h = Harness::new();
    let (me, other) = (member(&h, Role::Member), member(&h, Role::Admin));
    let text = page(&h, &format!("{LIST}/new?customer={}", h.world.team.customers[0].id), &me.session);
    assert!(text.contains(&format!("value=\"{}\"", h.world.team.customers[0].email)), "the customer one came from is filled in");
    assert!(!text.contains(&format!("value=\"{}\"", member(&h, Role::Viewer).user)), "who can't work tickets gets none");
    let email = format!("  {} ", h.world.team.customers[0].email.to_uppercase());
    let assignee = other.user.to_string();
    let fields = [
        ("subject", "שלום <b>"),
        ("body", "Line one\r\nline two"),
        ("priority", "high"),
        ("customer", &email),
        ("assignee", &assignee),
        ONCE,
    ];
    let before = h.db.count("SELECT count(*) FROM tickets", &[]);
    let calls = (0..4).map(|_| form(&h, LIST, &me.session, &fields)).collect();
    let replies = h.together(&WORKER, calls, 3);
    let to: Vec<&str> = replies.iter().map(|r| r.header("location").unwrap()).collect();
    assert!(replies.iter().all(|r| r.status == 303) && to.iter().all(|t| *t == to[0]), "a double click leads to the one ticket: {to:?}");
    assert_eq!(h.db.count("SELECT count(*) FROM tickets", &[]), before + 1);
    let id = to[0].rsplit('/').next().unwrap();
    let row = h.db.rows("SELECT subject, priority, customer_id, assignee_id, status FROM tickets WHERE id = ?1", &[id.into()]).remove(0);
    let cells: Vec<&str> = (0..5).map(|at| row.text(at).unwrap()).collect();
    assert_eq!(cells, ["שלום <b>", "high", h.world.team.customers[0].id.as_str(), &assignee, "open"]);
    let told = h.db.rows(
        "SELECT type, payload ->> '$.actor.id', payload ->> '$.assignee_id' FROM outbox WHERE payload ->> '$.id' = ?1 ORDER BY type",
        &[id.into()],
    );
    let told: Vec<(&str, &str, &str)> = told.iter().map(|r| (r.text(0).unwrap(), r.text(1).unwrap(), r.text(2).unwrap())).collect();
    assert_eq!(told, [("ticket.assigned", me.user.as_str(), assignee.as_str()), ("ticket.created", me.user.as_str(), &assignee)]);
    assert_eq!(h.db.count("SELECT count(*) FROM audit_events WHERE action = 'ticket.created' AND target = ?1", &[id.into()]), 1);
    let shown = page(&h, to[0], &me.session);
    assert!(shown.contains("<bdi>שלום &lt;b&gt;</bdi>") && shown.contains("Line one\r\nline two"));
}

#[test]
fn a_new_ticket_that_is_refused_keeps_what_was_typed() {
    let h = Harness::new();
    let me = worker(&h);
    let stranger = h.world.free.member(Role::Member).user.to_string();
    let viewer = member(&h, Role::Viewer).user.to_string();
    let (long, body) = ("x".repeat(201), "y".repeat(20_001));
    for (fields, says) in [
        (vec![("subject", ""), ("body", "kept text")], "Subject is missing"),
        (vec![("subject", "   "), ("body", "kept text")], "Subject is missing"),
        (vec![("subject", &long), ("body", "kept text")], "at most 200 are allowed"),
        (vec![("subject", "kept text"), ("body", &body)], "at most 20000 are allowed"),
        (vec![("subject", "kept text"), ("body", "a\0b")], "NUL character"),
        (vec![("subject", "kept text"), ("body", "b"), ("priority", "huge")], "not allowed"),
        (vec![("subject", "kept text"), ("body", "b"), ("customer", "no@body.example")], "No customer has this address"),
        (vec![("subject", "kept text"), ("body", "b"), ("customer", &h.world.free.customers[0].email)], "No customer has this address"),
        (vec![("subject", "kept text"), ("body", "b"), ("assignee", &stranger)], "Choose one from the list"),
        (vec![("subject", "kept text"), ("body", "b"), ("assignee", &viewer)], "Choose one from the list"),
        (vec![("subject", "kept text"), ("body", "b"), ("version", "7")], "There is no such field"),
    ] {
        let mut all = fields.clone();
        all.push(ONCE);
        let reply = send(&h, LIST, &me, &all);
        let text = reply.text().unwrap();
        assert_eq!((reply.status, text.contains("<title>Error: "), text.contains("kept text")), (422, true, true), "{fields:?}");
        assert!(text.contains(says), "{fields:?}: {text}");
    }
    let big = "z".repeat(1_000_000);
    let reply = send(&h, LIST, &me, &[("subject", "s"), ("body", &big), ONCE]);
    assert_eq!((reply.status, reply.code().as_str()), (413, "body_too_large"));
    assert_eq!(h.db.count("SELECT count(*) FROM tickets WHERE org_id = ?1", &[(&h.world.team.id).into()]), 3);
}

#[test]
fn a_change_is_saved_recorded_and_told() {
    let h = Harness::new();
    let (me, path, id) = (member(&h, Role::Admin), first(&h), h.world.team.tickets[0].to_string());
    let mine = me.user.to_string();
    let fields = [("subject", "New subject"), ("status", "closed"), ("priority", "urgent"), ("assignee", mine.as_str()), ("version", "1")];
    let reply = send(&h, &path, &me.session, &fields);
    assert_eq!((reply.status, reply.header("location")), (303, Some(path.as_str())));
    let row =
        h.db.rows("SELECT subject, status, priority, assignee_id, version FROM tickets WHERE id = ?1", &[id.as_str().into()]).remove(0);
    assert_eq!((row.text(0).unwrap(), row.text(1).unwrap(), row.text(2).unwrap()), ("New subject", "closed", "urgent"));
    assert_eq!((row.text(3).unwrap(), row.int(4).unwrap()), (mine.as_str(), 2));
    let detail = h.db.text("SELECT detail FROM audit_events WHERE action = 'ticket.updated' AND target = ?1", &[id.as_str().into()]);
    let detail: serde_json::Value = serde_json::from_str(&detail).unwrap();
    assert_eq!(
        (&detail["status"]["to"], &detail["assignee_id"]["to"], &detail["priority"]["from"]),
        (&"closed".into(), &mine.as_str().into(), &"normal".into())
    );
    let told: Vec<String> =
        h.db.rows("SELECT type FROM outbox WHERE payload ->> '$.version' = 2 ORDER BY type", &[])
            .iter()
            .map(|r| r.text(0).unwrap().to_owned())
            .collect();
    assert_eq!(told, ["ticket.assigned", "ticket.closed", "ticket.updated"]);
    // The same once more: another version, nothing new.
    let again = send(&h, &path, &me.session, &[&fields[..4], &[("version", "2")]].concat());
    assert_eq!(again.status, 303);
    assert_eq!(h.db.count("SELECT version FROM tickets WHERE id = ?1", &[id.as_str().into()]), 2);
    for (fields, says) in [
        (vec![("subject", ""), ("status", "open"), ("priority", "low")], "Subject is missing"),
        (vec![("subject", "typed"), ("status", "lost"), ("priority", "low")], "not allowed"),
        (
            vec![("subject", "typed"), ("status", "open"), ("priority", "low"), ("assignee", h.world.outsider.user.as_str())],
            "Choose one from the list",
        ),
        (vec![("subject", "typed"), ("priority", "low")], "Status is missing"),
    ] {
        let reply = send(&h, &path, &me.session, &fields);
        let text = reply.text().unwrap();
        assert_eq!((reply.status, text.contains(says)), (422, true), "{fields:?}: {text}");
        assert!(fields[0].1.is_empty() || text.contains("value=\"typed\""), "{fields:?}");
    }
}

#[test]
fn two_who_change_a_ticket_at_once_see_both_changes_and_lose_nothing() {
    let h = Harness::new();
    let (ada, bob, path) = (member(&h, Role::Admin), member(&h, Role::Member), first(&h));
    let opened = page(&h, &path, &ada.session);
    let was = |name: &str| after(&opened, &format!("name=\"{name}\" value=\"")).unwrap().to_owned();
    let (subject, status, priority, assignee) = (was("was_subject"), was("was_status"), was("was_priority"), was("was_assignee"));
    let old = [
        ("was_subject", &*subject),
        ("was_status", &*status),
        ("was_priority", &*priority),
        ("was_assignee", &*assignee),
        ("version", "1"),
    ];
    let change = |subject: &str, status: &str| -> Vec<(String, String)> {
        let own = [("subject", subject), ("status", status), ("priority", &priority), ("assignee", &assignee)];
        own.iter().chain(&old).map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    };
    let fields = |pairs: &[(String, String)]| -> Vec<(String, String)> { pairs.to_vec() };
    let call = |session: &Session, pairs: Vec<(String, String)>| {
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        form(&h, &path, session, &pairs)
    };
    let calls =
        vec![call(&ada.session, fields(&change("Ada's subject", "open"))), call(&bob.session, fields(&change(&subject, "pending")))];
    let replies = h.together(&WORKER, calls, 5);
    let mut statuses: Vec<u16> = replies.iter().map(|r| r.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409], "one is saved, one is asked");
    let ada_lost = replies[0].status == 409;
    let text = replies.iter().find(|r| r.status == 409).unwrap().text().unwrap();
    assert!(
        text.contains("Somebody else changed this ticket") && text.contains("Changed meanwhile") && text.contains("Your change"),
        "{text}"
    );
    // The form holds both: what the other one changed, and what was typed.
    assert!(text.contains("value=\"Ada&#39;s subject\"") || text.contains("value=\"Ada's subject\""), "{text}");
    assert!(text.contains("option value=\"pending\" selected"), "{text}");
    assert!(text.contains("name=\"version\" value=\"2\""));
    let merged =
        [("subject", "Ada's subject"), ("status", "pending"), ("priority", &*priority), ("assignee", &*assignee), ("version", "2")];
    let who = if ada_lost { &ada.session } else { &bob.session };
    assert_eq!(send(&h, &path, who, &merged).status, 303);
    let row = h.db.rows("SELECT subject, status, version FROM tickets WHERE id = ?1", &[(&h.world.team.tickets[0]).into()]).remove(0);
    assert_eq!((row.text(0).unwrap(), row.text(1).unwrap(), row.int(2).unwrap()), ("Ada's subject", "pending", 3));
    // A stale form that asks for what is already so needs nobody's decision.
    let same = [("subject", "Ada's subject"), ("status", "pending"), ("priority", &*priority), ("assignee", &*assignee), ("version", "1")];
    assert_eq!(send(&h, &path, who, &same).status, 303);
}

#[test]
fn an_internal_note_stays_with_the_team_and_who_reads_is_always_chosen() {
    let h = Harness::new();
    let (me, path) = (worker(&h), first(&h));
    let comments = format!("{path}/comments");
    let add = |body: &str, who: &str, mark: &str| {
        send(&h, &comments, &me, &[("body", body), ("internal", who), ("submit", &ONCE.1.replacen('A', mark, 1))])
    };
    assert_eq!((add("SECRET-NOTE", "true", "B").status, add("Open word", "false", "C").status), (303, 303));
    assert_eq!(add("Open word", "false", "C").status, 303, "the same form sent again");
    assert_eq!(h.db.count("SELECT count(*) FROM ticket_comments WHERE body = 'Open word'", &[]), 1, "is one comment");
    let text = page(&h, &path, &me);
    assert!(text.contains("SECRET-NOTE") && text.contains("Open word") && text.contains("class=\"internal\""));
    let customer = &h.world.team.customers[0].session;
    let portal = h.call(&portal::WORKER, get(&format!("/tickets/{}", h.world.team.tickets[0])).session(customer));
    let portal = portal.text().unwrap();
    assert!(portal.contains("Open word") && !portal.contains("SECRET-NOTE"), "{portal}");
    let told = h.db.rows("SELECT payload ->> '$.internal', payload ->> '$.author.kind' FROM outbox WHERE type = 'ticket.commented' ORDER BY payload ->> '$.internal'", &[]);
    let told: Vec<(i64, &str)> = told.iter().map(|r| (r.int(0).unwrap(), r.text(1).unwrap())).collect();
    assert_eq!(told, [(0, "staff"), (1, "staff")]);
    for (fields, says) in [
        (vec![("body", "kept words")], "Visibility is missing"),
        (vec![("body", "kept words"), ("internal", "everybody")], "not allowed"),
        (vec![("body", ""), ("internal", "true")], "Comment is missing"),
        (vec![("body", "kept words\0"), ("internal", "true")], "NUL character"),
    ] {
        let reply = send(&h, &comments, &me, &[fields.clone(), vec![("submit", &*ONCE.1.replacen('A', "D", 1))]].concat());
        let text = reply.text().unwrap();
        assert_eq!(
            (reply.status, text.contains(says), text.contains("kept words") || fields[0].1.is_empty()),
            (422, true, true),
            "{fields:?}: {text}"
        );
    }
}

#[test]
fn a_long_thread_is_read_in_parts() {
    let h = Harness::new();
    let (me, path, org) = (worker(&h), first(&h), &h.world.team);
    for n in 0..150_i64 {
        let at = h.clock.now().plus(Span::seconds(n));
        let id = kernel::CommentId::make(at, [1; 10]);
        let row: [(&str, Value); 9] = [
            ("org_id", (&org.id).into()),
            ("ticket_id", (&org.tickets[0]).into()),
            ("id", (&id).into()),
            ("author_kind", "customer".into()),
            ("author_id", (&org.customers[0].id).into()),
            ("author_name", "Ada".into()),
            ("body", format!("word-{n}-end").into()),
            ("internal", 0_i64.into()),
            ("created_at", at.into()),
        ];
        h.db.insert("ticket_comments", &row);
    }
    let newest = page(&h, &path, &me);
    assert!(newest.contains("word-149-end") && newest.contains("word-50-end") && !newest.contains("word-49-end"));
    let older = page(&h, &link(&newest, "Older comments").unwrap(), &me);
    assert!(older.contains("word-49-end") && older.contains("word-0-end") && !older.contains("word-50-end"));
    assert_eq!((link(&older, "Newest comments"), link(&older, "Older comments")), (Some(path), None));
}

#[test]
fn buttons_close_reopen_and_assign_and_say_when_there_is_nothing_to_do() {
    let h = Harness::new();
    let (me, path, id) = (member(&h, Role::Admin), first(&h), h.world.team.tickets[0].to_string());
    let state = || {
        let row = h.db.rows("SELECT status, assignee_id, version FROM tickets WHERE id = ?1", &[id.as_str().into()]).remove(0);
        (row.text(0).unwrap().to_owned(), row.text(1).unwrap() == me.user.as_str(), row.int(2).unwrap())
    };
    for (button, after) in [
        ("close", ("closed".to_owned(), false, 2)),
        ("close", ("closed".to_owned(), false, 2)),
        ("reopen", ("open".to_owned(), false, 3)),
        ("assign-to-me", ("open".to_owned(), true, 4)),
        ("assign-to-me", ("open".to_owned(), true, 4)),
    ] {
        let reply = send(&h, &format!("{path}/{button}"), &me.session, &[]);
        assert_eq!((reply.status, reply.header("location"), state()), (303, Some(path.as_str()), after), "{button}");
        assert!(reply.cookie(kernel::flash::COOKIE).is_some_and(|c| c.len() > 5), "{button} says what it did");
    }
    let text = page(&h, &path, &me.session);
    assert!(!text.contains("Assign to me") && text.contains("/close\""));
}

#[test]
fn who_only_reads_sees_no_forms_and_sends_none() {
    let h = Harness::new();
    let (path, untouched) = (first(&h), h.db.of_org(&h.world.team.id));
    for role in [Role::Viewer, Role::Billing] {
        let session = member(&h, role).session;
        let text = page(&h, &path, &session);
        assert!(!text.contains("Add comment") && !text.contains("Save changes") && !text.contains("/close\""), "{role:?}");
        assert!(!page(&h, LIST, &session).contains("New ticket"));
        for (to, fields) in [
            (LIST.to_owned(), vec![("subject", "s"), ("body", "b"), ONCE]),
            (path.clone(), vec![("subject", "s"), ("status", "open"), ("priority", "low"), ("version", "1")]),
            (format!("{path}/comments"), vec![("body", "b"), ("internal", "false"), ONCE]),
            (format!("{path}/close"), vec![]),
            (format!("{path}/assign-to-me"), vec![]),
        ] {
            assert_eq!(send(&h, &to, &session, &fields).code(), "role_missing", "{role:?} {to}");
        }
    }
    let now = h.db.of_org(&h.world.team.id);
    let changed: Vec<&String> = now.iter().filter(|(table, hash)| untouched.get(*table) != Some(hash)).map(|(table, _)| table).collect();
    assert_eq!(changed, ["audit_events"], "refusals are recorded, and nothing else");
}

#[test]
fn another_organizations_ticket_is_nobodys() {
    let h = Harness::new();
    let (me, path) = (worker(&h), format!("{LIST}/{}", h.world.free.tickets[0]));
    let untouched = h.db.everything();
    assert_eq!(look(&h, &path, &me).code(), "not_found");
    for (below, fields) in [
        ("", vec![("subject", "s"), ("status", "open"), ("priority", "low"), ("version", "1")]),
        ("/comments", vec![("body", "b"), ("internal", "false"), ONCE]),
        ("/close", vec![]),
        ("/reopen", vec![]),
        ("/assign-to-me", vec![]),
    ] {
        assert_eq!(send(&h, &format!("{path}{below}"), &me, &fields).code(), "not_found", "{below}");
    }
    assert_eq!(h.db.everything(), untouched);
}
