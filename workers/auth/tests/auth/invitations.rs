//! Invitations: by who opens them, once, within the plan, with the role that their inviter may give now.

use crate::browser::{Browser, NEW, deployment, opens, templates, to};
use auth::WORKER;
use kernel::{Id, InvitationId, principal::Role, time::Span};
use testkit::{
    Harness,
    world::{Org, PASSWORD},
};

const APP: &str = "app.localhost";

/// Invites an address; gives the path of the link.
fn invite(h: &Harness, org: &Org, email: &str, role: &str, by: Role, n: u8) -> String {
    let token = crypto::token::encode(&[n; 32]);
    let now = kernel::ports::Clock::now(&*h.clock);
    let id = InvitationId::make(now, [n; 10]);
    h.db.insert(
        "invitations",
        &[
            ("org_id", (&org.id).into()),
            ("id", (&id).into()),
            ("email", email.into()),
            ("role", role.into()),
            ("token_hash", crypto::token::hash(&token).into()),
            ("invited_by", (&org.member(by).user).into()),
            ("created_at", now.into()),
            ("sent_at", now.into()),
            ("expires_at", now.plus(Span::days(7)).into()),
        ],
    );
    format!("/invitations/accept?token={token}")
}
fn role(h: &Harness, org: &Org, email: &str) -> Option<String> {
    let sql = "SELECT m.role FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.org_id = ?1 AND u.email = ?2";
    h.db.rows(sql, &[(&org.id).into(), email.into()]).first().map(|row| row.text(0).unwrap().to_owned())
}
const POST: &str = "/invitations/accept";

#[test]
fn who_has_no_account_gets_one_and_is_a_member() {
    let h = deployment();
    let org = &h.world.team;
    let path = invite(&h, org, "ada@example.com", "member", Role::Admin, 1);
    let b = Browser::new(&h, APP);
    let page = b.get(&path);
    assert!(page.status == 200 && page.header("referrer-policy") == Some("no-referrer") && page.text().unwrap().contains("Choose a name"));
    assert_eq!(role(&h, org, "ada@example.com"), None, "a look changes nothing");
    let bad = b.send(&path, POST, &[("do", "accept"), ("name", ""), ("password", "short")]);
    assert!(bad.status == 422 && bad.text().unwrap().contains("Your name is missing") && bad.text().unwrap().contains("at least 15"));
    let fields = [("do", "accept"), ("name", "Ada"), ("password", NEW)];
    let again = b.filled(&path, POST, &fields);
    assert_eq!(to(&b.send(&path, POST, &fields)), (303, "/o/northwind"));
    assert!(b.is_in());
    assert_eq!(role(&h, org, "ada@example.com").as_deref(), Some("member"));
    let twice = h.call(&WORKER, again);
    assert!(twice.status == 410 && twice.text().unwrap().contains("already been accepted"));
    assert_eq!(templates(&h, &org.member(Role::Admin).email), ["invitation_accepted"]);
    let joined = "SELECT count(*) FROM outbox WHERE org_id = ?1 AND type = 'member.joined' AND payload LIKE '%\"name\":\"Ada\"%'";
    assert_eq!(h.db.count(joined, &[(&org.id).into()]), 1);
    let audited = "SELECT count(*) FROM audit_events WHERE org_id = ?1 AND action = 'invitation.accepted' AND actor_label = 'Ada'";
    assert_eq!(h.db.count(audited, &[(&org.id).into()]), 1);
}

#[test]
fn who_has_an_account_signs_in_first_and_somebody_else_is_asked() {
    let h = deployment();
    let (org, outsider, other) = (&h.world.team, &h.world.outsider, &h.world.free.members[1]);
    let path = invite(&h, org, &outsider.email, "viewer", Role::Owner, 1);
    let b = Browser::new(&h, APP);
    let page = b.get(&path);
    assert!(page.text().unwrap().contains("Sign in to accept") && !page.text().unwrap().contains("name=\"password\""));
    // Nobody can set a password for an account that is there.
    let forced = b.send(&path, POST, &[("do", "accept"), ("name", "x"), ("password", NEW)]);
    assert_eq!((forced.status, role(&h, org, &outsider.email)), (200, None));
    // Somebody else is signed in: asked, not taken.
    let wrong = Browser::of(&h, &other.session);
    // The browser of the tests signs its forms for whoever is signed in, as the page does.
    assert!(wrong.get(&path).text().unwrap().contains("You are signed in as somebody else"));
    let forced = wrong.send(&path, POST, &[("do", "accept")]);
    assert_eq!((forced.status, role(&h, org, &other.email)), (200, None));
    assert_eq!(to(&wrong.send(&path, POST, &[("do", "switch")])), (303, path.as_str()));
    assert!(!opens(&h, APP, &other.session.token));
    assert_eq!(wrong.sign_in(&outsider.email, PASSWORD).status, 303);
    assert_eq!(to(&wrong.send(&path, POST, &[("do", "accept")])), (303, "/o/northwind"));
    assert_eq!(role(&h, org, &outsider.email).as_deref(), Some("viewer"));
    // Declined by whoever holds the link, and gone.
    let path = invite(&h, org, "bo@example.com", "viewer", Role::Owner, 2);
    assert!(b.send(&path, POST, &[("do", "decline")]).text().unwrap().contains("Invitation declined"));
    assert_eq!(b.get(&path).status, 410);
}

#[test]
fn a_role_is_held_to_its_inviters_role_now() {
    let h = deployment();
    let org = &h.world.team;
    let admin = org.member(Role::Admin);
    let path = invite(&h, org, "ada@example.com", "admin", Role::Admin, 1);
    let b = Browser::new(&h, APP);
    let fields = [("do", "accept"), ("name", "Ada"), ("password", NEW)];
    let sent_before = b.filled(&path, POST, &fields);
    h.db.execute("UPDATE memberships SET role = 'member' WHERE user_id = ?1", &[(&admin.user).into()]);
    let refused = b.get(&path);
    assert!(refused.status == 403 && refused.text().unwrap().contains("can no longer grant this role"));
    assert_eq!((h.call(&WORKER, sent_before).status, role(&h, org, "ada@example.com")), (403, None));
    h.db.execute("DELETE FROM memberships WHERE user_id = ?1", &[(&admin.user).into()]);
    assert_eq!(b.get(&path).status, 403, "nor does somebody who left");
    // An admin never makes an owner.
    let path = invite(&h, org, "bo@example.com", "owner", Role::Billing, 2);
    assert_eq!(b.get(&path).status, 403);
}

#[test]
fn of_twenty_who_accept_at_once_for_one_seat_one_gets_it() {
    for seed in 0..3 {
        let h = deployment();
        // Ten seats, nine of them taken.
        let org = &h.world.team;
        let more = "INSERT INTO memberships(org_id, user_id, role, created_at) SELECT ?1, id, 'viewer', 1 FROM users \
            WHERE id NOT IN (SELECT user_id FROM memberships WHERE org_id = ?1) LIMIT 4";
        assert_eq!(h.db.execute(more, &[(&org.id).into()]), 4);
        let calls = (0..20)
            .map(|n| {
                let path = invite(&h, org, &format!("guest{n}@example.com"), "viewer", Role::Owner, n + 1);
                let b = Browser::new(&h, APP);
                *b.ip.borrow_mut() = format!("203.0.113.{n}");
                b.filled(&path, POST, &[("do", "accept"), ("name", "Guest"), ("password", NEW)])
            })
            .collect();
        let replies = h.together(&WORKER, calls, seed);
        let count = |status| replies.iter().filter(|r| r.status == status).count();
        assert_eq!((count(303), count(403)), (1, 19), "seed {seed}");
        assert_eq!(h.db.count("SELECT count(*) FROM memberships WHERE org_id = ?1", &[(&org.id).into()]), 10);
        assert_eq!(h.db.count("SELECT count(*) FROM users WHERE email LIKE 'guest%'", &[]), 1, "nothing is left of the others");
        assert!(replies.iter().any(|r| r.text().unwrap().contains("There is no seat left")));
    }
}

#[test]
fn what_is_over_says_so() {
    let h = deployment();
    let org = &h.world.team;
    let b = Browser::new(&h, APP);
    let path = invite(&h, org, "ada@example.com", "member", Role::Owner, 1);
    h.clock.advance(Span::days(8));
    assert!(b.get(&path).text().unwrap().contains("has expired"));
    let path = invite(&h, org, "bo@example.com", "member", Role::Owner, 2);
    h.db.execute("UPDATE invitations SET canceled_at = 1 WHERE email = 'bo@example.com'", &[]);
    assert!(b.get(&path).text().unwrap().contains("was canceled"));
    let path = invite(&h, &h.world.suspended, "cy@example.com", "member", Role::Owner, 3);
    assert!(b.get(&path).text().unwrap().contains("take new members at the moment"));
    assert_eq!(b.get("/invitations/accept?token=nonsense").status, 404);
}

#[test]
fn a_customer_opens_the_account_that_they_were_invited_to() {
    let h = deployment();
    let (org, customer) = (&h.world.team, &h.world.team.customers[0]);
    h.db.execute("UPDATE customers SET status = 'invited', password_hash = NULL WHERE id = ?1", &[(&customer.id).into()]);
    let token = crypto::token::encode(&[5; 32]);
    let now = kernel::ports::Clock::now(&*h.clock);
    h.db.insert(
        "tokens",
        &[
            ("hash", crypto::token::hash(&token).into()),
            ("purpose", "customer_invitation".into()),
            ("subject", (&customer.id).into()),
            ("org_id", (&org.id).into()),
            ("host", org.portal().into()),
            ("email", customer.email.as_str().into()),
            ("created_at", now.into()),
            ("expires_at", now.plus(Span::days(7)).into()),
        ],
    );
    let path = format!("/invitations/accept?token={token}");
    assert_eq!(Browser::new(&h, &h.world.free.portal()).get(&path).status, 404, "another tenant's host");
    let b = Browser::new(&h, &org.portal());
    assert!(b.send(&path, POST, &[("name", "Cy"), ("password", "short")]).text().unwrap().contains("at least 15"));
    assert_eq!(to(&b.send(&path, POST, &[("name", "Cy"), ("password", NEW)])), (303, "/"));
    assert!(b.is_in() && b.get("/account").text().unwrap().contains("Cy"));
    assert_eq!(b.get(&path).status, 410);
    let id = customer.id.as_str();
    assert_eq!(
        h.db.count("SELECT count(*) FROM outbox WHERE type = 'customer.updated' AND payload LIKE '%' || ?1 || '%'", &[id.into()]),
        1
    );
}
