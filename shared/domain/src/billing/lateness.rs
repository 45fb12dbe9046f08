//! From what age on an event that was never delivered shows that deliveries fail: a setting of the deployment.

use kernel::{
    Result,
    config::Config,
    error::{Code, Error},
    time::Span,
};

/// The variable that says it, in whole minutes from 0 to 60. A Worker that asks Stripe for its events has it.
pub const EVENTS_LATE_MINUTES: &str = "BILLING_EVENTS_LATE_MINUTES";

/// How old an event is when its not having arrived counts. What is younger may still be on its way.
///
/// # Errors
/// Not configured, when the Worker lacks the variable; the configuration refuses other values at start.
pub fn late_after(config: &Config) -> Result<Span> {
    let minutes = config.get(EVENTS_LATE_MINUTES).parse::<u8>();
    let minutes = minutes.map_err(|_| Error::new(Code::NotConfigured, "BILLING_EVENTS_LATE_MINUTES is not a number of minutes."))?;
    Ok(Span::minutes(i64::from(minutes)))
}
