//! For how long an overdue payment leaves the plan in place: a setting of the deployment.

use kernel::{
    Result,
    config::Config,
    error::{Code, Error},
    time::Span,
};

/// The variable that says it, in whole days from 0 to 30. A Worker that judges what is granted has it.
pub const GRACE_DAYS: &str = "BILLING_GRACE_DAYS";
/// So long before the grace period ends people are told that it will. A shorter one ends without: the word of the failed payment names
/// the day.
pub const GRACE_WARNED_BEFORE: Span = Span::days(3);

/// How long an overdue payment leaves the plan in place.
///
/// # Errors
/// Not configured, when the Worker lacks the variable; the configuration refuses other values at start.
pub fn grace(config: &Config) -> Result<Span> {
    let days = config.get(GRACE_DAYS).parse::<u8>();
    let days = days.map_err(|_| Error::new(Code::NotConfigured, "BILLING_GRACE_DAYS is not a number of days."))?;
    Ok(Span::days(i64::from(days)))
}
