//! What happens reaches the people it concerns, by the channels they chose, once.

use crate::deliveries::create_ticket;
use jobs::{HANDLERS, WORKER};
use kernel::{Id, TicketId, principal::Role, time::Span};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use testkit::{DbFault, Harness, When, database::LOST, world::Org};

/// Records an event of the team's organization, as a change does, and lets its consequences happen.
fn happen(h: &Harness, kind: &'static str, data: &Value) {
    h.http.serve_status(204);
    h.work(&WORKER, async |task| {
        task.commit(task.mutation(&h.world.team.id, domain::actions::TICKET_UPDATED, "x").event(&h.world.team.id, kind, data.to_string()))
            .await
    })
    .unwrap();
    h.drain(&WORKER, &HANDLERS);
}
fn comment(h: &Harness, ticket: &TicketId, author: (&str, &str), internal: bool) {
    let data = json!({"id": "cmt_1", "ticket_id": ticket, "author": {"kind": author.0, "id": author.1, "name": "Grace"}, "body": "b", "internal": internal});
    happen(h, "ticket.commented", &data);
}
/// Who has a new entry in their inbox of the type.
fn told(h: &Harness, kind: &str) -> BTreeSet<String> {
    let sql = "SELECT recipient FROM inbox WHERE type = ?1 AND event_id <> ?2 AND org_id = ?3";
    let rows = h.db.rows(sql, &[kind.into(), (&h.world.team.event).into(), (&h.world.team.id).into()]);
    rows.iter().map(|row| row.text(0).unwrap().to_owned()).collect()
}
/// To whom new mails of the template were posted.
fn mailed(h: &Harness, template: &str) -> Vec<String> {
    let rows = h.db.rows("SELECT recipient FROM mails WHERE template = ?1 AND state <> 'failed' ORDER BY recipient", &[template.into()]);
    rows.iter().map(|row| row.text(0).unwrap().to_owned()).collect()
}
fn choose(h: &Harness, recipient: &str, kind: &str, channel: &str, on: bool) {
    let sql = "INSERT OR REPLACE INTO notification_choices(recipient, type, channel, chosen, changed_at) VALUES(?1, ?2, ?3, ?4, 1)";
    h.db.execute(sql, &[recipient.into(), kind.into(), channel.into(), on.into()]);
}
fn user(org: &Org, role: Role) -> String {
    org.member(role).user.to_string()
}

#[test]
fn a_new_ticket_is_told_to_who_works_tickets_and_to_nobody_elsewhere() {
    let h = Harness::new();
    h.http.serve_status(204);
    let ticket = create_ticket(&h);
    h.drain(&WORKER, &HANDLERS);
    let team = &h.world.team;
    assert_eq!(told(&h, "ticket_created"), BTreeSet::from([Role::Owner, Role::Admin, Role::Member].map(|role| user(team, role))));
    assert!(mailed(&h, "ticket_created").is_empty(), "off unless chosen");
    let row = h.db.rows("SELECT title, path FROM inbox WHERE type = 'ticket_created' LIMIT 1", &[]);
    assert_eq!(row[0].text(0).unwrap(), "New ticket: Broken");
    assert_eq!(row[0].text(1).unwrap(), format!("/o/northwind/tickets/{}", ticket["id"].as_str().unwrap()));
    assert_eq!(h.db.count("SELECT count(*) FROM inbox WHERE type = 'ticket_created' AND org_id <> ?1", &[(&team.id).into()]), 0);
}

#[test]
fn choices_decide_the_channels() {
    let h = Harness::new();
    let (owner, admin, member) = (user(&h.world.team, Role::Owner), user(&h.world.team, Role::Admin), user(&h.world.team, Role::Member));
    choose(&h, &owner, "ticket_created", "mail", true);
    choose(&h, &admin, "ticket_created", "inbox", false);
    choose(&h, &member, "ticket_created", "mail", true);
    // An address that was never confirmed may be somebody else's.
    h.db.execute("UPDATE users SET email_verified_at = NULL WHERE id = ?1", &[member.as_str().into()]);
    h.http.serve_status(204);
    create_ticket(&h);
    h.drain(&WORKER, &HANDLERS);
    assert_eq!(told(&h, "ticket_created"), BTreeSet::from([owner, member]));
    assert_eq!(mailed(&h, "ticket_created"), [h.world.team.member(Role::Owner).email.clone()]);
    assert_eq!(h.db.count("SELECT count(*) FROM mails WHERE template = 'ticket_created' AND state = 'sent'", &[]), 1, "the hint was sent");
}

#[test]
fn a_comment_goes_to_the_other_side() {
    let h = Harness::new();
    let team = &h.world.team;
    let ([one, _], ticket) = (&team.customers, &team.tickets[0]);
    comment(&h, ticket, ("staff", team.member(Role::Member).user.as_str()), true);
    assert!(told(&h, "ticket_reply").is_empty() && mailed(&h, "ticket_reply").is_empty(), "an internal one is the team's");
    comment(&h, ticket, ("staff", team.member(Role::Member).user.as_str()), false);
    assert_eq!(told(&h, "ticket_reply"), BTreeSet::from([one.id.to_string()]));
    assert_eq!(mailed(&h, "ticket_reply"), std::slice::from_ref(&one.email));
    let path = h.db.text("SELECT path FROM inbox WHERE type = 'ticket_reply'", &[]);
    assert_eq!(path, format!("/tickets/{ticket}"));
    // The ticket is assigned to the member at index 1 of the roles.
    comment(&h, ticket, ("customer", one.id.as_str()), false);
    assert_eq!(told(&h, "ticket_comment"), BTreeSet::from([team.members[1].user.to_string()]));
    // And nobody's ticket is everybody's.
    h.db.execute("UPDATE tickets SET assignee_id = NULL WHERE org_id = ?1", &[(&team.id).into()]);
    comment(&h, ticket, ("customer", one.id.as_str()), false);
    assert_eq!(told(&h, "ticket_comment"), BTreeSet::from([Role::Owner, Role::Admin, Role::Member].map(|role| user(team, role))));
}

#[test]
fn a_customers_mail_comes_under_the_tenants_name_and_leads_to_its_portal() {
    let h = Harness::new();
    let team = &h.world.team;
    h.db.execute("UPDATE orgs SET branding = '{\"primary\":\"#0a7f5a\"}' WHERE id = ?1", &[(&team.id).into()]);
    h.db.execute("DELETE FROM domains", &[]);
    comment(&h, &team.tickets[0], ("staff", team.member(Role::Member).user.as_str()), false);
    let posted = h.posted();
    let message = &posted[0].message;
    assert_eq!((posted.len(), posted[0].path()), (1, format!("/tickets/{}", team.tickets[0])));
    assert!(message.html.contains("background-color:#0a7f5a"), "in the tenant's color");
    assert!(message.from_name.starts_with("canary-northwind-orgs-name"), "{}", message.from_name);
    assert!(message.text.contains(&format!("//northwind.localhost:8787/tickets/{}\n", team.tickets[0])), "{}", message.text);
    assert!(message.text.contains("//northwind.localhost:8787/account/notifications"));
}

/// Who is signed in at the tenant's own domain is not signed in at the slug's host.
#[test]
fn a_customers_mail_leads_to_the_domain_that_the_portal_has_and_to_no_other() {
    let h = Harness::new();
    let team = &h.world.team;
    h.db.execute("DELETE FROM domains", &[]);
    let insert = "INSERT INTO domains(org_id, id, host, state, proof, created_at) VALUES(?1, ?2, ?3, ?4, 'p', ?5)";
    for (n, (org, host, state)) in [
        (&h.world.free.id, "theirs.example", "active"),
        (&team.id, "waiting.example", "pending"),
        (&team.id, "gone.example", "removed"),
        (&team.id, "help.example", "active"),
        (&team.id, "newer.example", "active"),
    ]
    .into_iter()
    .enumerate()
    {
        let at = i64::try_from(n).unwrap();
        h.db.execute(insert, &[org.into(), format!("dom_{n}").into(), host.into(), state.into(), at.into()]);
    }
    comment(&h, &team.tickets[0], ("staff", team.member(Role::Member).user.as_str()), false);
    let message = &h.posted()[0].message;
    assert!(message.text.contains(&format!("//help.example:8787/tickets/{}\n", team.tickets[0])), "{}", message.text);
    assert!(message.text.contains("//help.example:8787/account/notifications") && !message.text.contains("localhost"), "{}", message.text);
}

#[test]
fn who_did_it_who_left_and_who_is_blocked_are_not_told() {
    let h = Harness::new();
    let team = &h.world.team;
    let member = &team.members[1].user;
    happen(&h, "ticket.assigned", &json!({"id": team.tickets[0], "assignee_id": member, "actor": {"id": member}}));
    assert!(told(&h, "ticket_assigned").is_empty(), "who takes a ticket knows it");
    happen(&h, "ticket.assigned", &json!({"id": team.tickets[0], "assignee_id": member, "actor": {"id": "usr_other"}}));
    assert_eq!(told(&h, "ticket_assigned"), BTreeSet::from([member.to_string()]));
    happen(&h, "ticket.assigned", &json!({"id": team.tickets[0], "assignee_id": team.removed.user}));
    happen(&h, "ticket.assigned", &json!({"id": team.tickets[0], "assignee_id": h.world.free.member(Role::Owner).user}));
    assert_eq!(told(&h, "ticket_assigned").len(), 1, "who is no member is told nothing");
    h.db.execute("UPDATE customers SET status = 'blocked' WHERE id = ?1", &[(&team.customers[0].id).into()]);
    comment(&h, &team.tickets[0], ("staff", member.as_str()), false);
    assert!(told(&h, "ticket_reply").is_empty());
}

#[test]
fn an_event_that_comes_again_tells_nobody_again() {
    let h = Harness::new();
    choose(&h, &user(&h.world.team, Role::Owner), "ticket_created", "mail", true);
    h.http.serve_status(204);
    // The batch is applied and its answer lost: the event counts as passed on, and the queue brings it again.
    h.queues.set_twice(true);
    create_ticket(&h);
    h.db.fail_at(When::Writes, 0, DbFault::Unknown(LOST));
    h.drain(&WORKER, &HANDLERS);
    h.db.execute(
        "UPDATE outbox SET dispatched_at = NULL WHERE type = 'ticket.created' AND id <> ?1 AND org_id = ?2",
        &[(&h.world.team.event).into(), (&h.world.team.id).into()],
    );
    h.clock.advance(Span::minutes(2));
    h.tick(&WORKER, &HANDLERS, kernel::worker::Cron::Minute).unwrap();
    h.drain(&WORKER, &HANDLERS);
    assert_eq!(told(&h, "ticket_created").len(), 3);
    assert_eq!(h.db.count("SELECT count(*) FROM inbox WHERE type = 'ticket_created'", &[]), 3);
    assert_eq!(mailed(&h, "ticket_created").len(), 1);
}

#[test]
fn a_flood_fills_the_inbox_and_not_the_mailbox() {
    let h = Harness::new();
    let owner = user(&h.world.team, Role::Owner);
    choose(&h, &owner, "ticket_created", "mail", true);
    h.http.serve_status(204);
    for _ in 0..14 {
        create_ticket(&h);
        h.drain(&WORKER, &HANDLERS);
    }
    let entries = "SELECT count(*) FROM inbox WHERE type = 'ticket_created' AND recipient = ?1";
    assert_eq!(h.db.count(entries, &[owner.as_str().into()]), 14);
    assert_eq!(mailed(&h, "ticket_created").len(), 10, "the type's most in an hour");
    h.clock.advance(Span::minutes(61));
    create_ticket(&h);
    h.drain(&WORKER, &HANDLERS);
    assert_eq!(mailed(&h, "ticket_created").len(), 11);
}

#[test]
fn many_members_are_two_statements_and_a_bounded_number() {
    let h = Harness::new();
    let team = &h.world.team.id;
    for n in 0..130 {
        let id = format!("usr_{n:032x}");
        let sql = "INSERT INTO users(id, email, name, email_verified_at, created_at) VALUES(?1, ?2, 'n', 1, 1)";
        h.db.execute(sql, &[id.as_str().into(), format!("n{n}@many.example").into()]);
        h.db.execute(
            "INSERT INTO memberships(org_id, user_id, role, created_at) VALUES(?1, ?2, 'member', 1)",
            &[team.into(), id.as_str().into()],
        );
        choose(&h, &id, "ticket_created", "mail", true);
    }
    h.http.serve_status(204);
    create_ticket(&h);
    h.drain(&WORKER, &HANDLERS);
    assert_eq!(told(&h, "ticket_created").len(), 100);
    assert_eq!(h.db.count("SELECT count(*) FROM mails WHERE template = 'ticket_created' AND state = 'sent'", &[]), 100);
}

#[test]
fn an_export_is_told_to_who_made_the_key_that_asked() {
    let h = Harness::new();
    let team = &h.world.team;
    h.db.execute("UPDATE api_keys SET created_by = ?1 WHERE id = ?2", &[(&team.members[2].user).into(), (&team.keys.full.id).into()]);
    happen(&h, "export.ready", &json!({"id": team.export}));
    assert_eq!(told(&h, "export_ready"), BTreeSet::from([team.members[2].user.to_string()]));
    assert_eq!(mailed(&h, "export_ready"), [team.members[2].email.clone()]);
}

#[test]
fn read_entries_go_in_time_and_unread_ones_stay() {
    let h = Harness::new();
    let mine = h.world.team.member(Role::Owner).user.to_string();
    let now = kernel::ports::Clock::now(&*h.clock);
    h.db.execute("UPDATE inbox SET read_at = ?2 WHERE recipient = ?1", &[mine.as_str().into(), now.into()]);
    let all = h.db.count("SELECT count(*) FROM inbox", &[]);
    h.clock.advance(Span::days(91));
    h.work(&WORKER, async |task| jobs::retention::apply(task, domain::retention::INBOX).await).unwrap();
    assert_eq!(h.db.count("SELECT count(*) FROM inbox", &[]), all - 1);
    assert_eq!(h.db.count("SELECT count(*) FROM inbox WHERE recipient = ?1", &[mine.as_str().into()]), 0);
}
