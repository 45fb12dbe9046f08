//! Events: what happened, for 30 days.

use super::{
    Context,
    error::ApiError,
    list::{Paging, When},
    pack::{pack, unpack},
    params::Params,
    webhooks,
    world::{MAX_EVENTS, StoredEvent, World},
};
use serde_json::{Map, Value, json};
use std::sync::Arc;

const KEPT_SECONDS: i64 = 30 * 86_400;

/// An event as the API shows it, and as it is delivered.
pub fn render(world: &World, event: &StoredEvent, api_version: &str) -> Value {
    let pattern = world.patterns.get(&event.object_kind).map_or(&Value::Null, |pattern| &**pattern);
    let mut data = Map::from_iter([("object".to_owned(), unpack(pattern, &event.object))]);
    if let Some(previous) = &event.previous {
        data.insert("previous_attributes".to_owned(), previous.clone());
    }
    let (request, key) = event.request.clone().unzip();
    json!({
        "id": event.id, "object": "event", "api_version": api_version, "created": event.created, "data": data, "livemode": false,
        "pending_webhooks": i32::from(!event.delivered), "request": { "id": request, "idempotency_key": key.flatten() }, "type": event.kind,
    })
}

/// Notes that something happened, and has it delivered. `before` is how the object was shown before a change.
pub(crate) fn record(world: &mut World, context: &Context<'_>, kind: &str, object: Value, before: Option<&Value>) {
    let id = world.new_id("evt");
    let old = world.events.partition_point(|e| e.created <= context.noticed - KEPT_SECONDS);
    world.events.drain(..old.max((world.events.len() + 1).saturating_sub(MAX_EVENTS)));
    let request = (!context.request_id.is_empty()).then(|| (context.request_id.clone(), context.idempotency_key.clone()));
    let previous = before.and_then(|before| changed(before, &object));
    let text = |field: &str| object.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (object_id, object_kind) = (text("id"), text("object"));
    let pattern = world.patterns.entry(object_kind.clone()).or_insert_with(|| Arc::new(object.clone()));
    let packed = pack(pattern, &object);
    world.events.push(Arc::new(StoredEvent {
        id: id.clone(),
        created: context.noticed,
        kind: kind.to_owned(),
        object_id,
        object_kind,
        object: packed,
        previous,
        request,
        delivered: !context.listening,
    }));
    webhooks::enqueue(world, context, &id, kind);
}

/// What was different before: of objects only the fields that changed, of everything else all.
fn changed(before: &Value, after: &Value) -> Option<Value> {
    let (Value::Object(old), Value::Object(new)) = (before, after) else { return (before != after).then(|| before.clone()) };
    let mut fields = Map::new();
    for (name, value) in old {
        if let Some(was) = changed(value, new.get(name).unwrap_or(&Value::Null)) {
            fields.insert(name.clone(), was);
        }
    }
    fields.extend(new.keys().filter(|name| !old.contains_key(*name)).map(|name| (name.clone(), Value::Null)));
    (!fields.is_empty()).then_some(Value::Object(fields))
}

pub(crate) fn list(world: &World, mut params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    let paging = Paging::take(&mut params)?;
    let (kind, kinds) = (params.id("type")?, params.texts("types")?);
    let (created, delivered) = (When::take(&mut params, "created")?, params.flag("delivery_success")?);
    params.finish()?;
    if kind.is_some() && !kinds.is_empty() {
        return Err(ApiError::invalid("types", "You may not pass both `type` and `types`.".to_owned()));
    }
    if kinds.len() > 20 {
        return Err(ApiError::invalid("types", "You may only specify up to 20 event types.".to_owned()));
    }
    let named = |pattern: &str, kind: &str| pattern.strip_suffix('*').map_or(pattern == kind, |head| kind.starts_with(head));
    let admits = |e: &StoredEvent| {
        kind.as_ref().is_none_or(|pattern| named(pattern, &e.kind))
            && (kinds.is_empty() || kinds.iter().any(|pattern| named(pattern, &e.kind)))
            && created.admits(e.created)
            && delivered.is_none_or(|d| d == e.delivered)
    };
    let all = world.events.iter().rev().map(|e| (e.id.clone(), admits(e).then_some(e))).collect();
    paging.page_of("/v1/events", "event", all, |event| render(world, event, context.api_version))
}

pub(crate) fn get(world: &World, id: &str, params: Params, context: &Context<'_>) -> Result<Value, ApiError> {
    params.finish()?;
    world.events.iter().find(|e| e.id == id).map(|e| render(world, e, context.api_version)).ok_or_else(|| ApiError::missing("event", id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn previous_attributes_are_what_changed() {
        let before = json!({"a": 1, "b": {"c": 1, "d": 2}, "e": [1, 2], "f": null});
        assert_eq!(changed(&before, &before), None);
        let after = json!({"a": 2, "b": {"c": 1, "d": 3}, "e": [1], "f": null, "g": 1});
        assert_eq!(changed(&before, &after), Some(json!({"a": 1, "b": {"d": 2}, "e": [1, 2], "g": null})));
    }
}
