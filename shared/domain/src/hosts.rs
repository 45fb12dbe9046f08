//! Which hosts a tenant may name as a domain of its own.

/// The longest host name.
const LONGEST: usize = 253;

/// Why a host can't be a tenant's own, as a sentence and what to do. `ours` are the configured hosts; nothing at or under them is
/// anybody else's.
///
/// # Errors
/// The two sentences.
pub fn check_own(host: &str, ours: &[&str]) -> Result<(), (&'static str, &'static str)> {
    if !host.is_ascii() {
        return Err(("This has letters that a host name can't have.", "Write the name in its ASCII form, which begins with xn--."));
    }
    if host.len() > LONGEST || kernel::host::normalize(host).as_deref() != Some(host) || !host.contains('.') {
        return Err(("This is not a host name.", "Write one such as support.example.com, without https:// and without a path."));
    }
    // The last label of a name is never a number: this is an address (RFC 1123 §2.1).
    if host.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit())) {
        return Err(("This is an IP address.", "Write a host name such as support.example.com."));
    }
    let at_or_under = |of: &str| host == of || host.strip_suffix(of).is_some_and(|rest| rest.ends_with('.'));
    if ours.iter().any(|of| !of.is_empty() && at_or_under(of)) {
        return Err(("This is one of our own hosts.", "Enter a host of a domain that you own."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_host_of_somebody_else_s_domain_passes() {
        let ours = ["app.portico.example", "portals.example"];
        for good in ["support.acme.example", "a.b.c.acme.example", "xn--bcher-kva.example", "notportals.example", "portico.example"] {
            assert_eq!(check_own(good, &ours), Ok(()), "{good}");
        }
        for bad in [
            "",
            "acme",
            "localhost",
            "https://a.example",
            "a.example/x",
            "a.example:443",
            "A.example",
            "a..example",
            "bücher.example",
            "127.0.0.1",
            "1.2.3.4.5",
            "a_b.example",
            "*.acme.example",
            "app.portico.example",
            "x.app.portico.example",
            "portals.example",
            "acme.portals.example",
        ] {
            assert!(check_own(bad, &ours).is_err(), "{bad}");
        }
    }
}
