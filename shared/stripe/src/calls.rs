//! The calls that Portico makes: values that say method, path, parameters and what the answer is.
//!
//! Parameters are written by serde_qs as Stripe reads them: `types[0]=…`, `created[gte]=…`, `metadata[org_id]=…`. What is not set
//! is left out.

use crate::{
    error::StripeError,
    objects::{List, is_id},
    subscription::{Customer, Subscription},
};
use serde::Serialize;
use serde_json::value::RawValue;
use std::{collections::BTreeMap, marker::PhantomData};

/// How many objects a page holds at most.
pub const PAGE: u8 = 100;

/// The method of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates or changes.
    Post,
    /// Removes.
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
    /// The query of a GET, the form body of a POST.
    pub form: String,
    /// Makes a repeated POST take effect once (24 hours at Stripe). Derived from what the call is for, never random.
    pub idempotency_key: Option<String>,
    answer: PhantomData<fn() -> T>,
}

fn get<T>(path: String, query: &impl Serialize) -> Result<Call<T>, StripeError> {
    Ok(Call { method: Method::Get, path, form: form(query)?, idempotency_key: None, answer: PhantomData })
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

/// Reads a customer. A deleted one answers too, with `deleted` set.
///
/// # Errors
/// An id that is none.
pub fn customer(id: &str) -> Result<Call<Customer>, StripeError> {
    get(under("customers", id)?, &Nothing {})
}

/// Reads a subscription.
///
/// # Errors
/// An id that is none.
pub fn subscription(id: &str) -> Result<Call<Subscription>, StripeError> {
    get(under("subscriptions", id)?, &Nothing {})
}

/// Lists a customer's subscriptions of every status, newest first; `after` is the last id of the page before.
/// Prices are inlined in their items, so nothing is expanded.
///
/// # Errors
/// Parameters that can't be written.
pub fn subscriptions_of(customer: &str, after: Option<&str>) -> Result<Call<List<Subscription>>, StripeError> {
    #[derive(Serialize)]
    struct Query<'a> {
        customer: &'a str,
        status: &'static str,
        limit: u8,
        #[serde(skip_serializing_if = "Option::is_none")]
        starting_after: Option<&'a str>,
    }
    get("/v1/subscriptions".into(), &Query { customer, status: "all", limit: PAGE, starting_after: after })
}

/// Which events to list.
#[derive(Debug, Clone, Copy, Default)]
pub struct EventFilter<'a> {
    /// Of these types only; all when empty. Stripe takes at most 20.
    pub types: &'a [&'a str],
    /// When they happened.
    pub created: Range,
    /// Only those that were delivered to every endpoint, or only those that were not.
    pub delivery_success: Option<bool>,
    /// Only newer ones than this id, the nearest first to come.
    pub ending_before: Option<&'a str>,
    /// Only older ones than this id: the page after the one that ends with it.
    pub starting_after: Option<&'a str>,
}

/// A range of time, Unix seconds, both ends included.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Range {
    /// Not before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gte: Option<i64>,
    /// Not after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lte: Option<i64>,
}
impl Range {
    /// Whether it leaves nothing out.
    pub const fn is_open(&self) -> bool {
        self.gte.is_none() && self.lte.is_none()
    }
}

/// Lists events of the last 30 days, newest first. Each is raw JSON for [`Event::parse`](crate::event::Event::parse), so that one
/// that can't be read doesn't hide the others, and its text can be stored as if it had been delivered.
///
/// # Errors
/// Parameters that can't be written.
pub fn events(filter: &EventFilter<'_>) -> Result<Call<List<Box<RawValue>>>, StripeError> {
    #[derive(Serialize)]
    struct Query<'a> {
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        types: &'a [&'a str],
        #[serde(skip_serializing_if = "Range::is_open")]
        created: Range,
        #[serde(skip_serializing_if = "Option::is_none")]
        delivery_success: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        ending_before: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        starting_after: Option<&'a str>,
        limit: u8,
    }
    let EventFilter { types, created, delivery_success, ending_before, starting_after } = *filter;
    get("/v1/events".into(), &Query { types, created, delivery_success, ending_before, starting_after, limit: PAGE })
}

/// A new customer.
#[derive(Debug, Clone, Default, Serialize)]
pub struct NewCustomer<'a> {
    /// Where receipts go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<&'a str>,
    /// Name on invoices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    /// Ours: `org_id` says whose customer this is.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<&'a str, &'a str>,
}

/// Makes a customer, once for each idempotency key.
///
/// # Errors
/// Parameters that can't be written.
pub fn create_customer(new: &NewCustomer<'_>, idempotency_key: &str) -> Result<Call<Customer>, StripeError> {
    Ok(Call {
        method: Method::Post,
        path: "/v1/customers".into(),
        form: form(new)?,
        idempotency_key: Some(idempotency_key.to_owned()),
        answer: PhantomData,
    })
}
