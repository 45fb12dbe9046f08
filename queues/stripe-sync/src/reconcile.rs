//! Finds what nobody told us: events that were not delivered, requests and purchases whose end was not seen, customers that differ.
//! Everything here is bounded, and goes on next time where it stopped.

pub(crate) mod catch_up;
pub(crate) mod checkouts;
pub(crate) mod compare;
pub(crate) mod portal;
pub(crate) mod requests;

pub use catch_up::catch_up;
pub use checkouts::close as close_checkouts;
pub use compare::{go_on as go_on_comparing, start as start_comparing};
pub use portal::look as look_at_portal;
pub use requests::settle as settle_requests;

use kernel::{Millis, Result, sql::Stmt, task::Task};
use serde::{Serialize, de::DeserializeOwned};

kernel::sql! {
    Read Global("cursors are the machine's") PLACE(1) -> ["done_until", "place"] = "SELECT done_until, place FROM billing_cursors WHERE name = ?1";
    Bookkeep Global("cursors are the machine's")
    SAVE(3) -> [] =
        "INSERT INTO billing_cursors(name, done_until, place) VALUES(?1, ?2, ?3) \
         ON CONFLICT(name) DO UPDATE SET done_until = excluded.done_until, place = excluded.place";
}

/// How far something is that is done in steps.
struct Cursor<P> {
    name: &'static str,
    /// What happened before is dealt with.
    done_until: Option<Millis>,
    /// The place in what is under way.
    place: Option<P>,
}
impl<P: Serialize + DeserializeOwned> Cursor<P> {
    /// Reads it. A place that another version wrote and that can't be read is begun anew.
    async fn read(task: &Task<'_>, name: &'static str) -> Result<Self> {
        let row = task.first(PLACE.bind([name.into()])).await?;
        let (mut done_until, mut place) = (None, None);
        if let Some(row) = row {
            done_until = row.opt_int(0)?.map(Millis::new);
            place = row.opt_text(1)?.and_then(|text| serde_json::from_str(text).ok());
        }
        Ok(Self { name, done_until, place })
    }
    /// Saves it, in the batch of the step.
    fn saved(&self) -> Stmt {
        let place = self.place.as_ref().and_then(|place| serde_json::to_string(place).ok());
        SAVE.bind([self.name.into(), self.done_until.into(), place.into()])
    }
}
