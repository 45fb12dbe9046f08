//! The calls that Portico makes: values that say method, path, parameters and what the answer is.
//!
//! Parameters are written by serde_qs as Stripe reads them: `types[0]=…`, `created[gte]=…`, `metadata[org_id]=…`. What is not set
//! is left out. Whatever creates or changes takes an idempotency key of the caller's, derived from what the call is for.

mod charges;
mod checkout;
mod customers;
mod events;
mod invoices;
mod portal;
mod prices;
mod subscriptions;

pub use charges::charge;
pub use checkout::{NewCheckout, checkout_session, create_checkout_session, expire_checkout_session};
pub use customers::{CustomerChange, NewCustomer, create_customer, customer, update_customer};
pub use events::{EventFilter, Range, events};
pub use invoices::{invoices_of, preview_change};
pub use portal::{NewPortal, create_portal_session, portal_configurations};
pub use prices::{MAX_LOOKUP_KEYS, price, prices_by_lookup_keys};
pub use subscriptions::{
    Ending, ItemChange, cancel_subscription, change_subscription, set_cancel_at_period_end, subscription, subscriptions_of,
};

use crate::{error::StripeError, objects::is_id};
use serde::Serialize;
use std::marker::PhantomData;

/// How many objects a page holds at most.
pub const PAGE: u8 = 100;
/// The longest idempotency key that Stripe takes, in bytes.
pub const MAX_IDEMPOTENCY_KEY: usize = 255;

/// The method of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates or changes.
    Post,
    /// Ends. Safe to repeat without a key: what is over stays over.
    Delete,
}
impl Method {
    /// As HTTP writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// A call whose answer reads as `T`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call<T> {
    /// Its method.
    pub method: Method,
    /// Its path, such as `/v1/customers/cus_1`.
    pub path: String,
    /// The form body of a POST, the query otherwise.
    pub form: String,
    /// Makes a repeated POST take effect once (24 hours at Stripe). Derived from what the call is for, never random.
    pub idempotency_key: Option<String>,
    answer: PhantomData<fn() -> T>,
}

fn get<T>(path: String, query: &impl Serialize) -> Result<Call<T>, StripeError> {
    Ok(Call { method: Method::Get, path, form: form(query)?, idempotency_key: None, answer: PhantomData })
}

fn post<T>(path: String, params: &impl Serialize, idempotency_key: &str) -> Result<Call<T>, StripeError> {
    // It goes out as a header's value.
    if !(1..=MAX_IDEMPOTENCY_KEY).contains(&idempotency_key.len()) || !idempotency_key.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(StripeError::invalid("the idempotency key is not 1 to 255 visible ASCII characters"));
    }
    Ok(Call { idempotency_key: Some(idempotency_key.to_owned()), ..ask(path, params)? })
}

/// A POST that only asks: it has no effect that a key could keep to one, and the answer of a repeated key would be an old one.
fn ask<T>(path: String, params: &impl Serialize) -> Result<Call<T>, StripeError> {
    Ok(Call { method: Method::Post, path, form: form(params)?, idempotency_key: None, answer: PhantomData })
}

fn delete<T>(path: String, params: &impl Serialize) -> Result<Call<T>, StripeError> {
    Ok(Call { method: Method::Delete, path, form: form(params)?, idempotency_key: None, answer: PhantomData })
}

fn form(params: &impl Serialize) -> Result<String, StripeError> {
    serde_qs::to_string(params).map_err(|e| StripeError::invalid(format!("the parameters could not be written: {e}")))
}

/// A path that ends with an id. Refuses what is none, so that an id that somebody typed can't lead elsewhere.
fn under(collection: &str, id: &str) -> Result<String, StripeError> {
    if is_id(id) { Ok(format!("/v1/{collection}/{id}")) } else { Err(StripeError::invalid("not an id of Stripe")) }
}

#[derive(Serialize)]
struct Nothing {}
