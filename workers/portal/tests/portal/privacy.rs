//! A copy of one's data, and the end of an account.

use crate::{count, deployment, events, location, mark, see, send, text};
use kernel::{Id, Reply, TicketId, sql::Value, time::Span};
use portal::WORKER;
use serde_json::Value as Json;
use testkit::{
    Harness, get,
    world::{Org, Person},
};

/// Gives a customer something in every table that can hold something of theirs.
fn fill(h: &Harness, org: &Org, who: &Person, name: &str) {
    let id = who.id.as_str();
    let text = |place: &str| -> Value { format!("{name}-{place}").into() };
    let zero = || Value::Int(0);
    h.db.insert(
        "authenticators",
        &[("subject", id.into()), ("secret", text("sealed")), ("created_at", zero()), ("confirmed_at", Value::Int(7))],
    );
    h.db.insert("recovery_codes", &[("hash", text("code")), ("subject", id.into()), ("created_at", zero())]);
    h.db.insert("devices", &[("subject", id.into()), ("hash", text("device")), ("created_at", zero()), ("seen_at", zero())]);
    h.db.insert(
        "tokens",
        &[
            ("hash", text("token")),
            ("purpose", "new_address".into()),
            ("subject", id.into()),
            ("org_id", (&org.id).into()),
            ("host", org.portal().into()),
            ("email", format!("{name}-new@example.com").into()),
            ("created_at", zero()),
            ("expires_at", zero()),
        ],
    );
    h.db.insert(
        "inbox",
        &[
            ("org_id", (&org.id).into()),
            ("id", text("inbox")),
            ("recipient", id.into()),
            ("type", "ticket_reply".into()),
            ("title", text("title")),
            ("path", "/".into()),
            ("event_id", text("event")),
            ("created_at", zero()),
        ],
    );
    h.db.execute("DELETE FROM notification_choices WHERE recipient = ?1", &[id.into()]);
    h.db.insert(
        "notification_choices",
        &[("recipient", id.into()), ("type", text("choice")), ("channel", "mail".into()), ("chosen", zero()), ("changed_at", zero())],
    );
    h.db.insert(
        "mails",
        &[
            ("id", text("mail")),
            ("org_id", (&org.id).into()),
            ("recipient", who.email.as_str().into()),
            ("template", text("template")),
            ("state", "sent".into()),
            ("next_at", zero()),
            ("created_at", zero()),
            ("finished_at", Value::Int(1)),
        ],
    );
    let ticket = kernel::TicketId::make(testkit::time::START, [if name == "mine" { 1 } else { 2 }; 10]);
    h.db.insert(
        "tickets",
        &[
            ("org_id", (&org.id).into()),
            ("id", (&ticket).into()),
            ("subject", text("subject")),
            ("body", text("body")),
            ("customer_id", id.into()),
            ("created_at", zero()),
            ("updated_at", zero()),
        ],
    );
    for (internal, kind, author) in [(0_i64, "customer", id), (1, "staff", "usr_x")] {
        h.db.insert(
            "ticket_comments",
            &[
                ("org_id", (&org.id).into()),
                ("ticket_id", (&ticket).into()),
                ("id", text(&format!("comment-{internal}"))),
                ("author_kind", kind.into()),
                ("author_id", author.into()),
                ("author_name", text(&format!("author-{internal}"))),
                ("body", text(&format!("said-{internal}"))),
                ("internal", internal.into()),
                ("created_at", zero()),
            ],
        );
    }
}

/// Opens a page when the session's last proof is too old.
fn stale(h: &Harness, path: &str, who: &Person) -> Reply {
    h.clock.advance(Span::minutes(11));
    see(h, path, who)
}

#[test]
fn the_copy_holds_everything_of_ones_own_and_nothing_of_others() {
    let h = deployment();
    let team = &h.world.team;
    let [me, other] = &team.customers;
    fill(&h, team, me, "mine");
    fill(&h, team, other, "theirs");
    fill(&h, &h.world.free, &h.world.free.customers[0], "foreign");
    let reply = see(&h, "/privacy/export", me);
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/json")));
    let named = reply.header("content-disposition").unwrap();
    assert!(named.starts_with("attachment; filename=\"northwind-my-data-") && named.ends_with(".json\""), "{named}");
    let body = text(&reply);
    for holds in [
        me.email.as_str(),
        "canary-northwind-customers-name-one",
        "testkit",
        "mine-new@example.com",
        "mine-title",
        "mine-choice",
        "mine-template",
        "mine-subject",
        "mine-body",
        "mine-said-0",
        "canary-northwind-tickets-body",
        "canary-northwind-ticket_comments-body",
        "1970-01-01T00:00:00.007Z",
    ] {
        assert!(body.contains(holds), "{holds} is missing in {body}");
    }
    for lacks in [
        "theirs",
        "foreign",
        other.email.as_str(),
        "contoso",
        "said-1",
        "author-1",
        "sealed",
        "-code",
        "-device",
        "-token",
        "argon2",
        &me.session.token,
    ] {
        assert!(!body.contains(lacks), "{lacks} is in {body}");
    }
    let document: Json = serde_json::from_str(body).unwrap();
    let sizes: Vec<usize> = ["sessions", "known_browsers", "links_by_mail", "notifications", "notification_choices", "mails", "tickets"]
        .map(|name| document[name].as_array().map_or(0, Vec::len))
        .into();
    let sessions = usize::try_from(count(&h, "SELECT count(*) FROM sessions WHERE subject = ?1", &[me.id.as_str()])).unwrap();
    let inbox = usize::try_from(count(&h, "SELECT count(*) FROM inbox WHERE recipient = ?1", &[me.id.as_str()])).unwrap();
    let mails = usize::try_from(count(&h, "SELECT count(*) FROM mails WHERE recipient = ?1", &[me.email.as_str()])).unwrap();
    assert_eq!(sizes, [sessions, 1, 1, inbox, 1, mails, 2]);
    assert_eq!(document["continues_at"], Json::Null);
    let recorded = "SELECT count(*) FROM audit_events WHERE action = 'customer.data_downloaded' AND actor_id = ?1 AND org_id = ?2";
    assert_eq!(count(&h, recorded, &[me.id.as_str(), team.id.as_str()]), 1);
}

#[test]
fn a_large_copy_comes_in_parts_that_name_each_other() {
    let h = deployment();
    let team = &h.world.team;
    let [me, other] = &team.customers;
    h.db.execute("UPDATE tickets SET customer_id = NULL", &[]);
    let body = "x".repeat(20_000);
    for n in 0..1_200_u32 {
        let mut random = [0; 10];
        random[..4].copy_from_slice(&n.to_be_bytes());
        let id = TicketId::make(testkit::time::START, random);
        h.db.insert(
            "tickets",
            &[
                ("org_id", (&team.id).into()),
                ("id", (&id).into()),
                ("subject", "s".into()),
                ("body", if n < 600 { body.as_str().into() } else { "short".into() }),
                ("customer_id", (&me.id).into()),
                ("created_at", Value::Int(0)),
                ("updated_at", Value::Int(0)),
            ],
        );
    }
    let (mut path, mut parts, mut seen) = ("/privacy/export".to_owned(), 0, std::collections::BTreeSet::new());
    loop {
        parts += 1;
        let reply = see(&h, &path, me);
        assert!(reply.status == 200 && text(&reply).len() < 12_000_000, "{path}");
        let document: Json = serde_json::from_str(text(&reply)).unwrap();
        assert_eq!(document["account"].is_object(), parts == 1, "what is not a ticket is in the first part");
        for ticket in document["tickets"].as_array().unwrap() {
            assert!(seen.insert(ticket["id"].as_str().unwrap().to_owned()), "no ticket twice");
        }
        let Some(next) = document["continues_at"].as_str() else { break };
        path = next.split_once("8787").unwrap().1.to_owned();
        assert_eq!(see(&h, &path, other).status, 400, "a part is its owner's");
    }
    assert_eq!((parts > 1, seen.len()), (true, 1_200));
}

#[test]
fn both_ask_for_a_fresh_proof() {
    let h = deployment();
    let me = &h.world.team.customers[0];
    for path in ["/privacy/export", "/privacy/delete"] {
        let reply = stale(&h, path, me);
        assert!(reply.status == 303 && location(&reply).starts_with("/confirm?next=%2Fprivacy"), "{path}: {reply:?}");
    }
    let whole = h.db.everything();
    let reply = send(&h, "/privacy/delete", me, &[("confirm", &me.email)]);
    assert_eq!(reply.status, 403);
    assert!(h.db.everything().iter().filter(|(table, _)| *table != "audit_events").all(|(table, hash)| whole[table] == *hash));
}

#[test]
fn the_wrong_address_deletes_nothing() {
    let h = deployment();
    let me = &h.world.team.customers[0];
    assert!(text(&see(&h, "/privacy/delete", me)).contains(&format!("Type &quot;{}&quot; to confirm", me.email)));
    let whole = h.db.everything();
    for typed in ["", "nobody@example.com", &h.world.team.customers[1].email] {
        let page = send(&h, "/privacy/delete", me, &[("confirm", typed)]);
        assert!(page.status == 422 && text(&page).contains("There is a problem"), "{typed}");
    }
    assert!(h.db.everything() == whole);
}

#[test]
fn a_deleted_account_is_gone_but_for_what_tickets_need() {
    let h = deployment();
    let team = &h.world.team;
    let [me, other] = &team.customers;
    fill(&h, team, me, "mine");
    fill(&h, team, other, "theirs");
    let rest = |h: &Harness| {
        let of = "SELECT group_concat(x) FROM (SELECT email || name || status || coalesce(password_hash, '') AS x FROM customers WHERE id <> ?1 ORDER BY id)";
        let said = "SELECT group_concat(x) FROM (SELECT author_name || body AS x FROM ticket_comments WHERE author_id <> ?1 ORDER BY id)";
        let sessions = "SELECT group_concat(id) FROM (SELECT id FROM sessions WHERE subject <> ?1 ORDER BY id)";
        [of, said, sessions].map(|sql| h.db.text(sql, &[(&me.id).into()]))
    };
    let (before, name) = (rest(&h), "canary-northwind-customers-name-one");
    let done = send(&h, "/privacy/delete", me, &[("confirm", &format!(" {} ", me.email.to_uppercase()))]);
    assert_eq!((done.status, location(&done)), (303, "/sign-in"), "{done:?}");
    assert!(done.headers.iter().any(|(n, v)| n == "set-cookie" && v.starts_with("__Host-portico=; ")), "{done:?}");
    assert_eq!(done.header("clear-site-data"), Some("\"cache\", \"storage\""));
    // Gone, wherever it was.
    for (table, column) in [
        ("sessions", "subject"),
        ("authenticators", "subject"),
        ("recovery_codes", "subject"),
        ("devices", "subject"),
        ("tokens", "subject"),
        ("inbox", "recipient"),
        ("notification_choices", "recipient"),
    ] {
        assert_eq!(count(&h, &format!("SELECT count(*) FROM {table} WHERE {column} = ?1"), &[me.id.as_str()]), 0, "{table}");
    }
    for (table, columns) in h.db.tables() {
        // What was recorded before stays recorded; the last mail still has to find its way.
        if matches!(table.as_str(), "audit_events" | "mails") {
            continue;
        }
        for (column, _) in columns {
            let found =
                count(&h, &format!("SELECT count(*) FROM {table} WHERE instr({column}, ?1) OR instr({column}, ?2)"), &[&me.email, name]);
            assert_eq!(found, 0, "{table}.{column} still tells who it was");
        }
    }
    let row = &h.db.rows("SELECT email, name, status, password_hash, deleted_at FROM customers WHERE id = ?1", &[(&me.id).into()])[0];
    assert_eq!(row.text(0).unwrap(), format!("deleted-{}@deleted.invalid", me.id));
    assert_eq!((row.text(1).unwrap(), row.text(2).unwrap(), row.opt_text(3).unwrap()), ("Deleted customer", "blocked", None));
    assert!(row.int(4).unwrap() > 0);
    // What tickets need.
    let said = h.db.rows("SELECT author_name, body FROM ticket_comments WHERE author_id = ?1", &[(&me.id).into()]);
    assert_eq!(said.iter().map(|r| (r.text(0).unwrap(), r.text(1).unwrap())).collect::<Vec<_>>(), [("Deleted customer", "mine-said-0")]);
    assert_eq!(count(&h, "SELECT count(*) FROM tickets WHERE customer_id = ?1", &[me.id.as_str()]), 2);
    // Nobody else lost anything.
    assert_eq!(rest(&h), before);
    // Told: the team's programs, and the person.
    assert_eq!(events(&h), ["customer.deleted"]);
    let mails = h.db.rows("SELECT template, state FROM mails WHERE recipient = ?1", &[me.email.as_str().into()]);
    assert_eq!(mails.iter().map(|r| r.text(0).unwrap()).collect::<Vec<_>>(), ["account_deleted"], "what was sent before is gone");
    assert_eq!(count(&h, "SELECT count(*) FROM audit_events WHERE action = 'customer.deleted' AND actor_id = ?1", &[me.id.as_str()]), 1);
    // The session is dead, and so is the form.
    assert!(location(&see(&h, "/", me)).starts_with("/sign-in"));
    assert_eq!(send(&h, "/privacy/delete", me, &[("confirm", &me.email)]).status, 401);
    assert_eq!(send(&h, "/tickets", me, &[("subject", "s"), ("body", "b"), ("priority", "low"), ("submit", &mark(1))]).status, 401);
    // The address is free for a new account.
    h.db.insert(
        "customers",
        &[
            ("org_id", (&team.id).into()),
            ("id", "cus_new".into()),
            ("email", me.email.as_str().into()),
            ("name", "New".into()),
            ("created_at", Value::Int(0)),
        ],
    );
    assert!(h.db.faults().is_empty() && h.log.failures().is_empty());
}

#[test]
fn two_at_once_delete_it_once() {
    let h = deployment();
    let me = &h.world.team.customers[0];
    let call = || crate::form(&h, "/privacy/delete", &me.session, &[("confirm", &me.email)]);
    let replies = h.together(&WORKER, vec![call(), call(), call()], 4);
    assert_eq!(replies.iter().filter(|r| r.status == 303).count(), 1, "{replies:?}");
    assert!(replies.iter().all(|r| matches!(r.status, 303 | 401 | 404)));
    assert_eq!((events(&h).len(), count(&h, "SELECT count(*) FROM mails WHERE template = 'account_deleted'", &[])), (1, 1));
}

#[test]
fn the_privacy_page_counts_what_is_held() {
    let h = deployment();
    let me = &h.world.team.customers[0];
    let page = see(&h, "/privacy", me);
    assert!(text(&page).contains("1 ticket, 1 reply, ") && text(&page).contains("href=\"/privacy/export\""), "{}", text(&page));
    let other_host = h.call(&WORKER, get("/privacy").host(&h.world.free.portal()).session_cookie(&me.session));
    assert!(location(&other_host).starts_with("/sign-in"), "a session is its host's");
}
