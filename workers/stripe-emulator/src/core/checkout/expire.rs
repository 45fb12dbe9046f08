//! Sessions close: by the API, and when their time is over.

use super::{
    super::{
        Context, Settings,
        error::ApiError,
        events::record,
        params::Params,
        world::{CheckoutStatus, World},
    },
    find, render,
};
use serde_json::Value;

fn close(world: &mut World, id: &str, context: &Context<'_>) {
    let Some(session) = world.checkouts.iter_mut().find(|s| s.id == id) else { return };
    session.status = CheckoutStatus::Expired;
    let session = session.clone();
    let shown = render(world, &session);
    record(world, context, "checkout.session.expired", shown, None);
}

/// `POST /v1/checkout/sessions/{id}/expire`.
pub(crate) fn expire(world: &mut World, id: &str, params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    params.finish()?;
    let status = find(world, id)?.status;
    if status != CheckoutStatus::Open {
        let message = format!("Only Checkout Sessions with a status in [\"open\"] can be expired. This one is {}.", status.as_str());
        return Err(ApiError::refused(&message));
    }
    close(world, id, context);
    find(world, id).map(|session| render(world, session))
}

/// The same by hand, from the page or the desk. `now` is Unix seconds.
///
/// # Errors
/// There is no such session, or it is not open.
pub fn expire_now(world: &mut World, settings: &Settings<'_>, id: &str, now: i64) -> Result<(), ApiError> {
    expire(world, id, Params::of(&[])?, &Context::unasked(settings, now)).map(drop)
}

/// Closes the sessions whose time is over.
pub(crate) fn expire_due(world: &mut World, context: &Context<'_>) {
    let due: Vec<String> =
        world.checkouts.iter().filter(|s| s.status == CheckoutStatus::Open && s.expires_at <= context.now).map(|s| s.id.clone()).collect();
    for id in due {
        close(world, &id, context);
    }
}
