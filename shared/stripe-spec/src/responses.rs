//! Answers against the specification's objects.

use crate::judge;
use serde_json::{Value, json};
use std::sync::LazyLock;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(include_str!("../openapi/responses.json")).unwrap_or_default());

/// What is wrong with a value that should be this object: `customer`, `checkout.session`, `list`, `error` (the whole envelope)…
///
/// Of a list the frame only, of an event all but what happened to: see [`answer`].
pub fn response(object: &str, value: &Value) -> Vec<String> {
    let schema = || {
        DOCUMENT.get("$defs")?.get(object)?;
        let mut document = DOCUMENT.clone();
        document.as_object_mut()?.insert("$ref".into(), json!(format!("#/$defs/{object}")));
        Some(document)
    };
    judge(object, schema, value)
}

/// What is wrong with an answer, by what it says it is: a list with all that is in it, an event with its object, an error.
pub fn answer(value: &Value) -> Vec<String> {
    let kind = value.get("object").and_then(Value::as_str);
    let deleted = value.get("deleted") == Some(&Value::Bool(true));
    let mut wrong = match kind {
        None => response("error", value),
        Some(kind) if deleted => response(&format!("deleted_{kind}"), value),
        Some(kind) => response(kind, value),
    };
    match kind {
        Some("list") => {
            wrong.extend(value.get("data").and_then(Value::as_array).into_iter().flatten().flat_map(answer));
        }
        // Even the event of a deletion carries the whole object.
        Some("event") => wrong.extend(value.pointer("/data/object").map_or_else(Vec::new, answer)),
        _ => {}
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint() -> Value {
        json!({
            "id": "we_1", "object": "webhook_endpoint", "api_version": null, "application": null, "created": 1, "description": null,
            "enabled_events": ["*"], "livemode": false, "metadata": {}, "status": "enabled", "url": "https://example.com/",
        })
    }

    #[test]
    fn judges_what_an_answer_says_it_is() {
        let list = |data: Value| json!({ "object": "list", "data": data, "has_more": false, "url": "/v1/webhook_endpoints" });
        for right in [
            endpoint(),
            list(json!([endpoint()])),
            json!({ "id": "we_1", "object": "webhook_endpoint", "deleted": true }),
            json!({ "error": { "type": "invalid_request_error", "message": "no" } }),
        ] {
            assert_eq!(answer(&right), Vec::<String>::new(), "{right}");
        }
        let changed = |field: &str, value: Value| {
            let mut endpoint = endpoint();
            endpoint[field] = value;
            endpoint
        };
        for wrong in [
            changed("created", json!("1")),
            changed("new", json!(1)),
            list(json!([changed("created", json!(null))])),
            list(json!([7])),
            json!({ "id": "we_1", "object": "webhook_endpoint" }),
            json!({ "id": "we_1", "object": "webhook_hook" }),
            json!({ "error": { "type": "new_error" } }),
            json!({}),
            json!(null),
        ] {
            assert!(!answer(&wrong).is_empty(), "{wrong}");
        }
    }

    #[test]
    fn every_object_has_a_schema_that_can_be_used() {
        for object in DOCUMENT["$defs"].as_object().unwrap().keys() {
            assert!(!response(object, &json!(7)).is_empty(), "{object}");
        }
    }
}
