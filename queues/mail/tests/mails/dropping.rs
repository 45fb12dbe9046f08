//! Between a change and its mail the reason may go: then the mail does not leave, and says why. What tells of a danger leaves always.

use crate::{HANDLERS, WORKER};
use kernel::{Id, MailId, OrgId, ports::Clock, time::Span};
use mail::{Letter, Link, Mail};
use store::tokens::{self, Issue, Purpose};
use testkit::Harness;

/// Posts a letter with a change.
fn post(h: &Harness, to: &str, org: Option<&OrgId>, letter: Letter) -> MailId {
    h.work(&WORKER, async |task| {
        let mail = Mail { org, ..Mail::new(to, letter) };
        let change = task.mutation(&h.world.team.id, domain::actions::SIGNED_OUT, "x");
        task.commit(store::mail::post(change, task.app, &mail)?).await
    })
    .unwrap();
    MailId::parse(&h.db.text("SELECT id FROM mails ORDER BY rowid DESC LIMIT 1", &[])).unwrap()
}
/// Lets the consumer at it; gives its state, whether anything of its content is left, and the reason.
fn fate(h: &Harness, id: &MailId) -> (String, bool, String) {
    h.drain(&WORKER, &HANDLERS);
    let row = &h.db.rows("SELECT state, content IS NOT NULL, COALESCE(last_error, '') FROM mails WHERE id = ?1", &[id.into()])[0];
    (row.text(0).unwrap().to_owned(), row.int(1).unwrap() == 1, row.text(2).unwrap().to_owned())
}

const KEEP: &str = "SELECT 1";
const ORG_DELETED: &str = "UPDATE orgs SET deleted_at = 1";

/// A letter about a team, what happens meanwhile, and whether the letter still leaves. `{to}` stands for its recipient.
fn check(what: &str, meanwhile: &str, leaves: bool, post: impl Fn(&Harness) -> (MailId, String)) {
    let h = Harness::new();
    let (id, to) = post(&h);
    h.db.execute_batch(&format!("PRAGMA foreign_keys = OFF; {}", meanwhile.replace("{to}", &to)));
    let (state, left, why) = fate(&h, &id);
    if leaves {
        assert_eq!((state.as_str(), why.as_str()), ("sent", ""), "{what}, {meanwhile}");
    } else {
        assert_eq!((state.as_str(), left), ("dropped", false), "{what}, {meanwhile}");
        assert!(why.ends_with('.') && !why.contains(&to), "{what}, {meanwhile}: {why:?}");
        assert_eq!(h.log.failures(), Vec::<String>::new(), "nothing failed");
    }
}

/// A link of an account, as it is issued.
fn link(h: &Harness, purpose: Purpose, subject: &str, org: Option<&OrgId>, email: &str) -> Link {
    h.work(&WORKER, async |task| {
        let of = Issue { purpose, subject, org, host: "app.localhost", email, detail: None };
        let change = task.mutation(&h.world.team.id, domain::actions::SIGNED_OUT, "x");
        let (change, issued) = tokens::issue(change, task.app, &of)?;
        task.commit(change).await?;
        tokens::link(task.app, "app.localhost", "/reset/choose", &issued)
    })
    .unwrap()
}

#[test]
fn a_letter_that_only_brings_a_link_leaves_while_the_link_opens_something() {
    let reset = |h: &Harness, subject: &str, org: Option<&OrgId>, email: &str| {
        let link = link(h, Purpose::Reset, subject, org, email);
        let letter = Letter::ResetPassword { name: "A".into(), link, expires: h.clock.now().plus(Span::minutes(45)) };
        (post(h, email, org, letter), email.to_owned())
    };
    let member = |h: &Harness| reset(h, h.world.team.members[1].user.as_str(), None, &h.world.team.members[1].email);
    let customer = |h: &Harness| reset(h, h.world.team.customers[0].id.as_str(), Some(&h.world.team.id), &h.world.team.customers[0].email);
    for (meanwhile, leaves) in [
        (KEEP, true),
        (ORG_DELETED, true),
        ("UPDATE tokens SET used_at = 1", false),
        ("UPDATE tokens SET expires_at = 1", false),
        ("DELETE FROM tokens", false),
        ("UPDATE users SET deleted_at = 1 WHERE email = '{to}'", false),
    ] {
        check("a member's", meanwhile, leaves, member);
    }
    for (meanwhile, leaves) in [
        (KEEP, true),
        (ORG_DELETED, false),
        ("UPDATE customers SET deleted_at = 1 WHERE email = '{to}'", false),
        ("UPDATE customers SET status = 'blocked' WHERE email = '{to}'", false),
        ("UPDATE customers SET deleted_at = 1 WHERE email <> '{to}'", true),
    ] {
        check("a customer's", meanwhile, leaves, customer);
    }
    // A sign-up has no account yet.
    let sign_up = |h: &Harness| {
        let link = link(h, Purpose::SignUp, "new@example.com", None, "new@example.com");
        let letter = Letter::VerifyAddress { name: "A".into(), link, expires: h.clock.now().plus(Span::hours(24)) };
        (post(h, "new@example.com", None, letter), "new@example.com".to_owned())
    };
    check("a sign-up", KEEP, true, sign_up);
    check("a sign-up", "UPDATE tokens SET used_at = 1", false, sign_up);
    // One without a token opens nothing.
    check("no token", KEEP, false, |h| {
        let letter = Letter::SignInLink { link: Link::new("https://app.example/sign-in").unwrap(), expires: h.clock.now() };
        (post(h, "ada@example.com", None, letter), "ada@example.com".to_owned())
    });
}

#[test]
fn an_invitation_leaves_while_it_is_open() {
    let invited = |h: &Harness| {
        let (org, now, token) = (&h.world.team.id, h.clock.now(), crypto::token::encode(&[0x21; 32]));
        h.db.insert(
            "invitations",
            &[
                ("org_id", org.into()),
                ("id", "inv_1".into()),
                ("email", "new@example.com".into()),
                ("role", "member".into()),
                ("token_hash", crypto::token::hash(&token).into()),
                ("invited_by", (&h.world.team.members[0].user).into()),
                ("created_at", now.into()),
                ("sent_at", now.into()),
                ("expires_at", now.plus(Span::days(7)).into()),
            ],
        );
        let link = Link::new(&format!("http://app.localhost:8787/invitations/accept?token={token}")).unwrap();
        let letter =
            Letter::Invitation { org: "T".into(), inviter: "I".into(), role: "member".into(), link, expires: now.plus(Span::days(7)) };
        (post(h, "new@example.com", Some(org), letter), "new@example.com".to_owned())
    };
    for (meanwhile, leaves) in [
        (KEEP, true),
        (ORG_DELETED, false),
        ("UPDATE invitations SET canceled_at = 1", false),
        ("UPDATE invitations SET accepted_at = 1", false),
        ("UPDATE invitations SET expires_at = 1", false),
        ("DELETE FROM invitations", false),
        // Sent again, and so with another link.
        ("UPDATE invitations SET token_hash = 'another' WHERE id = 'inv_1'", false),
    ] {
        check("an invitation", meanwhile, leaves, invited);
    }
}

#[test]
fn what_is_about_an_organization_leaves_to_those_who_still_have_a_part_in_it() {
    let reply = |h: &Harness, host: &str, to: &str| {
        let link = Link::at(&h.app(&WORKER).config.origin(host), "/tickets/tkt_1").unwrap();
        let letter = Letter::TicketReply { subject: "S".into(), author: "A".into(), link };
        (post(h, to, Some(&h.world.team.id), letter), to.to_owned())
    };
    let member = |h: &Harness| reply(h, "app.localhost", &h.world.team.members[1].email);
    let customer = |h: &Harness| reply(h, &h.world.team.portal(), &h.world.team.customers[0].email);
    for (meanwhile, leaves) in [
        (KEEP, true),
        (ORG_DELETED, false),
        ("DELETE FROM memberships WHERE user_id = (SELECT id FROM users WHERE email = '{to}')", false),
        ("DELETE FROM memberships WHERE user_id <> (SELECT id FROM users WHERE email = '{to}')", true),
        ("UPDATE users SET deleted_at = 1 WHERE email = '{to}'", false),
        ("UPDATE users SET email = 'moved@example.com' WHERE email = '{to}'", false),
        // Of the same address at the portal there may be a customer: what leads to the app is not theirs.
        (
            "DELETE FROM memberships WHERE user_id = (SELECT id FROM users WHERE email = '{to}'); \
             UPDATE customers SET email = '{to}' WHERE id = (SELECT min(id) FROM customers WHERE status = 'active' AND org_id = (SELECT org_id FROM mails ORDER BY rowid DESC LIMIT 1))",
            false,
        ),
    ] {
        check("to a member", meanwhile, leaves, member);
    }
    for (meanwhile, leaves) in [
        (KEEP, true),
        (ORG_DELETED, false),
        ("UPDATE customers SET deleted_at = 1 WHERE email = '{to}'", false),
        ("UPDATE customers SET status = 'blocked' WHERE email = '{to}'", false),
        ("UPDATE customers SET status = 'blocked' WHERE email <> '{to}'", true),
    ] {
        check("to a customer", meanwhile, leaves, customer);
    }
}

#[test]
fn that_one_has_an_account_is_told_to_those_who_have_one() {
    let told = |h: &Harness, org: Option<&OrgId>, to: &str| {
        let page = Link::new("http://app.localhost:8787/sign-in").unwrap();
        (post(h, to, org, Letter::AlreadyRegistered { sign_in: page.clone(), reset: page }), to.to_owned())
    };
    for (meanwhile, leaves) in [(KEEP, true), ("UPDATE users SET deleted_at = 1 WHERE email = '{to}'", false)] {
        check("a member", meanwhile, leaves, |h| told(h, None, &h.world.team.members[1].email));
    }
    for (meanwhile, leaves) in [(KEEP, true), ("UPDATE customers SET deleted_at = 1 WHERE email = '{to}'", false)] {
        check("a customer", meanwhile, leaves, |h| told(h, Some(&h.world.team.id), &h.world.team.customers[0].email));
    }
}

#[test]
fn nobody_silences_a_notice_by_deleting_or_moving_the_account() {
    let at = kernel::Millis::new(1_795_464_526_007);
    let page = || Link::new("http://app.localhost:8787/account").unwrap();
    let letters = [
        Letter::PasswordChanged { name: "A".into(), at, account: page() },
        Letter::AddressChanged { name: "A".into(), new_address: "new@example.com".into(), undo: page(), expires: at },
        Letter::AccountDeleted { name: "A".into(), at },
        Letter::AccountBanned { name: "A".into(), reason: "r".into(), until: None },
        Letter::MemberRemoved { org: "O".into(), at },
        Letter::OrgDeletionScheduled { org: "O".into(), by: "B".into(), until: at, link: page() },
    ];
    for letter in letters {
        for meanwhile in [
            "UPDATE users SET deleted_at = 1 WHERE email = '{to}'",
            "UPDATE users SET email = 'moved@example.com' WHERE email = '{to}'",
            "DELETE FROM memberships",
            ORG_DELETED,
        ] {
            check(letter.template(), meanwhile, true, |h| {
                let to = h.world.team.members[1].email.clone();
                (post(h, &to, Some(&h.world.team.id), letter.clone()), to)
            });
        }
    }
}

#[test]
fn what_was_dropped_wakes_nobody() {
    let h = Harness::new();
    let link = Link::new("https://app.example/sign-in").unwrap();
    let id = post(&h, "ada@example.com", None, Letter::SignInLink { link, expires: h.clock.now() });
    assert_eq!(fate(&h, &id).0, "dropped");
    let state = |h: &Harness| h.db.text("SELECT state || claim FROM mails WHERE id = ?1", &[(&id).into()]);
    let before = state(&h);
    h.queues.push(kernel::ports::Queue::Mail, &kernel::mutation::hint_body(id.as_str()));
    h.run_for(&WORKER, &HANDLERS, Span::minutes(5));
    assert_eq!(state(&h), before);
}
