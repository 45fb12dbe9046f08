//! Members and invitations.

use crate::{form, letter, see, send, text};
use kernel::ports::Clock;
use kernel::{principal::Role, time::Span};
use org::WORKER;
use testkit::{Harness, Replied};

const INVITE: &str = "/o/northwind/members/invite";

fn owners(h: &Harness) -> i64 {
    h.db.count("SELECT count(*) FROM memberships WHERE org_id = ?1 AND role = 'owner'", &[(&h.world.team.id).into()])
}
fn role_of(h: &Harness, role: Role) -> String {
    let args = [(&h.world.team.id).into(), (&h.world.team.member(role).user).into()];
    h.db.rows("SELECT role FROM memberships WHERE org_id = ?1 AND user_id = ?2", &args)
        .first()
        .map_or_else(|| "none".into(), |r| r.text(0).unwrap().to_owned())
}
/// Makes the admin a second owner.
fn two_owners(h: &Harness) {
    let args = [(&h.world.team.id).into(), (&h.world.team.member(Role::Admin).user).into()];
    h.db.execute("UPDATE memberships SET role = 'owner' WHERE org_id = ?1 AND user_id = ?2", &args);
}

#[test]
fn an_invitation_is_a_mail_with_a_link_that_only_it_knows() {
    let h = Harness::new();
    let team = &h.world.team;
    let owner = team.member(Role::Owner);
    let reply = send(&h, &owner.session, INVITE, &[("email", " Ada@Example.com "), ("role", "admin")]);
    assert_eq!((reply.status, reply.header("location")), (303, Some("/o/northwind/members")));
    let mail = letter(&h, "ada@example.com", "invitation").unwrap();
    let token = mail.split("/invitations/accept?token=").nth(1).unwrap().get(..43).unwrap().to_owned();
    assert!(mail.contains("http://app.localhost:8787/invitations/accept?token="), "{mail}");
    let row = "SELECT count(*) FROM invitations WHERE org_id = ?1 AND email = 'ada@example.com' AND role = 'admin' AND token_hash = ?2";
    let found = |token: &str| h.db.count(row, &[(&team.id).into(), crypto::token::hash(token).into()]);
    assert_eq!(found(&token), 1);
    let whole = h.db.everything();
    assert!(whole.values().all(|table| !table.contains(&token)), "the token stands nowhere in clear");
    let page = text(&h, owner, "/o/northwind/members");
    assert!(page.contains("ada@example.com") && page.contains("7 of 10") && page.contains("Resend"));
    assert!(!text(&h, team.member(Role::Viewer), "/o/northwind/members").contains("Resend"));

    // Sent again: another link, and the first one is dead.
    let id = h.db.text("SELECT id FROM invitations WHERE email = 'ada@example.com'", &[]);
    h.clock.set(h.clock.now().plus(Span::seconds(1)));
    assert_eq!(send(&h, &owner.session, &format!("/o/northwind/invitations/{id}/resend"), &[]).status, 303);
    let again = letter(&h, "ada@example.com", "invitation").unwrap();
    let second = again.split("?token=").nth(1).unwrap().get(..43).unwrap();
    assert_ne!(second, token);
    assert_eq!((found(&token), found(second)), (0, 1));

    assert_eq!(send(&h, &owner.session, &format!("/o/northwind/invitations/{id}/cancel"), &[]).status, 303);
    assert_eq!(send(&h, &owner.session, &format!("/o/northwind/invitations/{id}/cancel"), &[]).status, 404, "only once");
    assert!(text(&h, owner, "/o/northwind/members").contains("6 of 10"));
    assert_eq!(
        send(&h, &owner.session, INVITE, &[("email", "ada@example.com"), ("role", "viewer")]).status,
        303,
        "the address is free again"
    );
}

#[test]
fn a_form_that_can_t_be_served_comes_back_with_what_was_typed() {
    let h = Harness::new();
    let owner = &h.world.team.member(Role::Owner).session;
    let member = h.world.team.member(Role::Viewer).email.clone();
    let invited = "canary-northwind-invitations-email@example.com";
    for (email, role, says) in [
        ("", "viewer", "E-mail address is missing."),
        ("nobody", "viewer", "This is not an e-mail address."),
        ("a@b@c.example", "viewer", "This is not an e-mail address."),
        ("ada@example.com", "", "Role is missing."),
        ("ada@example.com", "king", "This value is not allowed."),
        (member.as_str(), "viewer", "This person is already a member."),
        (invited, "viewer", "This address has already been invited."),
    ] {
        let reply = send(&h, owner, INVITE, &[("email", email), ("role", role)]);
        let page = reply.text().unwrap();
        assert!(reply.status == 422 && page.contains(says), "{email} {role}: {} {page}", reply.status);
        assert!(email.is_empty() || page.contains(&format!("value=\"{email}\"")), "{email} is kept");
    }
    assert_eq!(h.db.count("SELECT count(*) FROM mails WHERE template = 'invitation'", &[]), 0);
}

#[test]
fn nobody_gives_or_takes_a_role_above_their_own() {
    let h = Harness::new();
    let team = &h.world.team;
    let (admin, owner) = (team.member(Role::Admin), team.member(Role::Owner));
    assert!(!see(&h, &admin.session, INVITE).text().unwrap().contains("value=\"owner\""), "not offered");
    let forged = send(&h, &admin.session, INVITE, &[("email", "ada@example.com"), ("role", "owner")]);
    assert_eq!((forged.status, forged.code().as_str()), (403, "role_missing"));
    let role = |who: &kernel::UserId| format!("/o/northwind/members/{who}/role");
    let up = send(&h, &admin.session, &role(&admin.user), &[("role", "owner"), ("was", "admin")]);
    assert_eq!((up.status, up.code().as_str()), (403, "role_missing"), "not to oneself either");
    let down = send(&h, &admin.session, &role(&owner.user), &[("role", "viewer"), ("was", "owner")]);
    assert_eq!(down.status, 403);
    assert_eq!(send(&h, &admin.session, &format!("/o/northwind/members/{}/remove", owner.user), &[]).status, 403);
    assert_eq!(see(&h, &admin.session, &role(&owner.user)).status, 403);
    h.db.execute("UPDATE invitations SET role = 'owner' WHERE org_id = ?1", &[(&team.id).into()]);
    for what in ["resend", "cancel"] {
        assert_eq!(send(&h, &admin.session, &format!("/o/northwind/invitations/{}/{what}", team.invitation), &[]).status, 403, "{what}");
    }
    assert_eq!(role_of(&h, Role::Admin), "admin");
    let member = send(&h, &team.member(Role::Member).session, INVITE, &[("email", "ada@example.com"), ("role", "viewer")]);
    assert_eq!(member.status, 403);
}

#[test]
fn of_twenty_invitations_at_once_for_one_seat_one_is_made() {
    for seed in [1, 2, 3] {
        let h = Harness::new();
        let team = &h.world.team;
        for n in 0..3 {
            let invite =
                send(&h, &team.member(Role::Admin).session, INVITE, &[("email", &format!("early-{n}@example.com")), ("role", "viewer")]);
            assert_eq!(invite.status, 303);
        }
        let owner = &team.member(Role::Owner).session;
        let emails: Vec<String> = (0..20).map(|n| format!("late-{n}@example.com")).collect();
        let calls = emails.iter().map(|email| form(&h, owner, INVITE, &[("email", email), ("role", "viewer")])).collect();
        let replies = h.together(&WORKER, calls, seed);
        assert_eq!(replies.iter().filter(|r| r.status == 303).count(), 1);
        let refused: Vec<_> = replies.iter().filter(|r| r.status == 409).collect();
        assert_eq!(refused.len(), 19);
        let said = refused[0].text().unwrap();
        assert!(said.contains("The Team plan allows 10 seats") && said.contains("the Business plan, which allows 50"), "{said}");
        assert!(said.contains("value=\"late-"), "what was typed is kept");
        assert_eq!(h.db.count("SELECT count(*) FROM mails WHERE recipient LIKE 'late-%'", &[]), 1);
    }
}

#[test]
fn an_expired_invitation_holds_no_seat_and_no_address() {
    let h = Harness::new();
    let team = &h.world.team;
    let owner = &team.member(Role::Owner).session;
    h.db.execute("UPDATE invitations SET expires_at = ?2 WHERE org_id = ?1", &[(&team.id).into(), h.clock.now().into()]);
    let page = text(&h, team.member(Role::Owner), "/o/northwind/members");
    assert!(page.contains("5 of 10") && page.contains("Expired"));
    let again = send(&h, owner, INVITE, &[("email", "canary-northwind-invitations-email@example.com"), ("role", "viewer")]);
    assert_eq!(again.status, 303);
    // Brought back by resending, it needs a seat like a new one.
    h.db.execute("UPDATE invitations SET expires_at = ?1 WHERE canceled_at IS NULL", &[h.clock.now().into()]);
    h.db.execute("UPDATE orgs SET plan = 'free', seats = 3 WHERE id = ?1", &[(&team.id).into()]);
    let id = h.db.text("SELECT id FROM invitations WHERE org_id = ?1 AND canceled_at IS NULL", &[(&team.id).into()]);
    let refused = send(&h, owner, &format!("/o/northwind/invitations/{id}/resend"), &[]);
    assert_eq!(refused.status, 303);
    assert!(refused.cookie(kernel::flash::COOKIE).unwrap().starts_with('f'), "told as a refusal");
    assert!(
        h.db.count("SELECT count(*) FROM invitations WHERE expires_at > ?1 AND org_id = ?2", &[h.clock.now().into(), (&team.id).into()])
            == 0
    );
    // With room it comes back: what other organizations have on their plans is no matter.
    let renew = |org: &testkit::world::Org, id: &str| {
        let who = &org.member(Role::Owner).session;
        let reply = send(&h, who, &format!("/o/{}/invitations/{id}/resend", org.slug), &[]);
        reply.cookie(kernel::flash::COOKIE).unwrap().starts_with('d')
    };
    h.db.execute("UPDATE orgs SET plan = 'team', seats = 10 WHERE id = ?1", &[(&team.id).into()]);
    assert!(renew(team, &id));
    let free = &h.world.free;
    h.db.execute("UPDATE orgs SET plan = 'business', seats = 50 WHERE id = ?1", &[(&free.id).into()]);
    assert!(renew(free, &free.invitation.to_string()));
}

#[test]
fn the_last_owner_stays_one() {
    let h = Harness::new();
    let owner = h.world.team.member(Role::Owner).clone();
    let role = format!("/o/northwind/members/{}/role", owner.user);
    assert!(text(&h, &owner, &role).contains("The only owner"));
    assert_eq!(send(&h, &owner.session, &role, &[("role", "admin"), ("was", "owner")]).status, 409);
    assert_eq!(send(&h, &owner.session, "/o/northwind/members/leave", &[]).status, 409);
    assert_eq!(send(&h, &owner.session, &format!("/o/northwind/members/{}/remove", owner.user), &[]).status, 409);
    assert_eq!(owners(&h), 1);
    two_owners(&h);
    assert_eq!(send(&h, &owner.session, "/o/northwind/members/leave", &[]).header("location"), Some("/"));
    assert_eq!((owners(&h), role_of(&h, Role::Owner)), (1, "none".into()));
    assert_eq!(see(&h, &owner.session, "/o/northwind").status, 404, "at once");
}

#[test]
fn two_owners_who_take_each_other_s_role_at_once_leave_one() {
    let what = ["role", "remove", "leave"];
    for (seed, (one, two)) in
        (0..).zip(what.iter().flat_map(|a| what.iter().map(move |b| (*a, *b))).chain([("role", "role"), ("remove", "leave")]))
    {
        let h = Harness::new();
        two_owners(&h);
        let [a, b] = [Role::Owner, Role::Admin].map(|r| h.world.team.member(r).clone());
        let call = |who: &testkit::world::Member, whom: &testkit::world::Member, what: &str| match what {
            "role" => form(&h, &who.session, &format!("/o/northwind/members/{}/role", whom.user), &[("role", "viewer"), ("was", "owner")]),
            "remove" => form(&h, &who.session, &format!("/o/northwind/members/{}/remove", whom.user), &[("was", "owner")]),
            _ => form(&h, &who.session, "/o/northwind/members/leave", &[]),
        };
        let statuses: Vec<u16> = h.together(&WORKER, vec![call(&a, &b, one), call(&b, &a, two)], seed).iter().map(|r| r.status).collect();
        assert_eq!(statuses.iter().filter(|s| **s == 303).count(), 1, "{one} {two}: {statuses:?}");
        assert_eq!(owners(&h), 1, "{one} {two}");
    }
}

#[test]
fn a_role_that_changed_meanwhile_is_not_overwritten_unseen() {
    let h = Harness::new();
    let team = &h.world.team;
    let (owner, member) = (team.member(Role::Owner), team.member(Role::Member));
    let path = format!("/o/northwind/members/{}/role", member.user);
    assert_eq!(send(&h, &team.member(Role::Admin).session, &path, &[("role", "admin"), ("was", "member")]).status, 303);
    let stale = send(&h, &owner.session, &path, &[("role", "viewer"), ("was", "member")]);
    let page = stale.text().unwrap();
    assert!(stale.status == 409 && page.contains("Somebody else changed the role"), "{page}");
    assert!(page.contains("name=\"was\" value=\"admin\"") && page.contains("value=\"viewer\" autocomplete=\"off\" checked"), "{page}");
    assert_eq!(role_of(&h, Role::Member), "admin");
    assert_eq!(send(&h, &owner.session, &path, &[("role", "viewer"), ("was", "admin")]).status, 303);
    assert_eq!(role_of(&h, Role::Member), "viewer");
    assert!(letter(&h, &member.email, "role_changed").unwrap().contains("viewer"));
    assert_eq!(h.db.count("SELECT count(*) FROM outbox WHERE org_id = ?1 AND type = 'member.role_changed'", &[(&team.id).into()]), 2);
    // Sent twice: the second finds nothing to do.
    assert_eq!(send(&h, &owner.session, &path, &[("role", "viewer"), ("was", "viewer")]).status, 303);
}

#[test]
fn who_is_removed_has_no_access_and_no_tickets() {
    let h = Harness::new();
    let team = &h.world.team;
    let (admin, member) = (team.member(Role::Admin), team.member(Role::Member));
    let path = format!("/o/northwind/members/{}/remove", member.user);
    assert!(text(&h, admin, &path).contains("3 open tickets become unassigned."));
    assert_eq!(send(&h, &admin.session, &path, &[("was", "member")]).status, 303);
    assert_eq!(see(&h, &member.session, "/o/northwind").status, 404);
    assert_eq!(
        h.db.count("SELECT count(*) FROM tickets WHERE assignee_id IS NULL AND version = 2 AND org_id = ?1", &[(&team.id).into()]),
        3
    );
    assert_eq!(h.db.count("SELECT count(*) FROM tickets WHERE assignee_id IS NULL AND org_id <> ?1", &[(&team.id).into()]), 0);
    assert!(letter(&h, &member.email, "member_removed").is_some());
    assert_eq!(send(&h, &admin.session, &path, &[("was", "member")]).status, 404, "twice");
    let foreign = format!("/o/northwind/members/{}/remove", h.world.free.member(Role::Viewer).user);
    assert_eq!(send(&h, &admin.session, &foreign, &[]).status, 404);
}

#[test]
fn ownership_is_handed_over_by_who_proved_themselves_lately() {
    let h = Harness::new();
    let team = &h.world.team;
    let (owner, billing) = (team.member(Role::Owner), team.member(Role::Billing));
    let path = format!("/o/northwind/members/{}/transfer", billing.user);
    let stale = send(&h, &h.world.stale[0], &path, &[]);
    assert_eq!((stale.status, stale.code().as_str()), (403, "step_up_needed"));
    assert!(see(&h, &h.world.stale[0], &path).header("location").unwrap().starts_with("/confirm?next="));
    assert_eq!(send(&h, &team.member(Role::Admin).session, &path, &[]).status, 403);
    assert_eq!(send(&h, &owner.session, &format!("/o/northwind/members/{}/transfer", owner.user), &[]).status, 409);
    assert_eq!(send(&h, &owner.session, &path, &[]).status, 303);
    assert_eq!((role_of(&h, Role::Owner), role_of(&h, Role::Billing)), ("admin".into(), "owner".into()));
    for who in [owner, billing] {
        assert!(letter(&h, &who.email, "ownership_transferred").is_some());
    }
    assert_eq!(send(&h, &owner.session, &path, &[]).status, 403, "no owner any more");
}
