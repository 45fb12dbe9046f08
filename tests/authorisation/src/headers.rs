//! The headers of every reply (security-and-ui.md §1.9).

use kernel::Reply;

/// What is wrong with a reply's headers.
pub fn wrong(reply: &Reply) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut must = |name: &str, ok: &dyn Fn(&str) -> bool| match reply.header(name) {
        Some(value) if ok(value) => {}
        other => wrong.push(format!("{name}: {other:?}")),
    };
    must("x-request-id", &|v| v.strip_prefix("req_").is_some_and(|hex| hex.len() == 32));
    must("x-content-type-options", &|v| v == "nosniff");
    must("referrer-policy", &|v| matches!(v, "strict-origin-when-cross-origin" | "no-referrer"));
    must("cross-origin-opener-policy", &|v| v == "same-origin");
    must("cross-origin-resource-policy", &|v| v == "same-origin");
    must("permissions-policy", &|v| ["camera=()", "geolocation=()", "microphone=()", "payment=()"].iter().all(|p| v.contains(p)));
    must("cache-control", &|v| v.contains("no-store"));
    must("content-security-policy", &|v| {
        let strict = v.contains("default-src 'none'") && v.contains("frame-ancestors 'none'");
        strict && !v.contains("unsafe-") && !v.contains('*') && !v.contains("data: 'self'")
    });
    let page = reply.header("content-type").is_some_and(|t| t.starts_with("text/html"));
    if page {
        must("content-security-policy", &|v| ["form-action 'self'", "base-uri 'none'", "object-src 'none'"].iter().all(|p| v.contains(p)));
        must("content-type", &|v| v.ends_with("charset=utf-8"));
    } else {
        must("content-security-policy", &|v| v.contains("sandbox"));
    }
    for told in ["server", "x-powered-by", "x-aspnet-version", "via"] {
        if reply.header(told).is_some() {
            wrong.push(format!("{told} is told"));
        }
    }
    for (name, value) in &reply.headers {
        if reply.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name)).count() > 1 && !name.eq_ignore_ascii_case("set-cookie") {
            wrong.push(format!("{name} stands twice"));
        }
        // The choice of light or dark is no secret, and the script that paints it reads it.
        if name.eq_ignore_ascii_case("set-cookie") && !value.starts_with("portico-theme=") {
            let parts: Vec<&str> = value.split("; ").collect();
            let needed = ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"];
            if !value.starts_with("__Host-") || !needed.iter().all(|n| parts.contains(n)) || value.contains("Domain=") {
                wrong.push(format!("a cookie is loose: {}", value.split('=').next().unwrap_or_default()));
            }
        }
    }
    wrong
}
