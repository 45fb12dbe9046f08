//! Events: what happened, for whoever missed a delivery.

use super::{Call, PAGE, get};
use crate::{error::StripeError, objects::List, units::UnixSeconds};
use serde::Serialize;
use serde_json::value::RawValue;

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

/// A range of time, both ends included.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Range {
    /// Not before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gte: Option<UnixSeconds>,
    /// Not after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lte: Option<UnixSeconds>,
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
