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
    // A logo stands in mail that is read in a browser; nothing else is another site's business.
    let picture = reply.header("content-type").is_some_and(|t| t.starts_with("image/"));
    must("cross-origin-resource-policy", &|v| v == "same-origin" || (picture && v == "cross-origin"));
    must("permissions-policy", &|v| ["camera=()", "geolocation=()", "microphone=()", "payment=()"].iter().all(|p| v.contains(p)));
    // A tenant's colors and logo are everybody's, under an address that changes with them; whatever else there is, no cache keeps.
    let public = reply.status == 200 && reply.header("content-type").is_some_and(|t| t.starts_with("image/") || t.starts_with("text/css"));
    let kept = |v: &str| matches!(v, "no-cache" | "public, max-age=31536000, immutable");
    must("cache-control", &|v| v.contains("no-store") || (public && kept(v) && reply.header("set-cookie").is_none()));
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
        if name.eq_ignore_ascii_case("set-cookie") && !tight(value) {
            wrong.push(format!("a cookie is loose: {}", value.split('=').next().unwrap_or_default()));
        }
    }
    wrong
}

/// The cookies there are, each with whether scripts are kept from it. The choice of light or dark is no secret, and the script that
/// paints it reads it.
const COOKIES: &[(&str, bool)] = &[
    ("__Host-portico", true),
    ("__Host-portico-form", true),
    ("__Host-portico-device", true),
    ("__Host-portico-codes", true),
    ("__Host-portico-flash", true),
    (html::theme::COOKIE, false),
];

/// One shape for all of them: `name=value; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=n` (security-and-ui.md §1.1 S2).
pub fn tight(set_cookie: &str) -> bool {
    COOKIES.iter().any(|(name, hidden)| {
        let rest = set_cookie.strip_prefix(name).and_then(|rest| rest.strip_prefix('='));
        let attributes =
            if *hidden { "; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=" } else { "; Path=/; Secure; SameSite=Lax; Max-Age=" };
        rest.and_then(|rest| rest.split_once(attributes)).is_some_and(|(value, age)| {
            // RFC 6265bis: at most 4,096 bytes of name and value, at most 400 days.
            let plain = value.bytes().all(|b| b.is_ascii_graphic() && !b"\",;\\".contains(&b)) && name.len() + value.len() <= 4_096;
            plain && !age.is_empty() && age.bytes().all(|b| b.is_ascii_digit()) && age.parse::<u32>().is_ok_and(|n| n <= 400 * 86_400)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::tight;

    #[test]
    fn a_loose_cookie_is_noticed() {
        assert!(tight("__Host-portico=abc; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60"));
        assert!(tight("portico-theme=dark; Path=/; Secure; SameSite=Lax; Max-Age=60"));
        for loose in [
            "portico=abc; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60",
            "__Host-other=abc; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60",
            "__Host-portico=abc; Path=/; Secure; SameSite=Lax; Max-Age=60",
            "__Host-portico=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=60",
            "__Host-portico=abc; Path=/; Secure; HttpOnly; SameSite=None; Max-Age=60",
            "__Host-portico=abc; Path=/o; Secure; HttpOnly; SameSite=Lax; Max-Age=60",
            "__Host-portico=abc; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60; Domain=localhost",
            "__Host-portico=a;b; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60",
            "__Host-portico=abc; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=99999999",
            "__Host-portico=abc",
        ] {
            assert!(!tight(loose), "{loose}");
        }
    }
}
