//! Retention on 400 days of rows: exactly what is past its time, in bounded steps, whatever breaks.

use domain::retention::{
    ALL, DEVICES, DOMAINS, EXPORTS, IDEMPOTENCY, INBOX, INVITATIONS, JOBS, LINKS, LOGOS, MAILS, ORGS, OUTBOX, RATE_WINDOWS, REFUSALS,
    REPORTS, Rule, SESSIONS, STEP_ROWS, STEPS_A_RUN, WEBHOOK_MESSAGES,
};
use jobs::{
    HANDLERS, WORKER,
    retention::{apply, preview},
};
use kernel::{Millis, ports::Clock, sql::Value, time::Span, worker::Cron};
use std::collections::BTreeMap;
use testkit::{
    DbFault, Harness, When,
    database::{LOST, OVERLOADED},
};

const DAYS: i64 = 400;

/// How many rows of each kind.
#[derive(Clone, Copy)]
struct Volume {
    outbox: i64,
    messages: i64,
    sessions: i64,
    idempotency: i64,
    windows: i64,
    jobs: i64,
    exports: i64,
}
const LARGE: Volume =
    Volume { outbox: 25_000, messages: 2_000, sessions: 3_000, idempotency: 3_000, windows: 2_000, jobs: 2_000, exports: 120 };
const SMALL: Volume = Volume { outbox: 1_400, messages: 260, sessions: 1_200, idempotency: 700, windows: 600, jobs: 600, exports: 60 };

/// Rows spread evenly over 400 days until now, of the team's organization.
fn filled(volume: Volume) -> Harness {
    let h = Harness::new();
    let (org, now) = (&h.world.team.id, h.clock.now());
    let spread = |count: i64, sql: &str| {
        let text = format!(
            "WITH RECURSIVE k(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM k WHERE i + 1 < ?3), n(i, at) AS (SELECT i, ?2 - i * ?4 / ?3 FROM k) {sql}"
        );
        h.db.execute(&text, &[org.into(), now.into(), count.into(), Span::days(DAYS).as_millis().into()]);
    };
    spread(
        volume.outbox,
        "INSERT INTO outbox(org_id, id, type, payload, occurred_at, dispatched_at) SELECT ?1, printf('evt_o%031x', i), 'x', '{}', at, iif(i % 50 = 0, NULL, at) FROM n",
    );
    spread(
        volume.messages,
        "INSERT INTO webhook_messages(org_id, id, type, payload, created_at, expires_at) SELECT ?1, printf('evt_m%031x', i), 'x', '{\"m\":1}', at, at + 2592000000 FROM n",
    );
    h.db.execute_batch(
        "INSERT INTO webhook_deliveries(org_id, id, message_id, endpoint_id, status, next_at, created_at) \
           SELECT org_id, 'whd_' || e || substr(id, 6), id, 'whe_' || e, 'succeeded', created_at, created_at FROM webhook_messages, (SELECT 'a' AS e UNION ALL SELECT 'b') WHERE payload = '{\"m\":1}'; \
         INSERT INTO webhook_attempts(org_id, delivery_id, id, number, started_at, took_ms) \
           SELECT org_id, id, 'wha_' || n || substr(id, 5), n, created_at, 1 FROM webhook_deliveries, (SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT 3) WHERE endpoint_id IN ('whe_a', 'whe_b')",
    );
    spread(
        volume.sessions,
        "INSERT INTO sessions(id, token_hash, kind, subject, org_id, host, created_at, expires_at, idle_until) \
         SELECT printf('ses_%032x', i), 'h' || i, 'customer', 's', ?1, 'h', at, at + 604800000, at + 604800000 FROM n",
    );
    spread(
        volume.idempotency,
        "INSERT INTO idempotency(org_id, key, fingerprint, status, headers, body, request_id, created_at, expires_at) \
         SELECT ?1, 'k' || i, 'f', 200, '[]', '', 'r', at, at + 86400000 FROM n",
    );
    spread(volume.windows, "INSERT INTO rate_windows(subject, cell, used, expires_at) SELECT 's' || (i % 7), i, 1, at + 3600000 FROM n");
    spread(
        volume.jobs,
        "INSERT INTO jobs(id, kind, subject, state, max_attempts, next_at, created_at, updated_at) \
         SELECT printf('job_%032x', i), 'export', 'x' || i, CASE i % 10 WHEN 0 THEN 'dead' WHEN 1 THEN 'queued' ELSE 'done' END, 1, at, at, at FROM n",
    );
    spread(
        volume.exports,
        "INSERT INTO exports(org_id, id, kind, format, state, until_id, object_key, requested_by, created_at, expires_at) \
         SELECT ?1, printf('exp_%032x', i), 'tickets', 'csv', 'ready', '', ?1 || '/old' || i || '.csv', 'k', at, at + 604800000 FROM n",
    );
    spread(
        volume.jobs,
        "INSERT INTO mails(id, org_id, recipient, template, state, next_at, created_at, finished_at) \
         SELECT printf('mai_%032x', i), ?1, 'r', 't', CASE i % 10 WHEN 0 THEN 'queued' WHEN 1 THEN 'dead' ELSE 'sent' END, at, at, iif(i % 10 = 0, NULL, at) FROM n",
    );
    spread(
        volume.jobs,
        "INSERT INTO inbox(org_id, id, recipient, type, title, path, event_id, created_at, read_at) \
         SELECT ?1, printf('ntc_%032x', i), 'r', 't', 't', '/', 'e' || i, at, iif(i % 10 = 0, NULL, at) FROM n",
    );
    spread(
        200,
        "INSERT INTO logos(org_id, key, created_at, unused_since) SELECT ?1, 'logos/old' || i, at, iif(i % 10 = 0, NULL, at) FROM n",
    );
    for row in h.db.rows("SELECT key FROM logos", &[]) {
        h.assets.place(row.text(0).unwrap(), b"x", "image/png");
    }
    // On each limit, and a millisecond after it.
    for (n, at) in [(0, now), (1, Millis::new(now.get() + 1))] {
        let month_ago = at.minus(Span::days(30));
        let name = format!("edge{n}");
        let (id, exact, old) = (|| Value::from(name.as_str()), || Value::from(at), || Value::from(month_ago));
        h.db.execute(
            "INSERT INTO outbox(org_id, id, type, payload, occurred_at, dispatched_at) VALUES(?1, ?2, 'x', '{}', ?3, ?3)",
            &[org.into(), id(), old()],
        );
        h.db.execute(
            "INSERT INTO webhook_messages(org_id, id, type, payload, created_at, expires_at) VALUES(?1, ?2, 'x', '{}', 0, ?3)",
            &[org.into(), id(), exact()],
        );
        h.db.execute("INSERT INTO sessions(id, token_hash, kind, subject, host, created_at, expires_at, idle_until) VALUES(?1, ?1, 'staff', 's', 'h', 0, ?2, 0)", &[id(), old()]);
        h.db.execute("INSERT INTO idempotency(org_id, key, fingerprint, status, headers, body, request_id, created_at, expires_at) VALUES(?1, ?2, 'f', 200, '[]', '', 'r', 0, ?3)", &[org.into(), id(), exact()]);
        h.db.execute("INSERT INTO rate_windows(subject, cell, used, expires_at) VALUES(?1, 0, 1, ?2)", &[id(), exact()]);
        h.db.execute(
            "INSERT INTO mails(id, recipient, template, state, next_at, created_at, finished_at) VALUES(?1, 'r', 't', 'sent', 0, 0, ?2)",
            &[id(), old()],
        );
        let quarter_ago = Value::from(at.minus(Span::days(90)));
        h.db.execute(
            "INSERT INTO inbox(org_id, id, recipient, type, title, path, event_id, created_at, read_at) VALUES(?1, ?2, 'r', 't', 't', '/', ?2, 0, ?3)",
            &[org.into(), id(), quarter_ago],
        );
        h.db.execute(
            "INSERT INTO invitations(org_id, id, email, role, token_hash, invited_by, created_at, sent_at, expires_at) VALUES(?1, ?2, ?2, 'viewer', ?2, ?3, 0, 0, ?4)",
            &[org.into(), id(), (&h.world.team.members[4].user).into(), old()],
        );
        h.db.execute(
            "INSERT INTO tokens(hash, purpose, subject, host, email, created_at, expires_at) VALUES(?1, 'reset', 's', 'h', 'e', 0, ?2)",
            &[id(), old()],
        );
        h.db.execute(
            "INSERT INTO devices(subject, hash, created_at, seen_at) VALUES('s', ?1, 0, ?2)",
            &[id(), at.minus(Span::days(400)).into()],
        );
        h.db.execute("INSERT INTO refusals(hour, policy, whom, refused, last_at) VALUES(?2, 'burst', ?1, 1, 0)", &[id(), old()]);
        h.db.execute(
            "INSERT INTO logos(org_id, key, created_at, unused_since) VALUES(?1, ?2, 0, ?3)",
            &[org.into(), id(), at.minus(Span::days(1)).into()],
        );
        h.db.execute(
            "INSERT INTO domains(org_id, id, host, state, proof, created_at, removed_at) VALUES(?1, ?2, ?2, 'removed', 'p', 0, ?3)",
            &[org.into(), id(), old()],
        );
        h.db.execute("INSERT INTO jobs(id, kind, subject, state, max_attempts, next_at, created_at, updated_at) VALUES(?1, 'export', ?1, 'done', 1, 0, 0, ?2)", &[id(), old()]);
        h.db.execute(
            "INSERT INTO exports(org_id, id, kind, format, state, until_id, object_key, requested_by, created_at, expires_at) \
             VALUES(?1, ?2, 'tickets', 'csv', 'ready', '', ?2 || '/old.csv', 'k', 0, ?3)",
            &[org.into(), id(), exact()],
        );
    }
    for row in h.db.rows("SELECT object_key FROM exports WHERE object_key LIKE '%/old%'", &[]) {
        h.blobs.place(row.text(0).unwrap(), b"x", "text/csv");
        h.blobs.place(&format!("{}.tail1", row.text(0).unwrap()), b"x", "application/octet-stream");
    }
    h
}

/// Which rows are past their time, and all, in words of their own: not those of the rules.
fn due(h: &Harness, rule: Rule, now: Millis) -> (i64, i64) {
    let days = |n: i64| now.minus(Span::days(n)).get();
    let (table, past): (&str, String) = match rule {
        IDEMPOTENCY => ("idempotency", format!("expires_at <= {}", now.get())),
        WEBHOOK_MESSAGES => ("webhook_messages", format!("expires_at <= {}", now.get())),
        EXPORTS => ("exports", format!("state = 'ready' AND expires_at <= {}", now.get())),
        OUTBOX => ("outbox", format!("dispatched_at <= {}", days(30))),
        SESSIONS => ("sessions", format!("expires_at <= {}", days(30))),
        RATE_WINDOWS => ("rate_windows", format!("expires_at <= {}", now.get())),
        REFUSALS => ("refusals", format!("hour <= {}", days(30))),
        JOBS => ("jobs", format!("state = 'done' AND updated_at <= {}", days(30))),
        MAILS => ("mails", format!("finished_at <= {}", days(30))),
        INBOX => ("inbox", format!("read_at <= {}", days(90))),
        INVITATIONS => ("invitations", format!("expires_at <= {}", days(30))),
        LINKS => ("tokens", format!("expires_at <= {}", days(30))),
        DEVICES => ("devices", format!("seen_at <= {}", days(400))),
        LOGOS => ("logos", format!("unused_since <= {}", days(1))),
        DOMAINS => ("domains", format!("state = 'removed' AND removed_at <= {}", days(30))),
        // In tests of its own: purging.rs.
        ORGS => ("orgs", format!("deleted_at <= {}", days(30))),
        REPORTS => ("retention_runs", format!("started_at <= {}", days(400))),
        other => unreachable!("{} has no test", other.name),
    };
    (h.db.count(&format!("SELECT count(*) FROM {table} WHERE {past}"), &[]), h.db.count(&format!("SELECT count(*) FROM {table}"), &[]))
}
fn all_due(h: &Harness, now: Millis) -> BTreeMap<&'static str, (i64, i64)> {
    ALL.iter().map(|rule| (rule.name, due(h, *rule, now))).collect()
}
/// Nothing is left that belonged to a message that is gone.
fn orphans(h: &Harness) -> i64 {
    h.db.count("SELECT count(*) FROM webhook_deliveries d WHERE NOT EXISTS (SELECT 1 FROM webhook_messages m WHERE m.org_id = d.org_id AND m.id = d.message_id)", &[])
        + h.db.count("SELECT count(*) FROM webhook_attempts a WHERE NOT EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.org_id = a.org_id AND d.id = a.delivery_id)", &[])
}

#[test]
fn the_daily_run_removes_exactly_what_is_past_its_time() {
    let h = filled(LARGE);
    let now = h.clock.now();
    let before = all_due(&h, now);
    let everything = h.db.everything();
    let shown = h.work(&WORKER, async |task| preview(task).await).unwrap();
    assert_eq!(h.db.everything(), everything, "a preview changes nothing");
    for (rule, count) in &shown {
        assert_eq!(*count, before[rule.name].0, "{}", rule.name);
    }
    assert!(shown.iter().filter(|(_, n)| *n > 0).count() >= 7);
    h.tick(&WORKER, &HANDLERS, Cron::Daily).unwrap();
    let after = all_due(&h, now);
    let most = STEP_ROWS * STEPS_A_RUN;
    let mut total = 0;
    for rule in ALL.iter().filter(|r| **r != REPORTS) {
        let ((past, all), (left, remain)) = (before[rule.name], after[rule.name]);
        assert_eq!(left, (past - most).max(0), "{}", rule.name);
        if *rule != EXPORTS {
            assert_eq!(all - remain, past - left, "{}: nothing else", rule.name);
        }
        let report = h.db.rows("SELECT examined, removed, steps, finished FROM retention_runs WHERE rule = ?1", &[rule.name.into()]);
        assert_eq!(report.len(), 1, "{}", rule.name);
        let [examined, removed, steps, finished] = [0, 1, 2, 3].map(|at| report[0].int(at).unwrap());
        assert_eq!((examined, finished), (past - left, i64::from(left == 0)), "{}", rule.name);
        assert!(removed >= examined && steps <= STEPS_A_RUN && (steps > 0) == (past > 0), "{}", rule.name);
        total += removed;
    }
    assert_eq!(orphans(&h), 0);
    println!("{total} rows and files removed: {:?}", before);
    // 25,000 events are more than a run takes: the hourly cron goes on.
    assert!(after[OUTBOX.name].0 > 0);
    h.clock.advance(Span::minutes(60));
    h.tick(&WORKER, &HANDLERS, Cron::Hourly).unwrap();
    assert_eq!(due(&h, OUTBOX, now).0, 0);
    let runs = |rule: Rule| h.db.count("SELECT count(*) FROM retention_runs WHERE rule = ?1", &[rule.name.into()]);
    assert_eq!((runs(OUTBOX), runs(RATE_WINDOWS), runs(SESSIONS)), (2, 2, 1), "only what was not finished, and rate windows");
    // Open work stays, whatever its age.
    assert_eq!(h.db.count("SELECT count(*) FROM outbox WHERE dispatched_at IS NULL", &[]), LARGE.outbox / 50);
    assert_eq!(h.db.count("SELECT count(*) FROM jobs WHERE state IN ('dead', 'queued')", &[]), LARGE.jobs / 5);
    // Logos in use stay, and so does each object that has a row.
    let rows = h.db.rows("SELECT key FROM logos WHERE key LIKE 'logos/old%'", &[]);
    assert_eq!(h.assets.keys().iter().filter(|key| key.starts_with("logos/old")).count(), rows.len());
    assert_eq!(h.db.count("SELECT count(*) FROM logos WHERE key LIKE 'logos/old%' AND unused_since IS NULL", &[]), 20);
    // Files are gone with what was left beside them; the record of the export stays.
    let gone = h.db.rows("SELECT object_key FROM exports WHERE state = 'expired'", &[]);
    assert_eq!(gone.len() as i64, before[EXPORTS.name].0);
    let keys = h.blobs.keys();
    assert!(gone.iter().all(|row| !keys.iter().any(|key| key.starts_with(row.text(0).unwrap()))));
    assert_eq!(
        keys.iter().filter(|key| key.contains("/old") && key.ends_with(".csv")).count() as i64,
        LARGE.exports + 2 - gone.len() as i64
    );
}

#[test]
fn each_run_that_removed_something_is_in_the_platform_s_log() {
    let h = filled(SMALL);
    h.tick(&WORKER, &HANDLERS, Cron::Daily).unwrap();
    let audited = |rule: Rule| {
        let sql = "SELECT count(*) FROM audit_events WHERE org_id = 'platform' AND action = 'retention.applied' AND target = ?1 AND actor_kind = 'system' AND actor_id = 'retention'";
        h.db.count(sql, &[rule.name.into()])
    };
    for rule in ALL {
        match *rule {
            REPORTS | ORGS => assert_eq!(audited(*rule), 0, "nothing was old enough"),
            // A change of business tables is recorded with each of its steps.
            SESSIONS | EXPORTS => assert!((1..=3).contains(&audited(*rule)), "{}", rule.name),
            _ => assert_eq!(audited(*rule), 1, "{}", rule.name),
        }
    }
    // What is a millisecond younger goes with the next run; the one after that finds nothing, and is no event.
    h.clock.advance(Span::minutes(1));
    h.tick(&WORKER, &HANDLERS, Cron::Daily).unwrap();
    let events = h.db.count("SELECT count(*) FROM audit_events", &[]);
    h.clock.advance(Span::minutes(1));
    h.tick(&WORKER, &HANDLERS, Cron::Daily).unwrap();
    let idle = "SELECT count(*) FROM retention_runs WHERE started_at = ?1 AND examined = 0 AND finished = 1 AND removed = 0";
    assert_eq!(h.db.count(idle, &[h.clock.now().into()]), ALL.len() as i64);
    assert_eq!(h.db.count("SELECT count(*) FROM audit_events", &[]), events);
}

#[test]
fn a_run_that_breaks_off_anywhere_is_gone_on_with() {
    let mut cuts = 0;
    for rule in ALL.iter().filter(|r| **r != REPORTS) {
        let clean = filled(SMALL);
        let steps = clean.pace.steps();
        clean.work(&WORKER, async |task| apply(task, *rule).await).unwrap();
        let ios = clean.pace.steps() - steps;
        let every = usize::try_from(ios).unwrap().div_ceil(12).max(1);
        for at in (0..usize::try_from(ios).unwrap()).step_by(every) {
            let h = filled(SMALL);
            let (now, (before, all)) = (h.clock.now(), due(&h, *rule, h.clock.now()));
            assert!(h.cut(at, h.working(&WORKER, async |task| apply(task, *rule).await)).is_none(), "{} at {at}", rule.name);
            h.restart();
            h.work(&WORKER, async |task| apply(task, *rule).await).unwrap();
            let (left, remain) = due(&h, *rule, now);
            assert_eq!((left, orphans(&h)), (0, 0), "{} at {at}", rule.name);
            assert_eq!(all - remain, if *rule == EXPORTS { 0 } else { before }, "{} at {at}: nothing else", rule.name);
            let counted = h.db.count("SELECT sum(examined) FROM retention_runs WHERE rule = ?1", &[rule.name.into()]);
            assert_eq!(counted, before, "{} at {at}: each row is in one report", rule.name);
            cuts += 1;
        }
    }
    println!("{cuts} runs that broke off");
    assert!(cuts > 40);
}

#[test]
fn faults_of_the_stores_cost_a_run_and_nothing_else() {
    for fault in [DbFault::Refused(OVERLOADED), DbFault::Unknown(LOST)] {
        for at in 0..6 {
            let h = filled(SMALL);
            let now = h.clock.now();
            h.db.fail_at(When::Writes, at, fault);
            let _: Result<_, kernel::Error> = h.work(&WORKER, async |task| apply(task, WEBHOOK_MESSAGES).await);
            h.db.heal();
            h.work(&WORKER, async |task| apply(task, WEBHOOK_MESSAGES).await).unwrap();
            assert_eq!((due(&h, WEBHOOK_MESSAGES, now).0, orphans(&h)), (0, 0));
        }
    }
    for (at, done) in [(0, false), (0, true), (1, false), (7, true), (100, false)] {
        let h = filled(SMALL);
        let now = h.clock.now();
        h.blobs.fail_at(at, done);
        let first = h.work(&WORKER, async |task| apply(task, EXPORTS).await);
        assert!(first.is_err(), "{at}: it says so");
        let marked = h.db.count("SELECT count(*) FROM exports WHERE state = 'expired'", &[]);
        assert!(marked > 0, "the others went");
        h.work(&WORKER, async |task| apply(task, EXPORTS).await).unwrap();
        assert_eq!(due(&h, EXPORTS, now).0, 0);
        let left: Vec<Value> =
            h.db.rows("SELECT object_key FROM exports WHERE state = 'expired'", &[]).into_iter().map(|r| r.0[0].clone()).collect();
        assert!(!h.blobs.keys().iter().any(|key| left.contains(&key.trim_end_matches(".tail1").into())), "no file without its row");
    }
}
