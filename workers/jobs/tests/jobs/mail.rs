//! A mail is posted with a change and reaches its provider once, whatever breaks on the way; what it says is nowhere in the open.

use jobs::{HANDLERS, WORKER};
use kernel::{
    Id, MailId,
    ports::{HttpError, MailRefused, Queue},
    time::Span,
    worker::Cron,
};
use mail::{Letter, Link, Mail};
use testkit::{
    DbFault, Harness, When,
    database::{LOST, OVERLOADED},
    http::{answer, header},
};

const TOKEN: &str = "s3cret-one-time-token";

fn with(provider: &str) -> Harness {
    let h = Harness::new();
    h.set("MAIL_PROVIDER", provider);
    h.set("RESEND_API_KEY", "re_testkit");
    h
}
fn letter(h: &Harness) -> Letter {
    let link = Link::new(&format!("https://app.example/reset/{TOKEN}")).unwrap();
    Letter::PasswordChanged { name: "Ada".into(), at: kernel::ports::Clock::now(&*h.clock), account: link }
}
/// Posts a letter with a change, as a route does, and gives back its id.
fn post_once(h: &Harness, key: Option<&str>) -> Option<MailId> {
    let before = h.db.count("SELECT count(*) FROM mails", &[]);
    h.work(&WORKER, async |task| {
        let mut mail = Mail::new("ada@example.com", letter(h));
        mail.dedupe = key.map(str::to_owned);
        let change = task.mutation(&h.world.team.id, domain::actions::SIGNED_OUT, "x");
        task.commit(store::mail::post(change, task.app, &mail)?).await
    })
    .unwrap();
    (h.db.count("SELECT count(*) FROM mails", &[]) > before)
        .then(|| MailId::parse(&h.db.text("SELECT id FROM mails ORDER BY rowid DESC LIMIT 1", &[])).unwrap())
}
fn post(h: &Harness) -> MailId {
    post_once(h, None).unwrap()
}
fn column(h: &Harness, id: &MailId, column: &str) -> String {
    h.db.text(&format!("SELECT COALESCE({column}, 'null') || '' FROM mails WHERE id = ?1"), &[id.into()])
}
/// Takes what the provider was sent; what crons ask others for is none of it.
fn received(h: &Harness) -> Vec<(kernel::Millis, kernel::ports::Outgoing)> {
    h.http.take().into_iter().filter(|(_, one)| one.url.starts_with("https://api.resend.com/")).collect()
}
/// Lets time go on, with its crons, until the mail is in the state.
fn until(h: &Harness, id: &MailId, state: &str) {
    for _ in 0..3_000 {
        if column(h, id, "state") == state {
            return;
        }
        h.clock.advance(Span::minutes(1));
        let _ = h.tick(&WORKER, &HANDLERS, Cron::Minute);
        h.drain(&WORKER, &HANDLERS);
    }
    assert_eq!(column(h, id, "state"), state, "in time: {}", column(h, id, "last_error"));
}

#[test]
fn a_mail_is_sent_once_and_what_it_says_is_never_in_the_open() {
    let h = with("resend");
    h.http.serve(|_| Ok(answer(200, "{\"id\":\"re-1\"}")));
    let id = post(&h);
    let everything = |h: &Harness| {
        h.db.with(|conn| {
            let mut all = String::new();
            let mut stmt = conn.prepare("SELECT json_array(id, recipient, template, content, last_error, dedupe) FROM mails").unwrap();
            let mut rows = stmt.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                all.push_str(&row.get::<_, String>(0).unwrap());
            }
            all
        })
    };
    assert!(column(&h, &id, "content").starts_with("v1."), "it is sealed");
    assert!(!everything(&h).contains(TOKEN) && !everything(&h).contains("app.example"));
    h.drain(&WORKER, &HANDLERS);
    let sent = received(&h);
    assert_eq!(sent.len(), 1);
    assert_eq!(header(&sent[0].1, "idempotency-key"), id.as_str());
    assert!(String::from_utf8_lossy(&sent[0].1.body).contains(TOKEN));
    assert_eq!([column(&h, &id, "state"), column(&h, &id, "content"), column(&h, &id, "provider_id")], ["sent", "null", "re-1"]);
    assert!(!h.log.contains(TOKEN) && !h.queues.sent().iter().any(|m| m.body.contains(TOKEN)));
    // A hint that comes again, and the sweep, find nothing to do.
    h.queues.push(Queue::Mail, &kernel::mutation::hint_body(id.as_str()));
    h.drain(&WORKER, &HANDLERS);
    h.clock.advance(Span::minutes(5));
    h.tick(&WORKER, &HANDLERS, Cron::Minute).unwrap();
    h.drain(&WORKER, &HANDLERS);
    assert!(received(&h).is_empty());
}

#[test]
fn of_two_consumers_at_once_one_sends() {
    for seed in 0..20 {
        let h = with("resend");
        h.http.serve(|_| Ok(answer(200, "{\"id\":\"re-1\"}")));
        let id = post(&h);
        let body = kernel::mutation::hint_body(id.as_str());
        let one = || -> std::pin::Pin<Box<dyn Future<Output = kernel::Result<()>> + '_>> {
            Box::pin(h.working(&WORKER, async |task| (HANDLERS.consume)(task, Queue::Mail, &body).await))
        };
        let ended = h.interleave(vec![one(), one(), one()], seed);
        assert!(ended.iter().all(Result::is_ok));
        assert_eq!(received(&h).len(), 1, "seed {seed}");
    }
}

#[test]
fn a_lost_hint_costs_a_minute_and_a_lost_answer_repeats_the_key() {
    let h = with("resend");
    h.queues.lose(usize::MAX);
    let id = post(&h);
    h.http.serve(|_| Ok(answer(200, "{\"id\":\"re-1\"}")));
    h.drain(&WORKER, &HANDLERS);
    assert!(received(&h).is_empty(), "the hint was lost");
    h.queues.lose(0);
    // The provider took it, and the isolate ended before that was written down.
    for io in 1..8 {
        let body = kernel::mutation::hint_body(id.as_str());
        let cut = h.cut(io, h.working(&WORKER, async |task| (HANDLERS.consume)(task, Queue::Mail, &body).await));
        if cut.is_some() || !h.http.sent().is_empty() {
            break;
        }
        h.clock.advance(Span::minutes(3));
    }
    until(&h, &id, "sent");
    let sent = received(&h);
    assert!(sent.len() >= 2, "{}", sent.len());
    assert!(sent.iter().all(|(_, one)| header(one, "idempotency-key") == id.as_str() && one.body == sent[0].1.body));
}

#[test]
fn a_provider_that_is_down_is_tried_again_and_in_the_end_the_mail_is_given_up() {
    let h = with("resend");
    let id = post(&h);
    h.http.serve(|_| Err(HttpError::Timeout));
    until(&h, &id, "dead");
    let sent = received(&h);
    assert_eq!(i64::try_from(sent.len()).unwrap(), queue_mail::MOST_ATTEMPTS);
    let took = sent.last().unwrap().0.since(sent[0].0);
    assert!(took < Span::hours(24), "all attempts lie within the provider's memory of the key");
    assert_eq!(column(&h, &id, "last_error"), "timed out");
    assert!(h.log.failures().iter().any(|line| line.contains("given up") && !line.contains(TOKEN)));
    // An operator puts it back once the provider is mended.
    h.http.serve(|_| Ok(answer(200, "{\"id\":\"re-9\"}")));
    let now = kernel::ports::Clock::now(&*h.clock);
    h.work(&WORKER, async |task| task.bookkeep(vec![store::mail::REVIVE.bind([(&id).into(), now.into()])]).await).unwrap();
    until(&h, &id, "sent");
    assert_eq!(column(&h, &id, "content"), "null");
}

#[test]
fn what_is_refused_for_good_is_not_tried_again_and_says_why() {
    let h = with("resend");
    h.http.serve(|_| Ok(answer(422, r#"{"name":"validation_error","message":"Invalid `to` field."}"#)));
    let id = post(&h);
    h.drain(&WORKER, &HANDLERS);
    assert_eq!([column(&h, &id, "state"), column(&h, &id, "content")], ["failed", "null"]);
    assert_eq!(column(&h, &id, "last_error"), "422 validation_error Invalid `to` field.");
    // What is ours to mend loses nothing: a limit, a key that is wrong.
    for status in [429, 401, 403] {
        h.http.serve(move |_| Ok(answer(status, "{}")));
        let id = post(&h);
        h.drain(&WORKER, &HANDLERS);
        assert_eq!(column(&h, &id, "state"), "queued", "{status}");
        assert_ne!(column(&h, &id, "content"), "null");
    }
}

#[test]
fn the_platforms_own_sender_is_handed_the_mail() {
    let h = with("cloudflare");
    let id = post(&h);
    h.drain(&WORKER, &HANDLERS);
    let handed = h.postbox.handed();
    assert_eq!(handed.len(), 1);
    assert_eq!((handed[0].from.as_str(), handed[0].to.as_str()), ("no-reply@portico.example", "ada@example.com"));
    assert!(handed[0].text.contains(TOKEN) && handed[0].html.contains(TOKEN));
    assert_eq!([column(&h, &id, "state"), column(&h, &id, "provider_id")], ["sent", "cf-1"]);
    h.postbox.serve(|_| Err(MailRefused { permanent: true, why: "E_RECIPIENT_SUPPRESSED gone".into() }));
    let refused = post(&h);
    h.postbox.serve(|_| Err(MailRefused { permanent: true, why: "E_RECIPIENT_SUPPRESSED gone".into() }));
    h.drain(&WORKER, &HANDLERS);
    assert_eq!([column(&h, &refused, "state"), column(&h, &refused, "last_error")], ["failed", "E_RECIPIENT_SUPPRESSED gone"]);
    h.postbox.serve(|_| Err(MailRefused { permanent: false, why: "E_RATE_LIMIT_EXCEEDED".into() }));
    let later = post(&h);
    h.drain(&WORKER, &HANDLERS);
    assert_eq!(column(&h, &later, "state"), "queued");
}

#[test]
fn one_key_posts_once_and_a_change_that_fails_posts_nothing() {
    let h = with("resend");
    assert!(post_once(&h, Some("evt_1:usr_1:mail")).is_some());
    assert!(post_once(&h, Some("evt_1:usr_1:mail")).is_none(), "posted before");
    let before = h.db.count("SELECT count(*) FROM mails", &[]);
    h.queues.forget_sent();
    h.db.fail_at(When::Writes, 0, DbFault::Refused(OVERLOADED));
    let failed = h.work(&WORKER, async |task| {
        let change = task.mutation(&h.world.team.id, domain::actions::SIGNED_OUT, "x");
        task.commit(store::mail::post(change, task.app, &Mail::new("ada@example.com", letter(&h)))?).await
    });
    assert!(failed.is_err());
    assert_eq!((h.db.count("SELECT count(*) FROM mails", &[]), h.queues.sent().len()), (before, 0));
    for wrong in ["", "nobody", "a@b.example\r\nBcc: c@d.example"] {
        let refused = h.work(&WORKER, async |task| {
            let change = task.mutation(&h.world.team.id, domain::actions::SIGNED_OUT, "x");
            store::mail::post(change, task.app, &Mail::new(wrong, letter(&h))).map(|_| ())
        });
        assert!(refused.is_err(), "{wrong:?}");
    }
}

#[test]
fn every_fault_of_the_database_ends_in_one_mail() {
    for at in 0..3 {
        for fault in [DbFault::Refused(OVERLOADED), DbFault::Unknown(LOST)] {
            let h = with("resend");
            h.http.serve(|_| Ok(answer(200, "{\"id\":\"re-1\"}")));
            let id = post(&h);
            h.db.fail_at(When::Writes, at, fault);
            h.drain(&WORKER, &HANDLERS);
            until(&h, &id, "sent");
            h.db.heal();
            let keys: Vec<String> = received(&h).iter().map(|(_, one)| header(one, "idempotency-key").to_owned()).collect();
            assert!(!keys.is_empty() && keys.iter().all(|key| key == id.as_str()), "{keys:?}");
        }
    }
}

#[test]
fn a_row_that_was_moved_does_not_open() {
    let h = with("resend");
    h.http.serve_status(200);
    let (one, other) = (post(&h), post(&h));
    h.db.execute("UPDATE mails SET content = (SELECT content FROM mails WHERE id = ?1) WHERE id = ?2", &[(&one).into(), (&other).into()]);
    h.drain(&WORKER, &HANDLERS);
    assert_eq!([column(&h, &one, "state"), column(&h, &other, "state")], ["sent", "queued"]);
    assert!(column(&h, &other, "last_error").contains("could not be opened"));
}

#[test]
fn locally_mail_stays_and_can_be_read_there_and_retention_takes_it() {
    let h = with("inbox");
    let id = post(&h);
    h.drain(&WORKER, &HANDLERS);
    assert!(h.http.sent().is_empty() && h.postbox.handed().is_empty());
    assert_eq!(column(&h, &id, "state"), "sent");
    assert!(column(&h, &id, "content").starts_with("v1."));
    h.clock.advance(Span::days(29));
    h.work(&WORKER, async |task| jobs::retention::apply(task, domain::retention::MAILS).await).unwrap();
    assert_eq!(h.db.count("SELECT count(*) FROM mails WHERE id = ?1", &[(&id).into()]), 1);
    h.clock.advance(Span::days(2));
    h.work(&WORKER, async |task| jobs::retention::apply(task, domain::retention::MAILS).await).unwrap();
    assert_eq!(h.db.count("SELECT count(*) FROM mails WHERE id = ?1", &[(&id).into()]), 0);
}
