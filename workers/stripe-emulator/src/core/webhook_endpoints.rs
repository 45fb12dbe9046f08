//! `/v1/webhook_endpoints`. Their secret is said once, when they are made.

use super::{
    Context,
    error::ApiError,
    list::Paging,
    params::Params,
    url::is_web,
    world::{WebhookEndpoint, World},
};
use serde_json::{Value, json};

/// Stripe's own limit.
const MAX_ENDPOINTS: usize = 16;

fn render(endpoint: &WebhookEndpoint) -> Value {
    json!({
        "id": endpoint.id, "object": "webhook_endpoint", "api_version": endpoint.api_version, "application": null,
        "created": endpoint.created, "description": endpoint.description, "enabled_events": endpoint.events, "livemode": false,
        "metadata": endpoint.metadata, "status": if endpoint.enabled { "enabled" } else { "disabled" }, "url": endpoint.url,
    })
}

fn find_mut<'w>(world: &'w mut World, id: &str) -> Result<&'w mut WebhookEndpoint, ApiError> {
    world.endpoints.iter_mut().find(|e| e.id == id).ok_or_else(|| ApiError::missing("webhook endpoint", id))
}

fn take_url(params: &mut Params) -> Result<Option<String>, ApiError> {
    match params.id("url")? {
        Some(url) if !is_web(&url) => Err(ApiError::not_a_url("url")),
        found => Ok(found),
    }
}

fn take_events(params: &mut Params) -> Result<Vec<String>, ApiError> {
    let events = params.texts("enabled_events")?;
    let fits = |name: &str| name == "*" || (name.contains('.') && name.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'.' | b'_')));
    match events.iter().position(|name| !fits(name)) {
        Some(at) => {
            let name = events.get(at).map_or("", String::as_str);
            Err(ApiError::invalid(&format!("enabled_events[{at}]"), format!("Invalid enabled_events[{at}]: {name} is no event type.")))
        }
        None => Ok(events),
    }
}

pub(crate) fn list(world: &World, mut params: Params) -> Result<Value, ApiError> {
    let paging = Paging::take(&mut params)?;
    params.finish()?;
    let all = world.endpoints.iter().rev().map(|e| (e.id.clone(), Some(render(e)))).collect();
    paging.page("/v1/webhook_endpoints", "webhook_endpoint", all)
}

pub(crate) fn get(world: &World, id: &str, params: Params) -> Result<Value, ApiError> {
    params.finish()?;
    world.endpoints.iter().find(|e| e.id == id).map(render).ok_or_else(|| ApiError::missing("webhook endpoint", id))
}

pub(crate) fn create(world: &mut World, mut params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    let url = take_url(&mut params)?.ok_or_else(|| ApiError::missing_parameter("url"))?;
    let events = take_events(&mut params)?;
    if events.is_empty() {
        return Err(ApiError::missing_parameter("enabled_events"));
    }
    let (api_version, description) = (params.id("api_version")?, params.text("description")?);
    params.one_of("connect", &["false"])?;
    let mut metadata = std::collections::BTreeMap::new();
    params.metadata(&mut metadata)?;
    params.finish()?;
    if world.endpoints.len() >= MAX_ENDPOINTS {
        return Err(ApiError::refused(&format!("You have reached the maximum of {MAX_ENDPOINTS} test webhook endpoints.")));
    }
    let endpoint = WebhookEndpoint {
        id: world.new_id("we"),
        created: context.now,
        url,
        events,
        api_version,
        description: description.filter(|text| !text.is_empty()),
        enabled: true,
        secret: format!("whsec_{}", world.new_id("emulator").replace('_', "")),
        metadata,
    };
    let mut shown = render(&endpoint);
    if let Some(fields) = shown.as_object_mut() {
        fields.insert("secret".to_owned(), json!(endpoint.secret));
    }
    world.endpoints.push(endpoint);
    Ok(shown)
}

pub(crate) fn update(world: &mut World, id: &str, mut params: Params) -> Result<Value, ApiError> {
    let endpoint = find_mut(world, id)?;
    if let Some(url) = take_url(&mut params)? {
        endpoint.url = url;
    }
    let events = take_events(&mut params)?;
    if !events.is_empty() {
        endpoint.events = events;
    }
    if let Some(disabled) = params.flag("disabled")? {
        endpoint.enabled = !disabled;
    }
    if let Some(text) = params.text("description")? {
        endpoint.description = Some(text).filter(|t| !t.is_empty());
    }
    params.metadata(&mut endpoint.metadata)?;
    params.finish()?;
    Ok(render(endpoint))
}

pub(crate) fn delete(world: &mut World, id: &str, params: Params) -> Result<Value, ApiError> {
    params.finish()?;
    find_mut(world, id)?;
    world.endpoints.retain(|e| e.id != id);
    Ok(json!({ "id": id, "object": "webhook_endpoint", "deleted": true }))
}
