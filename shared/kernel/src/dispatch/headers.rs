//! The headers of every reply, refusals included (security-and-ui.md §1.9, OWASP Secure Headers).

use crate::{RequestId, reply::Reply};

/// The policy of a page whose forms lead, beside its own host, to `elsewhere`: origins, separated by spaces.
pub(crate) fn page_policy(elsewhere: &str) -> String {
    let space = if elsewhere.is_empty() { "" } else { " " };
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
         form-action 'self'{space}{elsewhere}; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    )
}
const DATA_CSP: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

/// Completes a reply.
pub(super) fn finish(reply: &mut Reply, request: &RequestId, transport: Option<&'static str>) {
    let page = reply.header("content-type").is_some_and(|t| t.starts_with("text/html"));
    let mut add = |name: &'static str, value: &str| {
        if reply.header(name).is_none() {
            reply.headers.push((name.into(), value.to_owned()));
        }
    };
    add("x-request-id", &request.to_string());
    add("x-content-type-options", "nosniff");
    add("referrer-policy", "strict-origin-when-cross-origin");
    add("cross-origin-opener-policy", "same-origin");
    add("cross-origin-resource-policy", "same-origin");
    add("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=()");
    add("content-security-policy", &if page { page_policy("") } else { DATA_CSP.to_owned() });
    add("cache-control", "no-store");
    if let Some(value) = transport {
        add("strict-transport-security", value);
    }
}
