//! Two forms at once that undo each other: whoever comes first, what must hold of both holds afterwards.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop the test")]

use kernel::{host::Surface, principal::Role};
use pages::{
    forms::{Offered, offered, takers},
    stage::deployment,
};
use testkit::{Harness, Replied, post};

fn form<'f>(all: &'f [Offered], surface: Surface, path: &str) -> &'f Offered {
    all.iter().find(|f| f.to.surface == surface && f.to.route.path == path).unwrap()
}
fn owners(h: &Harness) -> i64 {
    h.db.count("SELECT count(*) FROM memberships WHERE role = 'owner' AND org_id = ?1", &[(&h.world.team.id).into()])
}

/// Whoever holds the session confirms another new address at the moment at which the old address takes the account back.
#[test]
fn who_takes_an_account_back_has_it_whatever_else_is_confirmed_at_that_moment() {
    let h = deployment();
    let all = offered(&h, &takers()).0;
    let places = [(Surface::App, "users"), (Surface::Portal, "customers"), (Surface::Platform, "users")];
    let (mut firsts, mut seconds) = (0, 0);
    for (surface, table) in places {
        let (confirm, undo) = (form(&all, surface, "/account/email/confirm"), form(&all, surface, "/account/email/undo"));
        for seed in 0..24 {
            h.forget();
            h.db.undone(|| {
                let confirming = confirm.fill(&h);
                h.db.execute("UPDATE tokens SET email = 'thief@evil.example' WHERE purpose = 'new_address'", &[]);
                let undoing = undo.fill(&h);
                let account = confirming.session.as_ref().unwrap().principal.id().to_owned();
                let replies = h.together(&auth::WORKER, vec![confirming.call(&confirm.to), undoing.call(&undo.to)], seed);
                let what = format!("{surface:?}, order {seed}: {} {}", replies[0].status, replies[1].status);
                let email = h.db.text(&format!("SELECT email FROM {table} WHERE id = ?1"), &[account.as_str().into()]);
                assert!(replies.iter().all(|r| r.status < 500), "{what}: {:?}", h.log.failures());
                if replies[1].header("location") != Some("/reset") {
                    // The address had just changed once more: the link's page comes back, and does it now.
                    let again = h.call(&auth::WORKER, undoing.call(&undo.to));
                    assert_eq!(again.header("location"), Some("/reset"), "{what}, and then {:?}", again.text());
                    seconds += 1;
                }
                let after = h.db.text(&format!("SELECT email FROM {table} WHERE id = ?1"), &[account.as_str().into()]);
                assert_eq!(after, "somebody@example.com", "{what}: {email}");
                let left = "SELECT count(*) FROM sessions WHERE subject = ?1 AND expires_at > ?2";
                let now = kernel::ports::Clock::now(&*h.clock);
                let sessions = h.db.count(left, &[account.as_str().into(), now.into()]);
                assert_eq!(sessions, 0, "{what}: a session outlives it");
                let links = "SELECT count(*) FROM tokens WHERE subject = ?1 AND used_at IS NULL AND purpose <> 'undo_address'";
                assert_eq!(h.db.count(links, &[account.as_str().into()]), 0, "{what}: a link outlives it");
                firsts += usize::from(replies[0].status == 303);
            });
        }
    }
    println!("{} orders, the other came first in {firsts}, {seconds} had to be repeated", places.len() * 24);
    assert!(firsts > 0 && firsts < places.len() * 24, "both orders were tried");
}

#[test]
fn ownership_is_handed_to_one() {
    let h = deployment();
    let team = &h.world.team;
    let owner = &team.member(Role::Owner).session;
    for seed in 0..16 {
        h.forget();
        h.db.undone(|| {
            let to = |role| post(&format!("/o/northwind/members/{}/transfer", team.member(role).user));
            let calls = [Role::Viewer, Role::Member, Role::Admin].map(|role| h.form(&org::WORKER, to(role), Some(owner), &[]));
            let replies = h.together(&org::WORKER, calls.to_vec(), seed);
            let done = replies.iter().filter(|r| r.status == 303).count();
            assert_eq!((done, owners(&h)), (1, 1), "order {seed}: {:?}", replies.iter().map(|r| (r.status, r.code())).collect::<Vec<_>>());
            assert!(h.log.failures().is_empty());
        });
    }
}

#[test]
fn of_two_owners_who_leave_at_once_one_stays() {
    let h = deployment();
    let team = &h.world.team;
    let two = [team.member(Role::Owner), team.member(Role::Admin)];
    h.db.execute("UPDATE memberships SET role = 'owner' WHERE user_id = ?1", &[(&two[1].user).into()]);
    for seed in 0..16 {
        h.forget();
        h.db.undone(|| {
            let calls = two.map(|m| h.form(&org::WORKER, post("/o/northwind/members/leave"), Some(&m.session), &[]));
            let replies = h.together(&org::WORKER, calls.to_vec(), seed);
            let statuses: Vec<u16> = replies.iter().map(|r| r.status).collect();
            assert_eq!(owners(&h), 1, "order {seed}: {statuses:?}");
            assert_eq!(statuses.iter().filter(|s| **s == 303).count(), 1, "order {seed}: {statuses:?}");
        });
    }
}
