//! The inbox and the choices of a staff account.

use super::{page, send};
use kernel::{Id, host::Surface, principal::Role, time::Span};
use org::WORKER;
use testkit::{
    Harness, get,
    world::{Member, entry_of},
};

fn unread(h: &Harness, recipient: &str) -> i64 {
    h.db.count("SELECT count(*) FROM inbox WHERE recipient = ?1 AND read_at IS NULL", &[recipient.into()])
}
fn owner(h: &Harness) -> Member {
    h.world.team.member(Role::Owner).clone()
}

#[test]
fn an_entry_is_listed_opened_and_then_read() {
    let h = Harness::new();
    let me = owner(&h);
    let text = page(&h, "/notifications", &me.session);
    assert!(text.contains("canary-northwind-inbox-title") && text.contains(">New<") && text.contains("Mark all as read"), "{text}");
    assert!(text.contains("Notifications, 1 unread"), "the bell says how many");
    let id = entry_of(me.user.as_str());
    let opened = send(&h, &format!("/notifications/{id}/open"), &me.session, &[]);
    assert_eq!((opened.status, opened.header("location")), (303, Some("/o/canary-northwind-inbox-path")));
    assert_eq!(unread(&h, me.user.as_str()), 0);
    let text = page(&h, "/notifications", &me.session);
    assert!(!text.contains(">New<") && !text.contains("Mark all as read") && !text.contains("unread"), "{text}");
    let events = h.db.count("SELECT count(*) FROM audit_events WHERE action = 'notifications.read'", &[]);
    assert_eq!(events, 1);
}

#[test]
fn nobody_opens_a_colleagues_entry_and_who_left_sees_none() {
    let h = Harness::new();
    let (me, colleague) = (owner(&h), h.world.team.member(Role::Viewer).clone());
    let id = entry_of(colleague.user.as_str());
    assert_eq!(send(&h, &format!("/notifications/{id}/open"), &me.session, &[]).status, 404);
    assert_eq!(unread(&h, colleague.user.as_str()), 1);
    h.db.execute("DELETE FROM memberships WHERE user_id = ?1", &[(&me.user).into()]);
    let text = page(&h, "/notifications", &me.session);
    assert!(text.contains("Nothing yet") && !text.contains("canary-northwind-inbox-title") && !text.contains("unread"), "{text}");
    let own = entry_of(me.user.as_str());
    assert_eq!(send(&h, &format!("/notifications/{own}/open"), &me.session, &[]).status, 404);
}

#[test]
fn everything_is_marked_as_read_for_oneself_only() {
    let h = Harness::new();
    let (me, colleague) = (owner(&h), h.world.team.member(Role::Viewer).clone());
    let done = send(&h, "/notifications/read", &me.session, &[]);
    assert_eq!((done.status, done.header("location")), (303, Some("/notifications")));
    assert_eq!((unread(&h, me.user.as_str()), unread(&h, colleague.user.as_str())), (0, 1));
}

#[test]
fn a_long_inbox_is_paged_and_no_entry_is_lost_or_doubled() {
    let h = Harness::new();
    let me = owner(&h);
    for n in 0..60 {
        let id = format!("ntc_{n:032x}");
        h.db.execute(
            "INSERT INTO inbox(org_id, id, recipient, type, title, path, event_id, created_at) VALUES(?1, ?2, ?3, 't', ?4, '/', ?2, 1)",
            &[(&h.world.team.id).into(), id.as_str().into(), (&me.user).into(), format!("entry-{n:03}.").into()],
        );
    }
    let (mut path, mut seen) = ("/notifications?limit=25".to_owned(), Vec::new());
    for _ in 0..10 {
        let text = page(&h, &path, &me.session);
        seen.extend((0..60).filter(|n| text.contains(&format!("entry-{n:03}."))));
        let next = text.split("href=\"").find(|part| part.starts_with("/notifications?cursor=") && part.contains("rel=\"next\""));
        match next {
            Some(part) => path = part.split('"').next().unwrap().replace("&amp;", "&"),
            None => break,
        }
    }
    let mut sorted = seen.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, (0..60).collect::<Vec<_>>());
    // A cursor is its owner's.
    let other = h.world.team.member(Role::Viewer);
    let first = page(&h, "/notifications?limit=25", &me.session);
    let stolen = first
        .split("href=\"")
        .find(|part| part.starts_with("/notifications?cursor="))
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .replace("&amp;", "&");
    assert_eq!(h.call(&WORKER, get(&stolen).on(Surface::App).session(&other.session)).status, 400);
}

#[test]
fn choices_are_kept_shown_and_one_s_own() {
    let h = Harness::new();
    let me = owner(&h);
    let checked = |text: &str, field: &str| text.contains(&format!("name=\"{field}\" value=\"on\" checked"));
    let text = page(&h, "/account/notifications", &me.session);
    assert!(checked(&text, "ticket_created.inbox") && !checked(&text, "ticket_created.mail"), "the defaults");
    assert!(
        text.contains("Always on") && !text.contains("ticket_reply"),
        "security is no choice, and a customer's types are the customers'"
    );
    let done = send(&h, "/account/notifications", &me.session, &[("ticket_created.mail", "on"), ("export_ready.inbox", "on")]);
    assert_eq!((done.status, done.header("location")), (303, Some("/account/notifications")));
    let text = page(&h, "/account/notifications", &me.session);
    assert!(!checked(&text, "ticket_created.inbox") && checked(&text, "ticket_created.mail"));
    assert!(checked(&text, "export_ready.inbox") && !checked(&text, "export_ready.mail"));
    let other = page(&h, "/account/notifications", &h.world.team.member(Role::Viewer).session);
    assert!(checked(&other, "ticket_created.inbox") && !checked(&other, "ticket_created.mail"));
    let wrong = send(&h, "/account/notifications", &me.session, &[("ticket_reply.mail", "on")]);
    assert_eq!(wrong.status, 422, "a type that is not offered");
    h.clock.advance(Span::minutes(1));
}
