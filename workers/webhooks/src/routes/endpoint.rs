//! How the API shows an endpoint, and how its fields are read. Written by Rust after a change and by SQLite in a list: a test
//! holds them equal.

use domain::events::{MOST_TYPES, is_known};
use kernel::{
    EndpointId, Millis,
    config::Config,
    input::{Input, Text},
};
use serde::Serialize;

/// An endpoint. Its secret is shown once, by the answer that creates it.
#[derive(Serialize)]
pub struct Endpoint {
    /// Its id.
    pub id: EndpointId,
    /// Where messages go.
    pub url: String,
    /// What it is for, for people.
    pub description: String,
    /// The types it listens to, or `*`.
    pub events: Vec<String>,
    /// `enabled`, `paused` or `disabled`.
    pub status: &'static str,
    /// Why it is disabled.
    pub disabled_reason: Option<String>,
    /// When it was created.
    pub created_at: Millis,
}

/// An endpoint as SQLite writes it, from the columns of `webhook_endpoints`.
#[macro_export]
macro_rules! endpoint_json {
    () => {
        "json_object('id', id, 'url', url, 'description', description, 'events', json(events), 'status', status, 'disabled_reason', disabled_reason, \
         'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', created_at / 1000.0, 'unixepoch'))"
    };
}

/// What people write about an endpoint.
pub const DESCRIPTION: Text = Text::line(0, 500);
/// Longer than [`domain::webhook_url::CAP`], so that its own rule speaks.
pub const URL: Text = Text::line(1, 4_096);

/// Reports a URL that an endpoint may not have.
pub fn check_url(input: &Input, config: &Config, url: &str) {
    if let Err(refused) = store::endpoints::check_url(config, url) {
        input.wrong("url", "not_allowed", refused.message, refused.fix);
    }
}

/// The types to listen to: each once, in their order; all of them where `*` is among them.
pub fn read_events(input: &Input) -> Option<Vec<String>> {
    let named = input.opt_texts("events", MOST_TYPES, Text::line(1, 100))?;
    if named.is_empty() {
        input.wrong("events", "too_short", "The list names no event type.", "Send at least one, or `*` for all.");
    }
    let mut kept: Vec<String> = Vec::new();
    for name in named {
        if !is_known(&name) {
            input.wrong("events", "not_allowed", format!("There is no event type `{name}`."), "Send names of GET /v1/event-types, or `*`.");
        } else if !kept.contains(&name) {
            kept.push(name);
        }
    }
    if kept.iter().any(|name| name == "*") {
        kept = vec!["*".to_owned()];
    }
    Some(kept)
}

/// A URL for the audit log: what follows `?` may be the receiver's own credential.
pub fn shown(url: &str) -> &str {
    url.split('?').next().unwrap_or_default()
}
