//! Which URLs a webhook endpoint may have: the second fence against SSRF, after the platform's own (security-and-ui.md §1.12).

/// Why a URL is refused, with its remedy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// What is wrong.
    pub message: &'static str,
    /// What to do.
    pub fix: &'static str,
}
const fn refused(message: &'static str, fix: &'static str) -> Refused {
    Refused { message, fix }
}

/// Longest URL, in bytes.
pub const CAP: usize = 2_048;

/// Whether a host is the receiver's own machine.
fn is_loopback(host: &str) -> bool {
    host == "127.0.0.1" || host == "localhost" || host.ends_with(".localhost")
}

/// Checks a URL. `ours` are our own hosts and domains. With `loopback_allowed` (local development and tests only) plain http
/// to the own machine passes, on any port.
///
/// # Errors
/// Why it is refused.
pub fn check(url: &str, ours: &[&str], loopback_allowed: bool) -> Result<(), Refused> {
    if url.len() > CAP {
        return Err(refused("The URL is longer than 2,048 bytes.", "Send a shorter URL."));
    }
    if !url.is_ascii() || url.bytes().any(|b| b <= b' ' || b == b'\\' || b == 0x7f) {
        return Err(refused(
            "The URL contains characters that must be encoded.",
            "Percent-encode the path and use the punycode form of the host.",
        ));
    }
    let (scheme, rest) = url.split_once("://").ok_or(refused("This is not an absolute URL.", "Send a URL that begins with https://."))?;
    if rest.contains('#') {
        return Err(refused("The URL has a fragment.", "Leave out what follows #."));
    }
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(refused(
            "The URL contains a user name.",
            "Leave out what stands before @; deliveries are authenticated by their signature.",
        ));
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    let host = host.to_ascii_lowercase();
    let host = host.strip_suffix('.').unwrap_or(&host);
    if loopback_allowed && scheme.eq_ignore_ascii_case("http") && is_loopback(host) {
        return Ok(());
    }
    if !scheme.eq_ignore_ascii_case("https") {
        return Err(refused("The URL is not https.", "Send a URL that begins with https://."));
    }
    if !matches!(port, None | Some("443" | "8443")) {
        return Err(refused("The port is not allowed.", "Use port 443 or 8443."));
    }
    if kernel::host::normalize(host).is_none() {
        return Err(refused("The host is not a domain name.", "Use a public domain name; addresses are not accepted."));
    }
    // In every spelling an IPv4 address ends in a number: decimal, octal, hexadecimal (WHATWG URL §3.5 "ends in a number").
    let last = host.rsplit('.').next().unwrap_or_default();
    if last.bytes().all(|b| b.is_ascii_digit()) || last.strip_prefix("0x").is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit())) {
        return Err(refused("The host is an address.", "Use a public domain name; addresses are not accepted."));
    }
    let private = ["localhost", "local", "internal", "localdomain", "lan", "home", "corp", "test", "invalid", "onion", "arpa"];
    if !host.contains('.') || private.contains(&last) {
        return Err(refused("The host is not reachable from the internet.", "Use a public domain name."));
    }
    if ours.iter().any(|own| !own.is_empty() && (host == *own || host.strip_suffix(own).is_some_and(|h| h.ends_with('.')))) {
        return Err(refused("The host belongs to this service.", "Use a host of your own."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_https_passes() {
        for url in
            ["https://example.com", "https://hooks.example.com:8443/a/b?c=d", "HTTPS://Example.COM./x", "https://xn--bcher-kva.example/x"]
        {
            assert_eq!(check(url, &["portico.dev"], false), Ok(()), "{url}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        let urls = [
            "",
            "example.com",
            "http://example.com",
            "ftp://example.com",
            "https://",
            "https:///x",
            "https://user@example.com",
            "https://user:pw@example.com",
            "https://example.com#x",
            "https://example.com:80",
            "https://example.com:22",
            "https://example.com:",
            "https://localhost",
            "https://a.localhost",
            "https://127.0.0.1",
            "https://2130706433",
            "https://0x7f000001",
            "https://0177.0.0.1",
            "https://127.1",
            "https://10.0.0.0x1",
            "https://[::1]",
            "https://[::ffff:127.0.0.1]",
            "https://[fe80::1%25eth0]",
            "https://intranet",
            "https://printer.local",
            "https://db.internal",
            "https://x.home.arpa",
            "https://169.254.169.254/latest",
            "https://portico.dev",
            "https://api.portico.dev/v1",
            "https://ex ample.com",
            "https://example.com\\@evil",
            "https://exämple.com",
            "https://example.com/\u{0}",
            "https://%6c%6f%63alhost",
            "https://1.2.3.4.",
            "https://0x.example.0x7f",
        ];
        for url in urls {
            assert!(check(url, &["portico.dev"], false).is_err(), "{url}");
        }
        assert!(check(&format!("https://example.com/{}", "a".repeat(CAP)), &[], false).is_err());
    }

    #[test]
    fn the_own_machine_only_where_allowed() {
        for url in ["http://127.0.0.1:9911/hook", "http://localhost:9911", "http://a.localhost/x"] {
            assert_eq!(check(url, &[], true), Ok(()), "{url}");
            assert!(check(url, &[], false).is_err(), "{url}");
        }
        assert!(check("http://192.168.0.1", &[], true).is_err());
        assert!(check("http://127.0.0.1@evil.example", &[], true).is_err());
    }
}
