//! What was asked for with an address becomes one letter with one good link, or nothing, whatever breaks on the way.

use crate::{HANDLERS, WORKER};
use kernel::{Id, MailId, OrgId, ports::Queue, time::Span};
use mail::{Among, Asked, Brand, Letter, Wish};
use store::waiting::SignUp;
use testkit::{DbFault, Harness, When, database::OVERLOADED};

/// Asks, as a form does; gives the mail's id.
fn ask(h: &Harness, wish: Wish, among: Among, org: Option<&OrgId>, address: &str) -> MailId {
    let (host, brand) = match among {
        Among::Customers => (h.world.team.portal(), Brand::named("Northwind")),
        Among::Staff | Among::Operators => ("app.localhost".to_owned(), Brand::default()),
    };
    let waiting = SignUp { name: "Ada".into(), password_hash: "hash".into(), browser: "b".into(), next: String::new() };
    let detail = (wish == Wish::SignUp).then(|| waiting.text().unwrap());
    h.work(&WORKER, async |task| {
        let id: MailId = task.id();
        let change = task.mutation_in(kernel::audit::AuditLog::Platform, domain::actions::PASSWORD_RESET_REQUESTED, id.as_str());
        let asked = Asked { wish, among, host: host.clone(), detail, brand };
        task.commit(store::mail::ask(change, task.app, &id, org, address, asked)?).await.map(|()| id)
    })
    .unwrap()
}
fn row(h: &Harness, id: &MailId) -> (String, String, String) {
    let row = &h.db.rows("SELECT template, state, recipient FROM mails WHERE id = ?1", &[id.into()])[0];
    (row.text(0).unwrap().to_owned(), row.text(1).unwrap().to_owned(), row.text(2).unwrap().to_owned())
}
fn good(h: &Harness, subject: &str) -> i64 {
    h.db.count("SELECT count(*) FROM tokens WHERE subject = ?1 AND used_at IS NULL", &[subject.into()])
}
fn sent(address: &str, template: &str) -> (String, String, String) {
    (template.to_owned(), "sent".to_owned(), address.to_owned())
}

#[test]
fn an_account_gets_a_link_and_nobody_gets_nothing_and_nothing_is_kept() {
    let team = |h: &Harness| h.world.team.id.clone();
    for (wish, template) in [(Wish::Reset, "reset_password"), (Wish::SignIn, "sign_in_link")] {
        let h = Harness::new();
        let (member, customer) = (h.world.team.members[1].clone(), h.world.team.customers[0].clone());
        let org = team(&h);
        let one = ask(&h, wish, Among::Staff, None, &member.email);
        let two = ask(&h, wish, Among::Customers, Some(&org), &customer.email);
        h.drain(&WORKER, &HANDLERS);
        assert_eq!((row(&h, &one), row(&h, &two)), (sent(&member.email, template), sent(&customer.email, template)));
        assert_eq!((good(&h, member.user.as_str()), good(&h, customer.id.as_str())), (1, 1));
        let action = if wish == Wish::Reset { "password_reset.sent" } else { "sign_in_link.sent" };
        assert_eq!(
            h.db.count(
                "SELECT count(*) FROM audit_events WHERE org_id = 'platform' AND action = ?1 AND target = ?2 AND actor_id = 'mail' AND detail LIKE '%' || ?3 || '%'",
                &[action.into(), (&member.user).into(), (&one).into()]
            ),
            1
        );
        assert_eq!(
            h.db.count(
                "SELECT count(*) FROM audit_events WHERE org_id = ?1 AND action = ?2 AND target = ?3",
                &[(&org).into(), action.into(), (&customer.id).into()]
            ),
            1
        );
        // Asked again, the older link ends.
        ask(&h, wish, Among::Staff, None, &member.email);
        h.drain(&WORKER, &HANDLERS);
        assert_eq!(good(&h, member.user.as_str()), 1);
        // For nobody, for one who is only a customer, a member at the portal, a blocked or banned one: the address itself is forgotten.
        h.db.execute(
            "UPDATE users SET banned_until = 9000000000000, ban_reason = 'r' WHERE id = ?1",
            &[(&h.world.team.members[2].user).into()],
        );
        let links = h.db.count("SELECT count(*) FROM tokens", &[]);
        for (among, address) in [
            (Among::Staff, "nobody@nowhere.example"),
            (Among::Staff, customer.email.as_str()),
            (Among::Staff, h.world.team.members[2].email.as_str()),
            (Among::Operators, member.email.as_str()),
            (Among::Customers, member.email.as_str()),
            (Among::Customers, h.world.team.blocked.email.as_str()),
            (Among::Customers, h.world.free.customers[0].email.as_str()),
        ] {
            let id = ask(&h, wish, among, (among == Among::Customers).then_some(&org), address);
            h.drain(&WORKER, &HANDLERS);
            assert_eq!(row(&h, &id), (wish.template().to_owned(), "dropped".to_owned(), String::new()), "{among:?} {address}");
        }
        assert_eq!(h.db.count("SELECT count(*) FROM tokens", &[]), links);
        assert_eq!(h.db.count("SELECT count(*) FROM mails WHERE state = 'dropped' AND content IS NOT NULL", &[]), 0);
        assert_eq!(h.log.failures(), Vec::<String>::new());
    }
}

#[test]
fn a_sign_up_is_confirmed_by_newcomers_told_to_owners_and_sent_again_while_it_waits() {
    let h = Harness::new();
    let member = &h.world.team.members[1].email;
    let idle = ask(&h, Wish::SignUpAgain, Among::Staff, None, "ada@example.com");
    h.drain(&WORKER, &HANDLERS);
    assert_eq!(row(&h, &idle).1, "dropped", "none waits");
    let (new, known) = (ask(&h, Wish::SignUp, Among::Staff, None, "ada@example.com"), ask(&h, Wish::SignUp, Among::Staff, None, member));
    h.drain(&WORKER, &HANDLERS);
    assert_eq!((row(&h, &new), row(&h, &known)), (sent("ada@example.com", "verify_address"), sent(member, "already_registered")));
    h.clock.advance(Span::hours(1));
    let again = ask(&h, Wish::SignUpAgain, Among::Staff, None, "ada@example.com");
    h.drain(&WORKER, &HANDLERS);
    assert_eq!(row(&h, &again), sent("ada@example.com", "verify_address"));
    assert_eq!(good(&h, "ada@example.com"), 2, "the first one stays good");
    let names: Vec<Letter> = h.posted().into_iter().map(|p| p.letter).collect();
    assert!(names.iter().filter(|l| matches!(l, Letter::VerifyAddress { name, .. } if name == "Ada")).count() == 2, "{names:?}");
}

#[test]
fn however_often_it_breaks_off_there_is_one_letter_with_one_good_link() {
    for io in 0..12 {
        let h = Harness::new();
        let member = h.world.team.members[1].clone();
        h.set("MAIL_PROVIDER", "cloudflare");
        let id = ask(&h, Wish::Reset, Among::Staff, None, &member.email);
        let body = kernel::mutation::hint_body(id.as_str());
        let _ = h.cut(io, h.working(&WORKER, async |task| (HANDLERS.consume)(task, Queue::Mail, &body).await));
        h.run_for(&WORKER, &HANDLERS, Span::minutes(10));
        assert_eq!(row(&h, &id), sent(&member.email, "reset_password"), "cut at {io}");
        assert_eq!(good(&h, member.user.as_str()), 1, "cut at {io}");
        let texts: Vec<String> = h.postbox.handed().into_iter().map(|m| m.text).collect();
        assert!(!texts.is_empty() && texts.iter().all(|t| *t == texts[0]), "the same letter each time, cut at {io}");
    }
    for at in 0..3 {
        let h = Harness::new();
        let member = h.world.team.members[1].clone();
        let id = ask(&h, Wish::Reset, Among::Staff, None, &member.email);
        h.db.fail_at(When::Writes, at, DbFault::Refused(OVERLOADED));
        h.drain(&WORKER, &HANDLERS);
        h.run_for(&WORKER, &HANDLERS, Span::minutes(10));
        assert_eq!(row(&h, &id), sent(&member.email, "reset_password"), "write {at} refused");
        assert_eq!(good(&h, member.user.as_str()), 1);
    }
}

#[test]
fn of_two_consumers_at_once_one_answers() {
    for seed in 0..20 {
        let h = Harness::new();
        let member = h.world.team.members[1].clone();
        let before = h.db.count("SELECT count(*) FROM tokens", &[]);
        let id = ask(&h, Wish::SignIn, Among::Staff, None, &member.email);
        let body = kernel::mutation::hint_body(id.as_str());
        let one = || -> std::pin::Pin<Box<dyn Future<Output = kernel::Result<()>> + '_>> {
            Box::pin(h.working(&WORKER, async |task| (HANDLERS.consume)(task, Queue::Mail, &body).await))
        };
        assert!(h.interleave(vec![one(), one(), one()], seed).iter().all(Result::is_ok));
        assert_eq!(h.db.count("SELECT count(*) FROM tokens", &[]) - before, 1, "seed {seed}");
        assert_eq!(good(&h, member.user.as_str()), 1, "seed {seed}");
    }
}
