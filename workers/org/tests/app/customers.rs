//! Customers in the staff's app: the list, the invitation and its limits, blocking; and the search over everything.

use super::{form, link, look, page, send};
use kernel::{CustomerId, Id, Reply, ports::Clock, principal::Role, sql::Value, time::Span};
use org::WORKER;
use testkit::{
    Harness, Replied, get,
    world::{Org, Session},
};

const LIST: &str = "/o/northwind/customers";

fn worker(h: &Harness) -> Session {
    h.world.team.member(Role::Member).session.clone()
}
/// What a page puts into a form, for the form of that number.
fn once(n: u8) -> String {
    crypto::token::encode(&[n; 32])
}
fn invite(h: &Harness, name: &str, email: &str, n: u8) -> Reply {
    send(h, LIST, &worker(h), &[("name", name), ("email", email), ("submit", &once(n))])
}
/// A customer's row.
fn put(h: &Harness, org: &Org, n: usize, name: &str, status: &str) -> CustomerId {
    let id =
        CustomerId::make(h.clock.now().minus(Span::hours(9)), std::array::from_fn(|at| if at < 2 { n.to_be_bytes()[6 + at] } else { 0 }));
    let row: [(&str, Value); 6] = [
        ("org_id", (&org.id).into()),
        ("id", (&id).into()),
        ("email", format!("{}-{n}@people.example", name.split(' ').next().unwrap().to_lowercase()).into()),
        ("name", name.into()),
        ("status", status.into()),
        ("created_at", h.clock.now().into()),
    ];
    h.db.insert("customers", &row);
    id
}
fn status_of(h: &Harness, id: &str) -> Option<String> {
    h.db.rows("SELECT status FROM customers WHERE id = ?1", &[id.into()]).first().map(|row| row.text(0).unwrap().to_owned())
}
fn open_links(h: &Harness, id: &str) -> i64 {
    h.db.count("SELECT count(*) FROM tokens WHERE subject = ?1 AND used_at IS NULL", &[id.into()])
}
fn id_of(h: &Harness, email: &str) -> String {
    h.db.text("SELECT id FROM customers WHERE email = ?1 AND org_id = ?2", &[email.into(), (&h.world.team.id).into()])
}
fn names(text: &str) -> Vec<String> {
    text.split("<th scope=\"row\"").skip(1).filter_map(|row| Some(row.split("<bdi>").nth(1)?.split("</bdi>").next()?.to_owned())).collect()
}

#[test]
fn an_invitation_makes_a_customer_a_link_to_the_portal_and_a_mail_once() {
    let h = Harness::new();
    h.db.execute("UPDATE domains SET state = 'pending' WHERE org_id = ?1", &[(&h.world.team.id).into()]);
    let replies = h.together(
        &WORKER,
        (0..3)
            .map(|_| form(&h, LIST, &worker(&h), &[("name", " Ada <Lovelace> "), ("email", " Ada@Example.COM "), ("submit", &once(1))]))
            .collect(),
        7,
    );
    assert!(replies.iter().all(|r| r.status == 303 && r.header("location") == Some(LIST)), "{replies:?}");
    let row = h.db.rows("SELECT id, name, status FROM customers WHERE email = 'ada@example.com'", &[]);
    assert_eq!((row.len(), row[0].text(1).unwrap(), row[0].text(2).unwrap()), (1, "Ada <Lovelace>", "invited"));
    let id = row[0].text(0).unwrap();
    assert_eq!(
        (open_links(&h, id), h.db.text("SELECT host FROM tokens WHERE subject = ?1", &[id.into()])),
        (1, "northwind.localhost".into())
    );
    let posted: Vec<_> = h.posted().into_iter().filter(|p| p.to == "ada@example.com").collect();
    assert_eq!(posted.len(), 1);
    let path = posted[0].path();
    let token = path.strip_prefix("/invitations/accept?token=").unwrap();
    assert!(posted[0].message.text.contains("http://northwind.localhost:8787/invitations/accept"), "{}", posted[0].message.text);
    assert_eq!(h.db.count("SELECT count(*) FROM tokens WHERE hash = ?1", &[crypto::token::hash(token).into()]), 1);
    assert_eq!(h.db.count("SELECT count(*) FROM tokens WHERE hash = ?1", &[token.into()]), 0, "only the hash is stored");
    let told = h.db.rows("SELECT payload FROM outbox WHERE type = 'customer.created'", &[]);
    let told: serde_json::Value = serde_json::from_str(told[0].text(0).unwrap()).unwrap();
    assert_eq!((&told["email"], &told["status"]), (&"ada@example.com".into(), &"invited".into()));
    assert_eq!(h.db.count("SELECT count(*) FROM audit_events WHERE action = 'customer.invited' AND target = ?1", &[id.into()]), 1);
    // Where the organization has a domain of its own in use, the link leads there.
    h.db.execute("UPDATE domains SET state = 'active', host = 'help.northwind.example' WHERE org_id = ?1", &[(&h.world.team.id).into()]);
    assert_eq!(invite(&h, "Bob", "bob@example.com", 2).status, 303);
    let posted: Vec<_> = h.posted().into_iter().filter(|p| p.to == "bob@example.com").collect();
    assert!(posted[0].message.text.contains("http://help.northwind.example:8787/invitations/accept"), "{}", posted[0].message.text);
}

#[test]
fn an_invitation_that_is_refused_keeps_what_was_typed() {
    let h = Harness::new();
    let (taken, long) = (h.world.team.customers[0].email.to_uppercase(), "n".repeat(121));
    for (n, (name, email, says)) in [
        ("", "kept@example.com", "Name is missing"),
        ("Kept", "", "E-mail is missing"),
        ("Kept", "kept", "not an e-mail address"),
        ("Kept", "kept@@example.com", "not an e-mail address"),
        ("Kept", "a b@example.com", "not an e-mail address"),
        ("Kept", &taken, "There is already a customer with this address."),
        (&long, "kept@example.com", "at most 120 are allowed"),
        ("Kept\0", "kept@example.com", "NUL character"),
    ]
    .into_iter()
    .enumerate()
    {
        let reply = invite(&h, name, email, u8::try_from(n).unwrap());
        let text = reply.text().unwrap();
        assert_eq!(
            (reply.status, text.contains(says), text.to_lowercase().contains("kept")),
            (422, true, true),
            "{name:?} {email:?}: {text}"
        );
        assert!(text.contains("<title>Error: "));
    }
    // The same person at another organization is another account.
    let elsewhere = h.world.free.customers[0].email.clone();
    assert_eq!(invite(&h, "Somebody", &elsewhere, 20).status, 303);
    assert_eq!(h.db.count("SELECT count(*) FROM customers WHERE email = ?1", &[elsewhere.into()]), 2);
}

#[test]
fn at_the_plans_limit_one_of_twenty_gets_the_last_place() {
    let h = Harness::new();
    let org = &h.world.free;
    // Three are there, and a deleted one takes no place.
    for n in 0..97 {
        put(&h, org, n, "Customer", "active");
    }
    h.db.execute(
        "UPDATE customers SET deleted_at = 1 WHERE org_id = ?1 AND name = 'Customer' AND email LIKE 'customer-0@%'",
        &[(&org.id).into()],
    );
    let admins = [Role::Admin, Role::Owner, Role::Member].map(|role| org.member(role).session.clone());
    let calls = (0..20_u8)
        .map(|n| {
            let email = format!("late-{n}@example.com");
            form(&h, "/o/contoso/customers", &admins[usize::from(n) % 3], &[("name", "Late"), ("email", &email), ("submit", &once(n))])
        })
        .collect();
    let replies = h.together(&WORKER, calls, 11);
    let let_in = replies.iter().filter(|r| r.status == 303).count();
    assert_eq!((let_in, h.db.count("SELECT count(*) FROM customers WHERE org_id = ?1 AND name = 'Late'", &[(&org.id).into()])), (1, 1));
    let refused = replies.iter().find(|r| r.status != 303).unwrap();
    let text = refused.text().unwrap();
    assert_eq!(refused.status, 422);
    for says in ["The Free plan allows 100 customers, and 100 are used", "the Team plan, which allows 5,000", "late-"] {
        assert!(text.contains(says), "{says}: {text}");
    }
    assert_eq!(h.posted().iter().filter(|p| p.to.starts_with("late-")).count(), 1, "who has no place gets no mail");
    assert!(page(&h, "/o/contoso/customers/new", &admins[0]).contains("Nobody can be invited now"));
}

#[test]
fn thirty_invitations_an_hour_for_each_member_repeated_ones_among_them() {
    let h = Harness::new();
    for n in 0..29_u8 {
        assert_eq!(invite(&h, "Somebody", &format!("p{n}@example.com"), n).status, 303, "{n}");
    }
    let again = format!("{LIST}/{}/invitation", id_of(&h, "p0@example.com"));
    assert_eq!(send(&h, &again, &worker(&h), &[]).status, 303);
    assert_eq!(send(&h, &again, &worker(&h), &[]).code(), "rate_limited");
    assert_eq!(invite(&h, "Somebody", "p99@example.com", 99).status, 429);
    assert_eq!(h.db.count("SELECT count(*) FROM customers WHERE email = 'p99@example.com'", &[]), 0);
    let admin = h.world.team.member(Role::Admin).session.clone();
    assert_eq!(send(&h, &again, &admin, &[]).status, 303, "another member's is another's");
    h.clock.advance(Span::hours(2));
    assert_eq!(send(&h, &again, &worker(&h), &[]).status, 303);
}

#[test]
fn a_new_invitation_ends_the_old_link_and_a_canceled_one_leaves_nothing() {
    let h = Harness::new();
    let me = worker(&h);
    invite(&h, "Ada", "ada@example.com", 1);
    let id = id_of(&h, "ada@example.com");
    let here = format!("{LIST}/{id}");
    let first = h.db.text("SELECT hash FROM tokens WHERE subject = ?1", &[id.as_str().into()]);
    let again = send(&h, &format!("{here}/invitation"), &me, &[]);
    assert_eq!((again.status, again.header("location"), open_links(&h, &id)), (303, Some(here.as_str()), 1));
    assert_eq!(h.db.count("SELECT used_at IS NOT NULL FROM tokens WHERE hash = ?1", &[first.into()]), 1, "the old link is dead");
    assert_eq!(h.posted().iter().filter(|p| p.to == "ada@example.com").count(), 2);
    let text = page(&h, &here, &me);
    assert!(text.contains("has not accepted the invitation yet") && text.contains("Expires "), "{text}");
    assert!(page(&h, &format!("{here}/invitation/cancel"), &me).contains("The customer is removed"));
    let gone = send(&h, &format!("{here}/invitation/cancel"), &me, &[]);
    assert_eq!((gone.status, status_of(&h, &id), open_links(&h, &id)), (303, None, 0));
    assert_eq!(h.db.count("SELECT count(*) FROM outbox WHERE type = 'customer.deleted'", &[]), 1);
    assert_eq!(look(&h, &here, &me).status, 404);
    // One whom a ticket names stays, without a link.
    invite(&h, "Bob", "bob@example.com", 2);
    let id = id_of(&h, "bob@example.com");
    h.db.execute("UPDATE tickets SET customer_id = ?1 WHERE id = ?2", &[id.as_str().into(), (&h.world.team.tickets[2]).into()]);
    assert!(page(&h, &format!("{LIST}/{id}/invitation/cancel"), &me).contains("because 1 ticket belongs to them"));
    assert_eq!(send(&h, &format!("{LIST}/{id}/invitation/cancel"), &me, &[]).status, 303);
    assert_eq!((status_of(&h, &id).as_deref(), open_links(&h, &id)), (Some("invited"), 0));
    assert!(page(&h, &format!("{LIST}/{id}"), &me).contains("Invitation</dt><dd><span class=\"quiet\">None"));
    assert_eq!(send(&h, &format!("{LIST}/{id}/invitation"), &me, &[]).status, 303);
    assert_eq!(open_links(&h, &id), 1);
    // Who has accepted has no invitation.
    let active = format!("{LIST}/{}", h.world.team.customers[0].id);
    for below in ["invitation", "invitation/cancel"] {
        assert_eq!(send(&h, &format!("{active}/{below}"), &me, &[]).code(), "wrong_state", "{below}");
    }
    assert_eq!(look(&h, &format!("{active}/invitation/cancel"), &me).status, 409);
}

#[test]
fn a_block_ends_every_session_and_link_now() {
    let h = Harness::new();
    let (me, customer) = (worker(&h), h.world.team.customers[0].clone());
    let here = format!("{LIST}/{}", customer.id);
    let home = || h.call(&portal::WORKER, get("/").session(&customer.session)).status;
    assert_eq!(home(), 200);
    let token: [(&str, Value); 8] = [
        ("hash", "h1".into()),
        ("purpose", "sign_in".into()),
        ("subject", (&customer.id).into()),
        ("org_id", (&h.world.team.id).into()),
        ("host", "northwind.localhost".into()),
        ("email", "x@example.com".into()),
        ("created_at", h.clock.now().into()),
        ("expires_at", h.clock.now().plus(Span::minutes(9)).into()),
    ];
    h.db.insert("tokens", &token);
    let asked = page(&h, &format!("{here}/block"), &me);
    assert!(asked.contains("signed out of") && asked.contains("Block customer"), "{asked}");
    for (reason, says) in [("", "Reason is missing"), ("  ", "Reason is missing"), (&*"x".repeat(501), "at most 500")] {
        let reply = send(&h, &format!("{here}/block"), &me, &[("reason", reason)]);
        assert_eq!((reply.status, reply.text().unwrap().contains(says), home()), (422, true, 200), "{reason:?}");
    }
    let reply = send(&h, &format!("{here}/block"), &me, &[("reason", "Sent spam <b>")]);
    assert_eq!((reply.status, reply.header("location")), (303, Some(here.as_str())));
    assert_eq!(home(), 303, "the next request leads to the sign-in form");
    assert_eq!(h.db.count("SELECT count(*) FROM sessions WHERE subject = ?1", &[(&customer.id).into()]), 0);
    assert_eq!(open_links(&h, customer.id.as_str()), 0);
    assert_eq!(h.db.count("SELECT count(*) FROM outbox WHERE type = 'customer.blocked'", &[]), 1);
    let detail = h.db.text("SELECT detail FROM audit_events WHERE action = 'customer.blocked'", &[]);
    assert!(detail.contains("Sent spam <b>"));
    let text = page(&h, &here, &me);
    assert!(text.contains("This customer is blocked") && text.contains("Sent spam &lt;b&gt;"), "{text}");
    assert_eq!(send(&h, &format!("{here}/block"), &me, &[("reason", "again")]).code(), "wrong_state");
    assert_eq!(send(&h, &format!("{here}/unblock"), &me, &[]).status, 303);
    assert_eq!(status_of(&h, customer.id.as_str()).as_deref(), Some("active"));
    assert_eq!(home(), 303, "an ended session stays ended");
    assert_eq!(send(&h, &format!("{here}/unblock"), &me, &[]).code(), "wrong_state");
}

#[test]
fn a_deleted_customer_is_no_longer_listed_and_can_not_be_let_in_again() {
    let h = Harness::new();
    let (me, id) = (worker(&h), h.world.team.customers[0].id.clone());
    h.db.execute("UPDATE customers SET deleted_at = 1, status = 'blocked', name = 'Deleted account' WHERE id = ?1", &[(&id).into()]);
    let here = format!("{LIST}/{id}");
    let text = page(&h, &here, &me);
    assert!(text.contains("This account was deleted") && !text.contains("/unblock") && !text.contains("/edit"), "{text}");
    assert!(!page(&h, LIST, &me).contains("Deleted account"));
    for below in ["/unblock", "/invitation", ""] {
        assert_eq!(
            send(&h, &format!("{here}{below}"), &me, &[("name", "x")][..usize::from(below.is_empty())]).code(),
            "not_found",
            "{below}"
        );
    }
    assert_eq!(status_of(&h, id.as_str()).as_deref(), Some("blocked"));
}

#[test]
fn a_name_is_changed_and_two_who_change_it_are_told() {
    let h = Harness::new();
    let (me, customer) = (worker(&h), &h.world.team.customers[0]);
    let here = format!("{LIST}/{}", customer.id);
    let was = h.db.text("SELECT name FROM customers WHERE id = ?1", &[(&customer.id).into()]);
    assert!(page(&h, &format!("{here}/edit"), &me).contains(&format!("name=\"was\" value=\"{was}\"")));
    assert_eq!(send(&h, &here, &me, &[("name", "Ada"), ("was", &was)]).status, 303);
    let late = send(&h, &here, &me, &[("name", "Grace"), ("was", &was)]);
    let text = late.text().unwrap();
    assert_eq!(late.status, 409);
    assert!(
        text.contains("Somebody else changed the name") && text.contains("value=\"Grace\"") && text.contains("name=\"was\" value=\"Ada\""),
        "{text}"
    );
    assert_eq!(send(&h, &here, &me, &[("name", "Grace"), ("was", "Ada")]).status, 303);
    assert_eq!(h.db.text("SELECT name FROM customers WHERE id = ?1", &[(&customer.id).into()]), "Grace");
    assert_eq!(h.db.count("SELECT count(*) FROM outbox WHERE type = 'customer.updated'", &[]), 2);
    let wrong = send(&h, &here, &me, &[("name", " "), ("was", "Grace")]);
    assert_eq!((wrong.status, wrong.text().unwrap().contains("Name is missing")), (422, true));
}

#[test]
fn the_list_goes_by_name_both_ways_and_finds_beginnings() {
    let h = Harness::new();
    let (me, org) = (worker(&h), &h.world.team);
    for (n, name) in ["Ada One", "Ada One", "100% Ltd", "100x Ltd", "A_b", "Acb", "Zoë"].into_iter().enumerate() {
        put(&h, org, n, name, if n % 2 == 0 { "invited" } else { "active" });
    }
    let all: Vec<String> =
        h.db.rows("SELECT name FROM customers WHERE org_id = ?1 ORDER BY name, id", &[(&org.id).into()])
            .iter()
            .map(|row| row.text(0).unwrap().to_owned())
            .collect();
    let (mut path, mut pages) = (format!("{LIST}?limit=3"), Vec::new());
    loop {
        h.db.reset_counts();
        let text = page(&h, &path, &me);
        assert_eq!((h.db.reads(), h.db.writes()), (2, 0));
        pages.push(names(&text));
        match link(&text, "Next") {
            Some(next) => path = next,
            None => break,
        }
    }
    assert_eq!(pages.concat(), all);
    for before in pages.iter().rev().skip(1) {
        path = link(&page(&h, &path, &me), "Previous").unwrap();
        assert_eq!(&names(&page(&h, &path, &me)), before);
    }
    for (query, found) in [
        ("q=100%25", 1),
        ("q=100", 2),
        ("q=a_b", 1),
        ("q=ADA", 2),
        ("q=ada-1%40", 1),
        ("q=One", 0),
        ("status=invited", 4),
        ("q=100&status=active", 1),
        ("status=blocked", 1),
    ] {
        let text = page(&h, &format!("{LIST}?{query}"), &me);
        assert_eq!(names(&text).len(), found, "{query}");
        assert!(found > 0 || text.contains("No customers match"));
    }
    let too_long = look(&h, &format!("{LIST}?q={}", "x".repeat(60)), &me);
    assert_eq!((too_long.status, too_long.text().unwrap().contains("longer than a search can be")), (422, true));
    h.db.execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM customers; PRAGMA foreign_keys = ON;");
    assert!(page(&h, LIST, &me).contains("No customers yet"));
}

#[test]
fn who_only_reads_and_who_is_elsewhere_changes_nobody() {
    let h = Harness::new();
    let (own, foreign) = (h.world.team.customers[0].id.clone(), h.world.free.customers[0].id.clone());
    let forms: [(&str, &[(&str, &str)]); 6] = [
        ("", &[("name", "x")]),
        ("/invitation", &[]),
        ("/invitation/cancel", &[]),
        ("/block", &[("reason", "x")]),
        ("/unblock", &[]),
        ("/block", &[]),
    ];
    for role in [Role::Viewer, Role::Billing] {
        let session = h.world.team.member(role).session.clone();
        let text = page(&h, &format!("{LIST}/{own}"), &session);
        assert!(!text.contains("/block") && !text.contains("/edit") && !page(&h, LIST, &session).contains("Invite a customer"));
        for (below, fields) in forms {
            assert_eq!(send(&h, &format!("{LIST}/{own}{below}"), &session, fields).code(), "role_missing", "{role:?} {below}");
        }
        assert_eq!(look(&h, &format!("{LIST}/new"), &session).code(), "role_missing");
    }
    let untouched = h.db.everything();
    for (below, fields) in forms {
        assert_eq!(send(&h, &format!("{LIST}/{foreign}{below}"), &worker(&h), fields).code(), "not_found", "{below}");
    }
    for below in ["", "/edit", "/block", "/invitation/cancel"] {
        assert_eq!(look(&h, &format!("{LIST}/{foreign}{below}"), &worker(&h)).code(), "not_found", "{below}");
    }
    assert_eq!(h.db.everything(), untouched);
}

#[test]
fn the_search_groups_what_it_finds_and_finds_nothing_of_others() {
    let h = Harness::new();
    let (me, org) = (worker(&h), &h.world.team);
    let find = |q: &str| look(&h, &format!("/o/northwind/search?q={q}"), &me);
    put(&h, org, 1, "Needle Ltd", "active");
    put(&h, &h.world.free, 2, "Needle of others", "active");
    h.db.execute("UPDATE tickets SET subject = '50%_needle' WHERE id = ?1", &[(&org.tickets[0]).into()]);
    h.db.execute("UPDATE tickets SET subject = 'needle of others' WHERE id = ?1", &[(&h.world.free.tickets[0]).into()]);
    h.db.execute("UPDATE users SET name = 'Needle Member' WHERE id = ?1", &[(&org.member(Role::Admin).user).into()]);
    h.db.execute("UPDATE users SET name = 'Needle of others' WHERE id = ?1", &[(&h.world.free.member(Role::Admin).user).into()]);
    h.db.reset_counts();
    let found = find("NEEDLE");
    assert_eq!((found.status, h.db.reads(), h.db.writes()), (200, 2, 0));
    let text = found.text().unwrap();
    for says in ["<h2>Tickets</h2>", "50%_needle", "<h2>Customers</h2>", "Needle Ltd", "<h2>Members</h2>", "Needle Member"] {
        assert!(text.contains(says), "{says}: {text}");
    }
    assert!(!text.contains("of others") && !text.contains("canary-contoso"));
    assert!(find("50%25_").text().unwrap().contains("50%_needle") && find("%25%25").text().unwrap().contains("Nothing was found"));
    for (q, says) in [("a", "at least two"), (&*"x".repeat(60), "longer than a search can be"), ("a%00b", "NUL character")] {
        let reply = find(q);
        assert_eq!((reply.status, reply.text().unwrap().contains(says)), (422, true), "{q}");
    }
    assert_eq!(find("").status, 200, "an empty one is the form");
    // More than is shown: the list goes on.
    for n in 10..25 {
        put(&h, org, n, "Haystack", "active");
    }
    let text = find("haystack").text().unwrap().to_owned();
    assert_eq!(
        (text.matches("<bdi>Haystack</bdi>").count(), link(&text, "More").as_deref()),
        (10, Some("/o/northwind/customers?q=haystack"))
    );
}
