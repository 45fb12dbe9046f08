//! The mail queue: one row, one mail.

use kernel::{Result, task::Task};

/// Its statements, for the catalogue test.
pub const CATALOGUES: &[&[kernel::Sql]] = &[];

/// Sends one mail.
///
/// # Errors
/// What the database refused.
#[expect(clippy::unused_async, reason = "the sender follows in the next commit")]
pub async fn consume(_task: &Task<'_>, _id: &str) -> Result<()> {
    Ok(())
}
