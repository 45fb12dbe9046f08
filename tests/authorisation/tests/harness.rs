//! The harness serves the API.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop the test")]

use serde_json::json;
use testkit::{Harness, Replied, get, post};
use xtask::fleet::WORKERS;

fn api() -> &'static kernel::worker::Worker {
    WORKERS.iter().find(|w| w.name == "api").unwrap()
}

#[test]
fn a_key_reads_and_writes_its_own_tickets_in_one_round_trip_each() {
    let h = Harness::new();
    let key = &h.world.team.keys.full;
    assert_eq!(h.call(api(), get("/v1/tickets")).code(), "key_missing");
    assert_eq!(h.call(api(), get("/v1/tickets").key(key)).status, 200, "{:?}", h.log.lines());
    h.db.reset_counts();
    let list = h.call(api(), get("/v1/tickets").key(key));
    assert_eq!((list.status, list.json()["data"].as_array().unwrap().len(), h.db.trips()), (200, 3, 1));
    h.db.reset_counts();
    let made = h.call(api(), post("/v1/tickets").key(key).json(&json!({"subject": "s", "body": "b"})));
    assert_eq!((made.status, h.db.reads(), h.db.writes()), (201, 0, 1), "{made:?}");
    assert_eq!(h.queues.waiting().len(), 1);
    assert_eq!(h.log.failures(), Vec::<String>::new());
}
