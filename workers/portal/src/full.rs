//! What is said where an account has done something as often as it may within an hour. What was written is shown again, to be
//! sent later.

use kernel::{Result, Write, limit::Exact, time::Span};
use store::limits::exact;

/// When there is room again for one more.
///
/// # Errors
/// What the database refused.
pub async fn wait(cx: &Write<'_>, policy: Exact) -> Result<Span> {
    let now = cx.now();
    let row = cx.first(exact::used(policy, cx.principal().id(), now)).await?;
    Ok(match row {
        Some(row) => exact::wait(policy, row.int(0)?, row.int(1)?, now),
        None => Span::millis(0),
    })
}

/// A wait, as people say it.
pub fn minutes(wait: Span) -> String {
    match (wait.as_seconds_up() + 59) / 60 {
        ..=1 => "in a minute".to_owned(),
        n => format!("in {n} minutes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_rounded_up_to_minutes() {
        let said = [0, 60, 61, 3_600].map(|s| minutes(Span::seconds(s)));
        assert_eq!(said, ["in a minute", "in a minute", "in 2 minutes", "in 60 minutes"]);
    }
}
