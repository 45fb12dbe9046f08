//! Any status, for a rehearsal.

use super::{
    super::{Context, Settings, world::World},
    STATUSES, end, find, find_mut, watched,
};

/// Puts a subscription into a status at once, whatever was paid. Final statuses end it. `false` for an unknown subscription or status,
/// and for one that is over.
pub fn force_status(world: &mut World, settings: &Settings<'_>, id: &str, status: &str, now: i64) -> bool {
    let context = Context::unasked(settings, now);
    let known = STATUSES.contains(&status) && status != "all" && status != "ended";
    if !known || find(world, id).map_or(true, |held| held.ended_at.is_some()) {
        return false;
    }
    if status == "canceled" {
        return end(world, id, &context).is_some();
    }
    watched(world, &context, id, |world| {
        if let Ok(held) = find_mut(world, id) {
            status.clone_into(&mut held.status);
            held.ended_at = (status == "incomplete_expired").then_some(now);
        }
    });
    true
}
