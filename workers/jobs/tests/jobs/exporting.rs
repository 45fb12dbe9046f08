//! Exports: the same bytes with and without crashes, whole and in parts, and no cell that a spreadsheet would run.

use domain::exports::Sizes;
use jobs::{HANDLERS, WORKER};
use kernel::{ports::Clock, sql::Value as Cell, time::Span};
use serde_json::json;
use testkit::{
    DbFault, Harness, Replied, When,
    blobs::LEAST_PART,
    database::{LOST, OVERLOADED},
    get, post,
};

const ROWS: i64 = 2_500;

/// A deployment with 2,500 more tickets, each with a body of that many characters.
fn filled(body: i64) -> Harness {
    let h = Harness::new();
    h.db.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?3) \
         INSERT INTO tickets(org_id, id, subject, body, created_at, updated_at) \
         SELECT ?1, printf('tkt_%032x', i), CASE i % 8 WHEN 0 THEN '=1+1' WHEN 1 THEN '+cmd|'' /C calc''!A0' WHEN 2 THEN '@SUM(A1)' WHEN 3 THEN '-2' \
           WHEN 4 THEN 'a \"quoted\", one' WHEN 5 THEN 'שלום 👩‍👩‍👧' WHEN 6 THEN '＝1' ELSE 'plain' END, \
           CASE i % 3 WHEN 0 THEN char(9) || 'tab' WHEN 1 THEN char(13) || char(10) || 'line' ELSE 'x' END || substr(replace(hex(zeroblob(?4 / 2 + 1)), '0', char(97 + i % 26)), 1, ?4), \
           ?2, ?2 + i FROM n",
        &[(&h.world.team.id).into(), h.clock.now().into(), ROWS.into(), body.into()],
    );
    h
}
fn ask(h: &Harness) -> String {
    let reply = h.call(&exports::WORKER, post("/v1/exports").key(&h.world.team.keys.full).json(&json!({"kind": "tickets"})));
    assert_eq!(reply.status, 202, "{reply:?}");
    reply.json()["id"].as_str().unwrap().to_owned()
}
fn object(h: &Harness, id: &str) -> Option<Vec<u8>> {
    h.blobs.object(&format!("{}/{id}.csv", h.world.team.id)).map(|o| o.bytes)
}
fn state(h: &Harness, id: &str) -> String {
    h.db.text("SELECT state FROM exports WHERE id = ?1", &[id.into()])
}
/// What else an organization's folder holds than finished files.
fn left_over(h: &Harness) -> Vec<String> {
    h.blobs.keys().into_iter().filter(|key| !key.ends_with(".csv")).collect()
}
/// Makes it slice by slice, whatever goes wrong, as long as it is not decided.
fn make(h: &Harness, id: &str, sizes: Sizes) {
    for _ in 0..80 {
        let done = h.work(&WORKER, async |task| queue_exports::consume_in(task, id, sizes).await);
        if !matches!(state(h, id).as_str(), "queued" | "running") {
            return;
        }
        // A failed attempt waits for its pause, one that broke off for its lease; a slice that was saved goes on at once.
        let waits = h.db.count("SELECT max(next_at, lease_until) FROM jobs WHERE subject = ?1", &[id.into()]);
        h.clock.set(h.clock.now().max(kernel::Millis::new(waits)));
        let _: Result<(), kernel::Error> = done;
    }
}
/// RFC 4180, read by somebody else's rules.
fn parse(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => cell.push(chars.next().unwrap()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted && chars.peek() == Some(&'\n') => {
                chars.next();
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    assert!(!quoted && row.is_empty() && cell.is_empty(), "it ends with a row");
    rows
}

#[test]
fn an_export_holds_every_row_and_no_formula() {
    let h = filled(40);
    let id = ask(&h);
    h.drain(&WORKER, &HANDLERS);
    let bytes = object(&h, &id).unwrap();
    let shown = h.call(&exports::WORKER, get(&format!("/v1/exports/{id}")).key(&h.world.team.keys.full)).json();
    assert_eq!((&shown["state"], &shown["rows"]), (&json!("ready"), &json!(ROWS + 3)));
    assert_eq!((&shown["bytes"], &shown["sha256"]), (&json!(bytes.len()), &json!(crypto::hash::sha256_hex(&bytes))));
    let rows = parse(std::str::from_utf8(&bytes).unwrap().strip_prefix('\u{feff}').unwrap());
    assert_eq!(rows.len() as i64, ROWS + 4);
    assert_eq!(rows[0][0], "id");
    for row in &rows {
        assert_eq!(row.len(), 10);
        assert!(row.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝'])), "{row:?}");
    }
    let ids: Vec<&String> = rows[1..].iter().map(|row| &row[0]).collect();
    assert!(ids.is_sorted(), "in key order");
    let url = shown["download_url"].as_str().unwrap().split_once("8787").unwrap().1.to_owned();
    assert_eq!(h.call(&exports::WORKER, get(&url)).into_bytes(), bytes);
    assert_eq!(left_over(&h), Vec::<String>::new());
    let ready = "SELECT count(*) FROM outbox WHERE type = 'export.ready' AND json_extract(payload, '$.id') = ?1";
    assert_eq!(h.db.count(ready, &[id.as_str().into()]), 1);
}

#[test]
fn rows_that_come_later_are_not_in_it() {
    let h = filled(10);
    let id = ask(&h);
    let sizes = Sizes { page_rows: 100, pages_a_slice: 2, ..Sizes::DEPLOYED };
    h.work(&WORKER, async |task| queue_exports::consume_in(task, &id, sizes).await).unwrap();
    crate::deliveries::create_ticket(&h);
    make(&h, &id, sizes);
    assert_eq!(h.db.count("SELECT rows FROM exports WHERE id = ?1", &[id.into()]), ROWS + 3);
}

/// Makes the export under every fault of every place, and compares.
fn under_faults(body: i64, sizes: Sizes, parts: bool) {
    let clean = filled(body);
    let id = ask(&clean);
    let (before, trips) = (clean.pace.steps(), clean.db.trips());
    make(&clean, &id, sizes);
    let ios = usize::try_from(clean.pace.steps() - before).unwrap();
    // What is neither the database nor the hints of the slices is the object store.
    let hints = clean.queues.sent().len();
    let blob_calls = ios - usize::try_from(clean.db.trips() - trips).unwrap() - (hints - 1);
    let expected = object(&clean, &id).unwrap();
    assert_eq!(expected.len() > LEAST_PART, parts);
    assert!(ios > 8, "{ios} round trips");
    let same = |h: &Harness, id: &str, what: &str| {
        assert_eq!(state(h, id), "ready", "{what}");
        assert!(object(h, id).unwrap() == expected, "{what}: other bytes");
        let [bytes, rows] = ["bytes", "rows"].map(|c| h.db.count(&format!("SELECT {c} FROM exports WHERE id = ?1"), &[id.into()]));
        assert_eq!((bytes, rows), (expected.len() as i64, ROWS + 3), "{what}");
        let sha = h.db.text("SELECT sha256 FROM exports WHERE id = ?1", &[id.into()]);
        assert_eq!(sha, crypto::hash::sha256_hex(&expected), "{what}");
        let ready = "SELECT count(*) FROM audit_events WHERE action = 'export.ready' AND target = ?1";
        assert_eq!(h.db.count(ready, &[Cell::from(id)]), 1, "{what}: announced once");
    };
    let mut runs = 0;
    let mut try_with = |what: String, fault: &dyn Fn(&Harness) -> bool| {
        let h = filled(body);
        let id = ask(&h);
        if fault(&h) {
            make(&h, &id, sizes);
            same(&h, &id, &what);
            runs += 1;
        }
    };
    for at in 0..ios {
        try_with(format!("cut at {at}"), &|h| {
            let id = h.db.text("SELECT id FROM exports WHERE state = 'queued'", &[]);
            // The isolate ends at that I/O of the whole making, however many slices that is.
            let all = h.working(&WORKER, async |task| {
                while matches!(state(h, &id).as_str(), "queued" | "running") {
                    queue_exports::consume_in(task, &id, sizes).await.unwrap();
                }
            });
            let cut = h.cut(at, all).is_none();
            h.restart();
            h.clock.advance(Span::minutes(3));
            cut
        });
    }
    for at in 0..blob_calls {
        for done in [false, true] {
            try_with(format!("object store call {at}, done: {done}"), &|h| {
                h.blobs.fail_at(at, done);
                true
            });
        }
    }
    for at in 0..6 {
        try_with(format!("write {at} unknown"), &|h| {
            h.db.fail_at(When::Writes, at, DbFault::Unknown(LOST));
            true
        });
        try_with(format!("round trip {at} refused"), &|h| {
            h.db.fail_at(When::Any, at, DbFault::Refused(OVERLOADED));
            true
        });
    }
    println!("{runs} runs with a fault, {ios} round trips in a clean one, {} bytes", expected.len());
    assert!(runs > 20);
}

#[test]
fn a_small_export_is_the_same_after_any_fault() {
    under_faults(40, Sizes { page_rows: 500, pages_a_slice: 2, ..Sizes::DEPLOYED }, false);
}

#[test]
fn an_export_in_parts_is_the_same_after_any_fault() {
    under_faults(4_400, Sizes { part_bytes: LEAST_PART, page_rows: 500, pages_a_slice: 2 }, true);
}

#[test]
fn one_that_can_not_be_made_says_so_and_leaves_nothing_behind() {
    let h = filled(6_000);
    let id = ask(&h);
    let sizes = Sizes { part_bytes: LEAST_PART, page_rows: 500, pages_a_slice: 2 };
    h.work(&WORKER, async |task| queue_exports::consume_in(task, &id, sizes).await).unwrap();
    h.work(&WORKER, async |task| queue_exports::consume_in(task, &id, sizes).await).unwrap();
    assert_eq!(h.blobs.open_uploads(), 1);
    for row in 0..8 {
        assert_eq!(state(&h, &id), "queued", "after {row} failures");
        h.blobs.fail_at(0, false);
        h.work(&WORKER, async |task| queue_exports::consume_in(task, &id, sizes).await).unwrap();
        h.clock.advance(Span::hours(2));
    }
    assert_eq!(state(&h, &id), "failed");
    assert_eq!((h.blobs.open_uploads(), left_over(&h)), (0, Vec::new()));
    assert_eq!(object(&h, &id), None);
    assert_eq!(
        h.db.count("SELECT count(*) FROM jobs WHERE state = 'dead' AND subject = ?1 AND last_error <> ''", &[id.as_str().into()]),
        1
    );
    assert_eq!(h.db.count("SELECT count(*) FROM outbox WHERE type = 'export.failed'", &[]), 1);
}

#[test]
fn two_consumers_of_one_export_make_one() {
    for seed in 0..10 {
        let h = filled(10);
        let id = ask(&h);
        let consume = || {
            let (h, id) = (&h, id.clone());
            Box::pin(async move { h.working(&WORKER, async |task| queue_exports::consume(task, &id).await).await })
                as std::pin::Pin<Box<dyn Future<Output = kernel::Result<()>> + '_>>
        };
        for done in h.interleave(vec![consume(), consume(), consume()], seed) {
            done.unwrap();
        }
        assert_eq!(state(&h, &id), "ready");
        assert_eq!(h.db.count("SELECT count(*) FROM audit_events WHERE action = 'export.ready'", &[]), 1);
    }
}
