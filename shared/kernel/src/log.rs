//! One JSON line an event. Never a body, a query, a credential or a token.

use crate::{Principal, RequestId, error::Error, ports::Log, route::Route, time::Millis};
use serde_json::{Map, Value, json};

/// The line of a request.
pub(crate) struct Line<'a> {
    pub worker: &'static str,
    pub request: &'a RequestId,
    pub at: Millis,
    pub took_ms: i64,
    pub method: &'a str,
    pub surface: &'static str,
    pub route: Option<&'a Route>,
    pub status: u16,
    pub principal: &'a Principal,
    pub round_trips: u32,
    pub error: Option<&'a Error>,
}

impl Line<'_> {
    pub fn write(&self, log: &dyn Log) {
        let mut line = Map::new();
        line.insert("at".into(), json!(self.at));
        line.insert("worker".into(), json!(self.worker));
        line.insert("request_id".into(), json!(self.request));
        line.insert("method".into(), json!(self.method));
        line.insert("surface".into(), json!(self.surface));
        // The template, not the path: paths carry ids, and some carry tokens.
        line.insert("route".into(), json!(self.route.map(|r| r.path)));
        line.insert("status".into(), json!(self.status));
        line.insert("ms".into(), json!(self.took_ms));
        line.insert("d1".into(), json!(self.round_trips));
        line.insert("actor".into(), json!(self.principal.kind()));
        if !self.principal.id().is_empty() {
            line.insert("actor_id".into(), json!(self.principal.id()));
        }
        if let Some(org) = self.principal.org() {
            line.insert("org".into(), json!(org));
        }
        match self.error {
            Some(Error::Internal(i)) => {
                line.insert("incident".into(), json!({"at": i.at.to_string(), "what": i.what, "cause": i.cause}));
            }
            Some(e) => {
                line.insert("code".into(), json!(e.code().slug()));
            }
            None => {}
        }
        log.line(&Value::Object(line).to_string(), self.status >= 500);
    }
}

/// The line of something that may fail without harm.
pub fn best_effort(log: &dyn Log, at: Millis, what: &str, why: &str) {
    log.line(&json!({"at": at, "event": "best_effort_failed", "what": what, "cause": why}).to_string(), false);
}

/// The line of background work.
pub fn work(log: &dyn Log, at: Millis, task: &str, fields: Value, error: Option<&Error>) {
    let mut line = json!({"at": at, "task": task, "result": fields});
    if let (Some(e), Some(map)) = (error, line.as_object_mut()) {
        map.insert("error".into(), json!(e.to_string()));
    }
    log.line(&line.to_string(), error.is_some());
}
