//! Problem documents (RFC 9457): what a program gets instead of an answer.

use crate::{
    RequestId,
    error::{Code, Error},
    reply::Reply,
};
use serde_json::{Map, Value, json};

/// Where the codes are explained; `type` is this and the code.
pub const TYPE_BASE: &str = "https://portico.dev/errors/";

/// A problem as a document.
pub fn document(error: &Error, request: &RequestId) -> Map<String, Value> {
    let code = error.code();
    let mut doc = Map::new();
    doc.insert("type".into(), json!(format!("{TYPE_BASE}{}", code.slug())));
    doc.insert("title".into(), json!(code.title()));
    doc.insert("status".into(), json!(code.status()));
    doc.insert("code".into(), json!(code.slug()));
    if let Error::Problem(p) = error {
        if !p.detail.is_empty() {
            doc.insert("detail".into(), json!(p.detail));
        }
        if !p.fields.is_empty() {
            doc.insert("errors".into(), json!(p.fields));
        }
        for (name, value) in &p.members {
            doc.insert((*name).into(), value.clone());
        }
    }
    doc.insert("remedy".into(), json!(code.remedy()));
    doc.insert("request_id".into(), json!(request));
    doc
}

/// A problem as a reply.
pub fn reply(error: &Error, request: &RequestId) -> Reply {
    let text = Value::Object(document(error, request)).to_string();
    finish(Reply::problem(error.code().status(), text), error)
}

/// Adds what an error says in headers.
pub fn finish(mut reply: Reply, error: &Error) -> Reply {
    if let Error::Problem(p) = error {
        if let Some(wait) = p.retry_after {
            reply = reply.with("retry-after", wait.as_seconds_up().max(1).to_string());
        }
        for (name, value) in &p.headers {
            reply = reply.with(*name, value.clone());
        }
    }
    if error.code() == Code::KeyInvalid || error.code() == Code::KeyExpired || error.code() == Code::KeyRevoked {
        reply = reply.with("www-authenticate", "Bearer error=\"invalid_token\"");
    }
    reply
}
