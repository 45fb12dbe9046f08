//! Checkout: sessions of the API, and what is done on their page.

mod buy;
mod create;
mod expire;
mod show;

pub(crate) use buy::complete;
pub use buy::{Purchase, buy};
pub(crate) use create::create;
pub use expire::expire_now;
pub(crate) use expire::{expire, expire_due};
pub use show::render;

use super::{
    error::ApiError,
    list::{Paging, When},
    params::Params,
    world::{CheckoutSession, World},
};
use serde_json::Value;

/// A session by its id.
///
/// # Errors
/// There is none.
pub fn find<'w>(world: &'w World, id: &str) -> Result<&'w CheckoutSession, ApiError> {
    world.checkouts.iter().find(|s| s.id == id).ok_or_else(|| ApiError::missing("checkout.session", id))
}

pub(crate) fn get(world: &World, id: &str, params: Params) -> Result<Value, ApiError> {
    params.finish()?;
    find(world, id).map(|session| render(world, session))
}

pub(crate) fn list(world: &World, mut params: Params) -> Result<Value, ApiError> {
    let paging = Paging::take(&mut params)?;
    let (customer, subscription) = (params.id("customer")?, params.id("subscription")?);
    let status = params.one_of("status", &["complete", "expired", "open"])?;
    let created = When::take(&mut params, "created")?;
    params.finish()?;
    let admits = |s: &CheckoutSession| {
        customer.as_ref().is_none_or(|id| s.customer.as_ref() == Some(id))
            && subscription.as_ref().is_none_or(|id| s.subscription.as_ref() == Some(id))
            && status.as_deref().is_none_or(|status| status == s.status.as_str())
            && created.admits(s.created)
    };
    let all = world.checkouts.iter().rev().map(|s| (s.id.clone(), admits(s).then(|| render(world, s)))).collect();
    paging.page("/v1/checkout/sessions", "checkout.session", all)
}

/// What is bought, in pages.
pub(crate) fn list_items(world: &World, id: &str, mut params: Params) -> Result<Value, ApiError> {
    let paging = Paging::take(&mut params)?;
    params.finish()?;
    let session = find(world, id)?;
    let all = session.items.iter().map(|item| (item.id.clone(), Some(show::item(world, item)))).collect();
    paging.page(&format!("/v1/checkout/sessions/{id}/line_items"), "item", all)
}

/// What is bought, as a session shows it where `line_items` is expanded.
pub(crate) fn items_of(world: &World, id: &str) -> Option<Value> {
    list_items(world, id, Params::of(&["limit=100"]).ok()?).ok()
}
