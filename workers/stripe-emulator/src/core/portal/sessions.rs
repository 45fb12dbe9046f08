//! `/v1/billing_portal/sessions`, and the way in to the portal's page.

use super::{
    super::{
        Context,
        customers::live,
        error::ApiError,
        params::Params,
        url::is_web,
        world::{PortalConfiguration, PortalSession, World},
    },
    configurations,
};
use serde_json::{Value, json};

/// A page that nobody came to in that time is closed, in seconds.
const UNUSED_SECONDS: i64 = 5 * 60;
/// One that was used is closed so long after, in seconds.
const IDLE_SECONDS: i64 = 3_600;
const KEPT: usize = 200;

fn render(session: &PortalSession, pages: &str) -> Value {
    let flow = session.flow.as_ref().map(|(kind, subscription)| {
        let about = |wanted: &str| subscription.as_ref().filter(|_| kind == wanted);
        json!({
            "after_completion": { "hosted_confirmation": null, "redirect": null, "type": "portal_homepage" },
            "subscription_cancel": about("subscription_cancel").map(|id| json!({ "retention": null, "subscription": id })),
            "subscription_update": about("subscription_update").map(|id| json!({ "subscription": id })),
            "subscription_update_confirm": null, "type": kind,
        })
    });
    json!({
        "id": session.id, "object": "billing_portal.session", "configuration": session.configuration, "created": session.created,
        "customer": session.customer, "customer_account": null, "flow": flow, "livemode": false, "locale": null, "on_behalf_of": null,
        "return_url": session.return_url, "url": format!("{pages}/portal/{}", session.secret),
    })
}

fn take_flow(world: &World, customer: &str, params: &mut Params) -> Result<Option<(String, Option<String>)>, ApiError> {
    let Some(mut flow) = params.map("flow_data")? else { return Ok(None) };
    let kinds = ["payment_method_update", "subscription_cancel", "subscription_update"];
    let kind = flow.one_of("type", &kinds)?.ok_or_else(|| ApiError::missing_parameter("flow_data[type]"))?;
    let mut subscription = None;
    if kind != "payment_method_update" {
        let mut about = flow.map(&kind)?.ok_or_else(|| ApiError::missing_parameter(&format!("flow_data[{kind}]")))?;
        let name = about.name("subscription");
        let id = about.id("subscription")?.ok_or_else(|| ApiError::missing_parameter(&name))?;
        if !world.subscriptions.iter().any(|s| s.id == id && s.customer == customer && s.ended_at.is_none()) {
            return Err(ApiError::no_such("subscription", &id, &name));
        }
        about.finish()?;
        subscription = Some(id);
    }
    flow.finish()?;
    Ok(Some((kind, subscription)))
}

pub(crate) fn create(world: &mut World, mut params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    let customer = params.id("customer")?.ok_or_else(|| ApiError::missing_parameter("customer"))?;
    live(world, &customer, "customer")?;
    let named = params.id("configuration")?;
    let return_url = params.id("return_url")?;
    if return_url.as_ref().is_some_and(|url| !is_web(url)) {
        return Err(ApiError::not_a_url("return_url"));
    }
    params.id("locale")?;
    let flow = take_flow(world, &customer, &mut params)?;
    params.finish()?;
    let configuration = match &named {
        Some(id) => {
            let held = configurations::find(world, id).map_err(|_| ApiError::no_such("configuration", id, "configuration"))?;
            if !held.active {
                return Err(ApiError::invalid("configuration", format!("The configuration {id} is not active.")));
            }
            held
        }
        None => configurations::seen(world).find(|one| one.is_default).ok_or_else(|| ApiError::portal_not_set_up(&world.pages))?,
    };
    let (configuration, default) = (configuration.id.clone(), configuration.default_return_url.clone());
    let session = PortalSession {
        id: world.new_id("bps"),
        secret: world.new_id("test"),
        created: context.now,
        used: None,
        customer,
        return_url: return_url.or(default),
        configuration,
        flow,
    };
    let shown = render(&session, &world.pages);
    let over = (world.portal_sessions.len() + 1).saturating_sub(KEPT);
    world.portal_sessions.drain(..over);
    world.portal_sessions.push(session);
    Ok(shown)
}

/// Lets somebody in who has the page's address, and notes that the page was used. `None` when it is closed, or there never was one.
pub fn visit(world: &mut World, secret: &str, now: i64) -> Option<(PortalSession, PortalConfiguration)> {
    let session = world.portal_sessions.iter_mut().find(|s| s.secret == secret)?;
    let closes = session.used.map_or(session.created + UNUSED_SECONDS, |used| used + IDLE_SECONDS);
    if now >= closes {
        return None;
    }
    session.used = Some(now);
    let session = session.clone();
    let configuration = world.portal_configurations.iter().find(|one| one.id == session.configuration)?.clone();
    Some((session, configuration))
}
