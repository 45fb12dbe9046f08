//! Addresses that callers give.

/// Whether a text is an absolute `http` or `https` address that can stand in a header.
pub fn is_web(text: &str) -> bool {
    origin(text).is_some() && text.len() <= 5_000 && text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'<' | b'>' | b'\\'))
}

/// The origin of a web address: scheme, host and port, fit to stand in a content security policy. `None` when it is none.
pub fn origin(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, port) = rest.get(..end)?.split_once(':').map_or((rest.get(..end)?, None), |(host, port)| (host, Some(port)));
    let named = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
    let numbered = port.is_none_or(|port| port.parse::<u16>().is_ok());
    (named && numbered).then(|| text.get(..text.len() - rest.len() + end)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_count() {
        for (text, expected) in [
            ("https://app.example.com/a?b=c#d", Some("https://app.example.com")),
            ("http://app.localhost:8787", Some("http://app.localhost:8787")),
            ("http://localhost?x", Some("http://localhost")),
            ("https://", None),
            ("https://a b/", None),
            ("https://user@host/", None),
            ("https://host:99999/", None),
            ("https://host;script-src *", None),
            ("javascript:alert(1)", None),
            ("/billing", None),
        ] {
            assert_eq!(origin(text), expected, "{text}");
        }
        assert!(is_web("https://a.example/{CHECKOUT_SESSION_ID}"));
        assert!(!is_web("https://a.example/\r\nset-cookie: x") && !is_web("https://a.example/\"") && !is_web("https://a.example/é"));
    }
}
