//! The doubles hold to the platform's rules, and their faults happen.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop the test")]

use kernel::{
    Action, Error, Fut, Millis, Result,
    db::Reader,
    error::Code,
    log::work,
    ports::{BlobReader, Blobs, Bursts, Part, Queue, Queues, Rng},
    sql::Value,
    task::{Handlers, Task},
    time::Span,
    worker::{Cron, Worker},
};
use std::time::Duration;
use testkit::{
    DbFault, Harness, When,
    background::Fate,
    blobs::LEAST_PART,
    block_on,
    bursts::Mood,
    database::{LOST, MAX_INTEGER},
    world,
};

kernel::sql! {
    Read Global("a test's own") ECHO(2) -> ["a", "b"] = "SELECT ?1, ?2";
    Read Global("a test's own") LIES(1) -> [] = "UPDATE orgs SET name = ?1";
    Read Global("a test's own") NARROW(0) -> ["one"] = "SELECT 1, 2";
    Read Global("a test's own") BLOB(0) -> ["bytes"] = "SELECT x'00'";
    Bookkeep Global("a test's own") NOTE(2) -> ["id"] = "INSERT INTO dead_letters(id, queue, body, received_at) VALUES(?1, 'q', ?2, 0) RETURNING id";
    Bookkeep Global("a test's own") NEVER(0) -> [] = "UPDATE dead_letters SET body = '' WHERE id = 'nothing'";
}
const DONE: Action = Action::new("test.done");
const WORKER: Worker =
    Worker { name: "test", routes: &[], fallback: &[], bindings: &[], vars: &[], secrets: &[], consumes: &Queue::ALL, crons: &Cron::ALL };

fn read(h: &Harness, stmt: kernel::Stmt) -> Result<Vec<Value>, String> {
    block_on(h.db.read(vec![stmt])).map(|sets| sets.into_iter().flatten().flat_map(|row| row.0).collect()).map_err(|e| e.0)
}
fn note(h: &Harness, id: &str) -> Result<()> {
    h.work(&WORKER, async |task| task.bookkeep(vec![NOTE.bind([id.into(), "".into()])]).await.map(|_| ()))
}
/// Those of [`NOTE`], beside what the world holds.
fn notes(h: &Harness) -> i64 {
    h.db.count("SELECT count(*) FROM dead_letters WHERE received_at = 0", &[])
}

#[test]
fn everybody_signs_in_with_the_one_password() {
    assert!(crypto::password::verify(world::PASSWORD, world::PASSWORD_HASH));
}

#[test]
fn the_world_is_sound_and_the_same_every_time() {
    let (a, b) = (Harness::new(), Harness::new());
    assert_eq!(a.db.faults(), Vec::<String>::new());
    assert_eq!(a.db.everything(), b.db.everything());
    assert_eq!(a.db.count("PRAGMA foreign_keys", &[]), 1);
    assert_eq!(a.world.team.tickets, b.world.team.tickets);
}

// ── D1 ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn d1_takes_and_gives_what_its_wire_can_hold() {
    let h = Harness::new();
    let echo = |a: Value, b: Value| read(&h, ECHO.bind([a, b]));
    assert_eq!(
        echo(Value::Int(MAX_INTEGER), Value::Real(2.0)).unwrap(),
        [Value::Int(MAX_INTEGER), Value::Int(2)],
        "a whole REAL is an integer"
    );
    assert_eq!(echo(Value::Real(0.5), Value::Null).unwrap(), [Value::Real(0.5), Value::Null]);
    assert!(echo(Value::Int(MAX_INTEGER + 1), Value::Null).unwrap_err().contains("2^53"));
    assert!(echo(Value::Real(f64::NAN), Value::Null).is_err());
    assert!(echo("x".repeat(2_000_001).into(), Value::Null).unwrap_err().contains("too big"));
    assert!(read(&h, BLOB.bind([])).unwrap_err().contains("BLOB"));
    assert!(read(&h, NARROW.bind([])).unwrap_err().contains("2 columns, not 1"));
}

#[test]
fn d1_reads_change_nothing_and_a_batch_stands_or_falls_together() {
    let h = Harness::new();
    let whole = h.db.everything();
    assert!(read(&h, LIES.bind(["x".into()])).unwrap_err().contains("changes something"));
    let failed = h.work(&WORKER, async |task| {
        task.bookkeep(vec![NOTE.bind(["a".into(), "".into()]), NEVER.bind([]), kernel::Guard::Lease.changed_one()]).await.map(|_| ())
    });
    assert_eq!(failed.unwrap_err().code(), Code::WrongState, "the guard's text passes through");
    assert_eq!(h.db.everything(), whole);
    note(&h, "a").unwrap();
    assert_eq!(note(&h, "a").unwrap_err().code(), Code::AlreadyExists);
    assert_eq!((notes(&h), h.db.reads(), h.db.writes()), (1, 0, 3));
    assert_eq!(h.db.ran().get(NOTE.name), Some(&3));
}

#[test]
fn d1_fails_before_and_after_the_commit() {
    let h = Harness::new();
    h.db.fail_next(DbFault::Refused(LOST));
    assert_eq!((note(&h, "a").unwrap_err().code(), notes(&h)), (Code::Unavailable, 0));
    h.db.fail_next(DbFault::Unknown(LOST));
    assert_eq!((note(&h, "a").unwrap_err().code(), notes(&h)), (Code::Unavailable, 1), "it was done, and nobody was told");
    h.db.fail_at(When::Writes, 1, DbFault::Refused("something else"));
    read(&h, ECHO.bind([Value::Null, Value::Null])).unwrap();
    note(&h, "b").unwrap();
    assert!(matches!(note(&h, "c").unwrap_err(), Error::Internal(_)));
    h.db.go_down();
    assert!(note(&h, "d").is_err());
    assert_eq!(h.db.heal(), 0);
    note(&h, "d").unwrap();
    assert_eq!(notes(&h), 3);
    let before = h.db.everything();
    let (two, during) = h.db.undone(|| {
        note(&h, "e").unwrap();
        (notes(&h), h.db.everything())
    });
    assert_eq!((two, notes(&h)), (4, 3));
    assert!(during != before && during["dead_letters"] != before["dead_letters"]);
    assert_eq!(h.db.everything(), before);
    h.db.execute("DELETE FROM dead_letters", &[]);
    assert_ne!(h.db.everything(), before, "what was remembered of it is seen to be old");
}

// ── KV ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn kv_is_slow_to_tell_and_takes_one_write_a_second() {
    let (here, there) = {
        let h = Harness::new();
        let other = h.elsewhere();
        (h, other)
    };
    here.kv.set_delay(Span::seconds(60));
    let put = |h: &Harness, value: &str| block_on(h.ports().kv.put("k", value.as_bytes(), Some("7"), 3_600));
    let get = |h: &Harness| block_on(h.ports().kv.get("k", 30)).unwrap().map(|b| String::from_utf8(b).unwrap());
    put(&here, "one").unwrap();
    assert_eq!((get(&here).as_deref(), get(&there)), (Some("one"), None));
    assert!(put(&here, "two").unwrap_err().0.contains("429"));
    assert_eq!(here.kv.refused.get(), 1);
    here.clock.advance(Span::seconds(1));
    put(&here, "two").unwrap();
    assert_eq!(get(&here).as_deref(), Some("two"), "the writer's location sees its own");
    here.clock.advance(Span::seconds(59));
    assert_eq!(get(&there).as_deref(), Some("one"), "each version takes its time");
    here.clock.advance(Span::seconds(1));
    assert_eq!(get(&there).as_deref(), Some("one"), "from the location's cache");
    here.clock.advance(Span::seconds(30));
    assert_eq!(get(&there).as_deref(), Some("two"));
    let listed = block_on(there.ports().kv.list("k")).unwrap();
    assert_eq!(listed.iter().map(|e| (e.name.as_str(), e.metadata.as_str())).collect::<Vec<_>>(), [("k", "7")]);
    here.clock.advance(Span::hours(1));
    assert_eq!(get(&here), None, "its time is over");
    let kv = here.ports().kv;
    assert!(block_on(kv.put("k", b"", None, 59)).unwrap_err().0.contains("60"));
    assert!(block_on(kv.put("k", b"", Some(&format!("\"{}\"", "x".repeat(1_100))), 60)).is_err());
    assert!(block_on(kv.get("k", 5)).is_err());
    here.kv.set_down(true);
    assert!(block_on(kv.get("k", 30)).is_err() && block_on(kv.list("k")).is_err());
}

// ── R2 ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn r2_holds_to_the_rules_of_parts() {
    let h = Harness::new();
    let blobs = h.blobs.clone();
    let upload = |sizes: &[usize]| {
        let id = block_on(blobs.begin("o", "text/csv")).unwrap();
        let parts: Vec<Part> =
            sizes.iter().zip(1..).map(|(size, n)| block_on(blobs.part("o", &id, n, vec![b'x'; *size])).unwrap()).collect();
        (id.clone(), parts.clone(), block_on(blobs.complete("o", &id, &parts)))
    };
    assert!(upload(&[LEAST_PART, LEAST_PART, 3]).2.is_ok());
    assert_eq!(block_on(blobs.open("o")).unwrap().unwrap().bytes, 2 * LEAST_PART as u64 + 3);
    assert!(upload(&[10]).2.is_ok(), "the last part may be small");
    assert!(upload(&[LEAST_PART - 1, 3]).2.unwrap_err().0.contains("10011"));
    assert!(upload(&[LEAST_PART, LEAST_PART + 1, 3]).2.unwrap_err().0.contains("10048"));
    assert!(upload(&[LEAST_PART, LEAST_PART + 1]).2.unwrap_err().0.contains("10048"), "the last is not longer than the others");
    let (id, mut parts, done) = upload(&[LEAST_PART, 4]);
    assert!(done.is_ok() && block_on(blobs.part("o", &id, 3, Vec::new())).is_err(), "a finished upload is gone");
    let id2 = block_on(blobs.begin("p", "text/csv")).unwrap();
    for part in &mut parts {
        part.etag = block_on(blobs.part("p", &id2, part.number, vec![b'y'; LEAST_PART])).unwrap().etag;
    }
    parts.reverse();
    assert!(block_on(blobs.complete("p", &id2, &parts)).unwrap_err().0.contains("ascending"));
    assert!(block_on(blobs.complete("q", &id2, &parts)).is_err(), "an upload is its key's");
    assert_eq!(h.blobs.object("p"), None, "nothing shows before it is complete");
    let open = h.blobs.open_uploads();
    block_on(blobs.abort("p", &id2)).unwrap();
    assert_eq!(h.blobs.open_uploads(), open - 1);
}

#[test]
fn r2_fails_with_and_without_having_done_it() {
    let h = Harness::new();
    h.blobs.fail_at(0, false);
    assert!(block_on(h.blobs.put("a", vec![1], "x")).is_err());
    assert_eq!(h.blobs.object("a"), None);
    h.blobs.fail_at(1, true);
    block_on(h.blobs.put("a", vec![1], "x")).unwrap();
    assert!(block_on(h.blobs.put("b", vec![2], "x")).is_err());
    assert!(h.blobs.object("b").is_some());
}

// ── Queues, crons, limiters ─────────────────────────────────────────────────────────────────────────────────────────────

const HANDLERS: Handlers = Handlers {
    consume: |task, queue, body| {
        Box::pin(async move {
            work(&*task.ports.log, task.now(), "consumed", serde_json::json!([queue.name(), body]), None);
            match body {
                "poison" => Err(Code::Unavailable.into()),
                "once more" => task.hint(Queue::Events, &["follow-up".to_owned()], 30).await,
                _ => Ok(()),
            }
        })
    },
    bury: |task, queue, body| bury(task, queue, body),
    tick: |task, cron| {
        Box::pin(async move {
            work(&*task.ports.log, task.now(), &format!("{cron:?}"), serde_json::Value::Null, None);
            Ok(())
        })
    },
};
fn bury<'a>(task: &'a Task<'a>, _queue: Queue, body: &'a str) -> Fut<'a, Result<()>> {
    Box::pin(async move { task.bookkeep(vec![NOTE.bind([body.into(), "".into()])]).await.map(|_| ()) })
}
fn logged(h: &Harness, text: &str) -> usize {
    h.log.lines().iter().filter(|line| line.contains(text)).count()
}
fn send(h: &Harness, bodies: &[&str], delay: u32) -> Result<(), kernel::ports::PortError> {
    block_on(h.queues.send(Queue::Events, bodies.iter().map(|b| (*b).to_owned()).collect(), delay))
}

#[test]
fn queues_lose_repeat_reorder_delay_and_bury() {
    let h = Harness::new();
    h.queues.lose(1);
    send(&h, &["lost", "kept"], 0).unwrap();
    assert_eq!((h.queues.sent().len(), h.queues.waiting().len()), (2, 1));
    h.queues.set_twice(true);
    send(&h, &["twice"], 0).unwrap();
    h.queues.set_twice(false);
    send(&h, &["later"], 10).unwrap();
    assert_eq!(h.drain(&WORKER, &HANDLERS).taken, 3);
    assert_eq!((logged(&h, "twice"), logged(&h, "lost"), logged(&h, "later")), (2, 0, 0));
    h.clock.advance(Span::seconds(10));
    assert_eq!(h.drain(&WORKER, &HANDLERS).taken, 1);
    send(&h, &["poison"], 0).unwrap();
    let drained = h.drain(&WORKER, &HANDLERS);
    assert_eq!((drained.taken, drained.failed, drained.buried), (4, 4, 1));
    assert_eq!((notes(&h), h.queues.waiting().len()), (1, 0));
    h.queues.set_shuffled(true);
    let many: Vec<String> = (0..50).map(|n| format!("number-{n:02}")).collect();
    block_on(h.queues.send(Queue::Events, many.clone(), 0)).unwrap();
    h.log.clear();
    h.drain(&WORKER, &HANDLERS);
    let order: Vec<String> =
        h.log.lines().iter().filter_map(|l| l.split("number-").nth(1)).map(|t| format!("number-{}", t.get(..2).unwrap())).collect();
    assert!(order != many && order.len() == 50);
    assert!(block_on(h.queues.send(Queue::Events, vec![String::new(); 101], 0)).is_err());
    assert!(send(&h, &[&"x".repeat(128_001)], 0).is_err());
    assert!(send(&h, &["x"], 43_201).is_err());
    h.queues.set_down(true);
    assert!(send(&h, &["x"], 0).is_err());
}

#[test]
fn time_passes_with_crons_and_delayed_messages() {
    let h = Harness::new();
    send(&h, &["once more"], 90).unwrap();
    let done = h.run_for(&WORKER, &HANDLERS, Span::hours(24));
    assert_eq!(done.taken, 2, "the message and what followed from it");
    assert_eq!((logged(&h, "\"Minute\""), logged(&h, "\"Hourly\""), logged(&h, "\"Daily\"")), (1_440, 24, 1));
    assert_eq!(h.ports().clock.now(), testkit::time::START.plus(Span::hours(24)));
}

#[test]
fn limiters_count_by_the_clock_when_told_to() {
    let h = Harness::new();
    let admitted = |n: usize| (0..n).filter(|_| block_on(h.bursts.admit("RL_FREE_10", "k")).unwrap()).count();
    assert_eq!(admitted(60), 60, "open unless told otherwise");
    h.clock.advance(Span::seconds(10));
    h.bursts.set(Mood::Real);
    assert_eq!(admitted(60), 50);
    h.clock.advance(Span::seconds(10));
    assert_eq!(admitted(1), 1);
    assert!(block_on(h.bursts.admit("RL_NONE", "k")).is_err());
    h.bursts.set(Mood::Down);
    assert!(block_on(h.bursts.admit("RL_FREE_10", "k")).is_err());
}

// ── Running ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

/// Two I/Os: reads, then writes what it read.
async fn read_then_write(h: &Harness, id: String) -> usize {
    let seen = h
        .working(&WORKER, async |task| {
            let before = task.rows(ECHO.bind([id.as_str().into(), Value::Null])).await.unwrap().len();
            task.bookkeep(vec![NOTE.bind([id.as_str().into(), "".into()])]).await.unwrap();
            before
        })
        .await;
    seen + usize::try_from(notes(h)).unwrap()
}

#[test]
fn requests_interleave_at_each_io_and_can_be_cut_there() {
    let h = Harness::new();
    for (io, done) in [(0, 0), (1, 0), (2, 1)] {
        let ended = h.cut(io, read_then_write(&h, format!("cut-{io}")));
        assert_eq!((ended.is_some(), notes(&h)), (done == 1, done), "cut before I/O {io} is answered");
    }
    let run = |seed| {
        let h = Harness::new();
        let futures =
            (0..6).map(|n| Box::pin(read_then_write(&h, format!("n{n}"))) as std::pin::Pin<Box<dyn Future<Output = usize>>>).collect();
        h.interleave(futures, seed)
    };
    assert_eq!(run(3), run(3));
    assert!((0..20).any(|seed| run(seed) != run(seed + 1)), "the seed decides the order");
}

#[test]
fn deferred_work_runs_waits_or_is_lost() {
    let h = Harness::new();
    let change = || {
        let org = h.world.team.id.clone();
        h.work(&WORKER, async |task| task.commit(task.mutation(&org, DONE, "x").event(&org, "ticket.created", "{}".into())).await).unwrap();
    };
    change();
    assert_eq!(h.queues.sent().len(), 1);
    h.background.set(Fate::Held);
    change();
    assert_eq!((h.queues.sent().len(), h.background.waiting()), (1, 1));
    h.background.run();
    assert_eq!(h.queues.sent().len(), 2);
    h.background.set(Fate::Lost);
    change();
    h.background.run();
    assert_eq!(h.queues.sent().len(), 2);
    assert_eq!(h.db.count("SELECT count(*) FROM outbox WHERE dispatched_at IS NULL", &[]), 3, "the rows are the truth");
    h.background.set(Fate::Held);
    change();
    h.restart();
    assert_eq!(h.background.waiting(), 0);
}

#[test]
fn the_clock_stands_still_and_the_dice_are_the_same() {
    let (a, b) = (Harness::new(), Harness::new());
    let now = a.ports().clock.now();
    std::thread::sleep(Duration::from_millis(2));
    assert_eq!((a.ports().clock.now(), now.rfc3339().as_str()), (now, "2026-11-24T08:00:00.000Z"));
    a.clock.set(Millis::new(5));
    assert_eq!(a.ports().clock.now(), Millis::new(5));
    let (mut x, mut y) = ([0_u8; 13], [0_u8; 13]);
    a.rng.fill(&mut x);
    b.rng.fill(&mut y);
    assert_eq!(x, y);
    assert_ne!(x, [0; 13]);
}
