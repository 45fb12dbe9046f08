//! The payment provider: Stripe through the platform's HTTP, in the words of the domain.
//!
//! Calls are `stripe`'s; this crate gives them the configured key, the platform's way out, and errors that a page or a job can act on.

mod reading;
mod wire;

use domain::billing::{Customer, Remote};
use kernel::{Result, config::Config, error::Error, ports::Http};
use stripe::{Client, StripeError, calls::Call, error::Cause};
use wire::Wire;

/// The variable that says where Stripe's API is.
pub const STRIPE_API_BASE: &str = "STRIPE_API_BASE";
/// The variable with the pinned API version.
pub const STRIPE_API_VERSION: &str = "STRIPE_API_VERSION";
/// The variable that says which of Stripe's modes this deployment is in: `test` or `live`, or [`OFF`].
pub const STRIPE_MODE: &str = stripe::setup::MODE_VARIABLE;
/// No payments are taken.
pub const OFF: &str = "off";
/// The secret with the API key.
pub const STRIPE_SECRET_KEY: &str = "STRIPE_SECRET_KEY";
/// The variables that a Worker which calls Stripe must have.
pub const VARS: &[&str] = &[STRIPE_API_BASE, STRIPE_API_VERSION, STRIPE_MODE];
/// The secrets that a Worker which calls Stripe must have.
pub const SECRETS: &[&str] = &[STRIPE_SECRET_KEY];

/// Whether this deployment takes no payments, and so has no key to call Stripe with.
pub fn is_off(config: &Config) -> bool {
    config.get(STRIPE_MODE) == OFF
}

/// Stripe, as this deployment reaches it.
pub struct Provider<'a> {
    config: stripe::Config,
    wire: Wire<'a>,
}

impl<'a> Provider<'a> {
    /// As configured.
    ///
    /// # Errors
    /// An incident when a setting is none.
    pub fn of(config: &Config, http: &'a dyn Http) -> Result<Self> {
        let read = stripe::Config::new(config.get(STRIPE_API_BASE), config.get(STRIPE_SECRET_KEY), config.get(STRIPE_API_VERSION));
        Ok(Self { config: read.map_err(|e| Error::incident("a setting", e.to_string()))?, wire: Wire(http) })
    }
    fn client(&self) -> Client<'_> {
        Client { config: &self.config, transport: &self.wire }
    }
    /// Makes a call.
    ///
    /// # Errors
    /// What Stripe refused, or why it could not be asked.
    pub async fn send<T: serde::de::DeserializeOwned>(&self, call: &Call<T>) -> Result<T, StripeError> {
        self.client().run(call).await
    }
    /// Reads a customer and all of its subscriptions. A customer that is not there, or not any more, has none.
    ///
    /// # Errors
    /// Why it could not be read.
    pub async fn look(&self, customer: &str) -> Result<Remote, StripeError> {
        let about = match self.send(&stripe::calls::customer(customer)?).await {
            Ok(about) if about.deleted => return Ok(Remote { customer: Customer::Missing, subscriptions: Vec::new() }),
            Ok(about) => about,
            Err(e) if e.is_missing() => return Ok(Remote { customer: Customer::Missing, subscriptions: Vec::new() }),
            Err(e) => return Err(e),
        };
        let found = match self.client().all_subscriptions_of(customer).await {
            Ok(found) => found,
            // Deleted between the two.
            Err(e) if e.is_missing() => return Ok(Remote { customer: Customer::Missing, subscriptions: Vec::new() }),
            Err(e) => return Err(e),
        };
        let org = about.metadata.get("org_id").cloned();
        Ok(Remote { customer: Customer::There { org }, subscriptions: found.iter().map(reading::reading).collect() })
    }
}

/// Why Stripe could not be read, for people: without ids, keys, or words of Stripe's.
pub fn reason(error: &StripeError) -> &'static str {
    match error.cause() {
        Cause::Outage => "Stripe doesn't answer, or answers that something is wrong on its side.",
        Cause::RefusedKey => "Stripe refuses the API key of this deployment.",
        Cause::WrongMode => "The API key of this deployment is of the other mode: test instead of live, or live instead of test.",
        Cause::Unreadable => "Stripe's answer can't be read.",
        _ => "Stripe refuses the request.",
    }
}

/// A refusal as an incident, for what nobody watches. Never quotes the key.
#[track_caller]
pub fn incident(doing: &'static str, error: &StripeError) -> Error {
    if error.is_refused_key() {
        // In our own words: Stripe's quote the ends of the key.
        let status = error.status.unwrap_or_default();
        return Error::incident(doing, format!("Stripe refuses {STRIPE_SECRET_KEY} with status {status}"));
    }
    Error::incident(doing, error.to_string())
}
