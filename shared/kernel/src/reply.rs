//! What a handler answers with.

use crate::ports::Stream;
use std::borrow::Cow;

/// The body of a reply.
pub enum Body {
    /// None.
    Empty,
    /// Bytes, with their length known.
    Bytes(Vec<u8>),
    /// An object passed through from the store.
    Stream(Box<dyn Stream>, u64),
}

/// A reply. Security headers and the request id are added by dispatch.
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Headers in order; a name may stand twice (`set-cookie`).
    pub headers: Vec<(Cow<'static, str>, String)>,
    /// The body.
    pub body: Body,
}

/// The media type of a problem document (RFC 9457 §6.1).
pub const PROBLEM_JSON: &str = "application/problem+json";
const JSON: &str = "application/json";
const HTML: &str = "text/html; charset=utf-8";

impl Reply {
    fn of(status: u16, media: &'static str, bytes: Vec<u8>) -> Self {
        Self { status, headers: vec![("content-type".into(), media.to_owned())], body: Body::Bytes(bytes) }
    }
    /// A JSON document from a value of our own types, whose serialization cannot fail; if it does, that is an incident.
    ///
    /// # Errors
    /// An incident when the value can't be serialized.
    #[track_caller]
    pub fn json<T: serde::Serialize>(status: u16, value: &T) -> crate::Result<Self> {
        match serde_json::to_vec(value) {
            Ok(bytes) => Ok(Self::of(status, JSON, bytes)),
            Err(e) => Err(crate::Error::incident("serializing a reply", e.to_string())),
        }
    }
    /// JSON text that the database built.
    pub fn json_text(status: u16, text: String) -> Self {
        Self::of(status, JSON, text.into_bytes())
    }
    /// A problem document.
    pub fn problem(status: u16, text: String) -> Self {
        Self::of(status, PROBLEM_JSON, text.into_bytes())
    }
    /// A page.
    pub fn html(status: u16, markup: String) -> Self {
        Self::of(status, HTML, markup.into_bytes())
    }
    /// No content.
    pub fn no_content() -> Self {
        Self { status: 204, headers: Vec::new(), body: Body::Empty }
    }
    /// See other (303): the answer to a form that did its work.
    pub fn see_other(to: &str) -> Self {
        Self { status: 303, headers: Vec::new(), body: Body::Empty }.with("location", to)
    }
    /// Lets the forms of this page lead to `elsewhere` too: origins, separated by spaces. Browsers hold the redirect that answers a form
    /// to the policy of the page that has the form (CSP 3 §6.4.1).
    #[must_use]
    pub fn forms_lead_to(self, elsewhere: &str) -> Self {
        self.with("content-security-policy", crate::dispatch::headers::page_policy(elsewhere))
    }
    /// Adds a header.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
    /// A header by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
    /// The body as text, for tests and for the idempotency record. `None` for a stream or when it is not UTF-8.
    pub fn text(&self) -> Option<&str> {
        match &self.body {
            Body::Empty => Some(""),
            Body::Bytes(b) => std::str::from_utf8(b).ok(),
            Body::Stream(..) => None,
        }
    }
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reply").field("status", &self.status).field("headers", &self.headers).field("body", &self.text()).finish()
    }
}

/// Whether an `Accept` field (RFC 9110 §12.5.1) asks for HTML rather than for JSON. Whoever takes anything is a program.
pub(crate) fn wants_page(accept: &str) -> bool {
    let mut best = [0.0_f32; 2];
    for (at, range) in accept.split(',').enumerate() {
        let mut parts = range.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default().to_ascii_lowercase();
        let quality = parts.find_map(|p| p.strip_prefix("q=")).map_or(1.0, |q| q.parse().unwrap_or(0.0));
        let [page, data] = &mut best;
        // What comes first is preferred among equals.
        let weight = quality - (at.min(100) as f32) * 1e-6;
        match media.as_str() {
            "text/html" if quality > 0.0 => *page = page.max(weight),
            "application/json" | "application/problem+json" => *data = data.max(weight),
            _ => {}
        }
    }
    let [page, data] = best;
    page > data
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_for_those_who_name_it_first() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
        for yes in [
            browser,
            "text/html",
            "application/json;q=0.5, text/html",
            "TEXT/HTML ; q=0.9",
            "application/problem+json;q=0.1,text/html;q=0.2",
        ] {
            assert!(wants_page(yes), "{yes}");
        }
        for no in [
            "",
            "*/*",
            "application/json",
            "application/json, text/html;q=0.9",
            "text/html;q=0",
            "text/html;q=x",
            "application/problem+json, text/html",
        ] {
            assert!(!wants_page(no), "{no}");
        }
    }
}
