//! Tier A: bursts, by the platform's own limiter.

use kernel::{
    Result,
    error::{Code, Error},
    limit::Standing,
    ports::Ports,
    time::Span,
};

/// The window of every burst limiter, in seconds: the platform knows 10 and 60.
pub const SECONDS: u32 = 10;

/// The address that counts: an IPv6 client has its whole /64.
pub fn address(ip: &str) -> String {
    if !ip.contains(':') {
        return ip.to_owned();
    }
    match ip.parse::<std::net::Ipv6Addr>() {
        Ok(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Err(_) => ip.to_owned(),
    }
}

/// Counts one. The limiter's own trouble lets the request pass, and is logged: this tier is a fence, not a quota.
///
/// # Errors
/// 429.
pub async fn admit(ports: &Ports, binding: &'static str, subject: &str) -> Result<()> {
    match ports.bursts.admit(binding, subject).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(Error::new(Code::RateLimited, "Too many requests in 10 seconds.")
            .retry_after(Span::seconds(i64::from(SECONDS)))
            .member("policy", "burst")),
        Err(e) => {
            kernel::log::best_effort(&*ports.log, ports.clock.now(), "limiter_degraded", &e.0);
            Ok(())
        }
    }
}

/// What a limiter admits in its window.
pub fn quota(binding: &str) -> u32 {
    kernel::worker::LIMITERS.iter().find(|(name, _)| *name == binding).map_or(0, |(_, n)| *n)
}

/// The response field: the policy only, this tier knows no count.
pub fn standing(binding: &str) -> Standing {
    Standing { policy: "burst", quota: quota(binding), window_seconds: SECONDS, remaining: None, reset: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_64_counts_as_one_address() {
        assert_eq!(address("203.0.113.7"), "203.0.113.7");
        assert_eq!(address("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        assert_eq!(address("2001:db8:1:2::1"), "2001:db8:1:2::/64");
    }
}
