//! What the queues could not use.

use super::Seed;
use kernel::{Id, JobId, time::Span};

/// The queue message that nobody could use.
pub fn dead_letter_id() -> JobId {
    JobId::make(crate::time::START, [0xde; 10])
}

impl Seed<'_> {
    /// The message of [`dead_letter_id`].
    pub(super) fn dead_letter(&self) {
        self.db.insert(
            "dead_letters",
            &[
                ("id", (&dead_letter_id()).into()),
                ("queue", "portico-stripe".into()),
                ("body", "not a hint of ours".into()),
                ("received_at", self.ago(Span::hours(5))),
            ],
        );
    }
}
