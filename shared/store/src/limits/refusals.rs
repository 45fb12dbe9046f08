//! What the limits refuse, counted for operators: by hour, limit and whom. A refusal must stay cheap, so that each isolate counts in
//! memory and adds what it has to the table now and then, after a reply. What an isolate had not written when it ended is lost: these
//! are counts to look at, not to decide by.

use kernel::{Millis, ports::Ports, time::Span};
use std::{cell::RefCell, collections::HashMap};

kernel::sql! {
    /// Adds counts, as JSON `[hour, policy, whom, refused, last]`.
    Bookkeep Global("refusals are the platform's") ADD(1) -> [] =
        "INSERT INTO refusals(hour, policy, whom, refused, last_at) \
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?1) WHERE 1 \
         ON CONFLICT(hour, policy, whom) DO UPDATE SET refused = refused + excluded.refused, last_at = max(last_at, excluded.last_at)";
}

/// How often an isolate writes at most.
const WRITE_EVERY: Span = Span::seconds(10);
/// How many an isolate tells apart between two writes; what is beyond is counted by limit alone.
const APART: usize = 500;
const HOUR: i64 = 3_600_000;

#[derive(Default)]
struct Counts {
    open: HashMap<(i64, String, String), (u32, Millis)>,
    written_at: Millis,
}

/// The counts of one isolate.
#[derive(Default)]
pub struct Refusals(RefCell<Counts>);

impl Refusals {
    /// Counts one. `whom` is an address, an organization or an account.
    pub fn count(&self, ports: &Ports, policy: &str, whom: &str) {
        let now = ports.clock.now();
        let key = |whom: &str| (now.get().div_euclid(HOUR) * HOUR, policy.to_owned(), whom.to_owned());
        let mut counts = self.0.borrow_mut();
        let full = counts.open.len() >= APART && !counts.open.contains_key(&key(whom));
        let (refused, last) = counts.open.entry(key(if full { "" } else { whom })).or_default();
        *refused = refused.saturating_add(1);
        *last = now;
        drop(counts);
        self.write(ports);
    }

    /// Writes what was counted, if it is time: after the reply, in one statement for all.
    pub fn write(&self, ports: &Ports) {
        let rows: Vec<(i64, String, String, u32, i64)> = {
            let mut counts = self.0.borrow_mut();
            let now = ports.clock.now();
            if counts.open.is_empty() || now < counts.written_at.plus(WRITE_EVERY) {
                return;
            }
            counts.written_at = now;
            counts.open.drain().map(|((hour, policy, whom), (refused, last))| (hour, policy, whom, refused, last.get())).collect()
        };
        let text = serde_json::json!(rows).to_string();
        kernel::mutation::bookkeep_later(ports, "counting refusals", vec![ADD.bind([text.into()])]);
    }
}
