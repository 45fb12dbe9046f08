//! What a route says of its rate limit, and what a reply says of the caller's. The tiers themselves live in `store::limits`.

use crate::time::Span;

/// An exact window in D1, for what is dear or dangerous. Counted inside the write's own batch: a refusal costs nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exact {
    /// The policy's name, as in `RateLimit-Policy`.
    pub name: &'static str,
    /// How many in a window.
    pub limit: u32,
    /// The window, in seconds.
    pub window_seconds: u32,
}

/// A route's rate limit. There is no "none": a provider's verified deliveries say so by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Burst by address, then burst by key and the plan's hourly window. The number is what one request costs of the hour.
    Api(u32),
    /// As [`Limit::Api`] with 1, and an exact window for the organization.
    ApiExact(Exact),
    /// Burst by address, for pages and forms.
    Address,
    /// Burst by address, and an exact window for each address.
    AddressExact(Exact),
    /// Burst by address, and an exact window for each signed-in account.
    AccountExact(Exact),
    /// A provider's deliveries: refused by signature and size only, so that none is lost to a limit.
    Provider,
}
impl Limit {
    /// The exact window, where there is one.
    pub const fn exact(self) -> Option<Exact> {
        match self {
            Self::ApiExact(e) | Self::AddressExact(e) | Self::AccountExact(e) => Some(e),
            Self::Api(_) | Self::Address | Self::Provider => None,
        }
    }
}

/// Where a caller stands with one policy, for the response fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The policy's name.
    pub policy: &'static str,
    /// How many a window allows.
    pub quota: u32,
    /// The window, in seconds.
    pub window_seconds: u32,
    /// How many are left, where that is known.
    pub remaining: Option<u32>,
    /// When the window has room again or starts afresh.
    pub reset: Option<Span>,
}

/// Response fields of draft-ietf-httpapi-ratelimit-headers-10: `RateLimit-Policy` for every policy, `RateLimit` only where the
/// remaining count is really known.
pub fn headers(standings: &[Standing]) -> Vec<(&'static str, String)> {
    let mut policy = Vec::new();
    let mut state = Vec::new();
    for s in standings {
        policy.push(format!("\"{}\";q={};w={}", s.policy, s.quota, s.window_seconds));
        if let Some(r) = s.remaining {
            let t = s.reset.map_or_else(String::new, |t| format!(";t={}", t.as_seconds_up()));
            state.push(format!("\"{}\";r={r}{t}", s.policy));
        }
    }
    let mut out = Vec::new();
    if !policy.is_empty() {
        out.push(("ratelimit-policy", policy.join(", ")));
    }
    if !state.is_empty() {
        out.push(("ratelimit", state.join(", ")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_counts_are_told() {
        let burst = Standing { policy: "burst", quota: 50, window_seconds: 10, remaining: None, reset: None };
        let hour =
            Standing { policy: "hour", quota: 10_000, window_seconds: 3_600, remaining: Some(9_321), reset: Some(Span::millis(1_210_100)) };
        assert_eq!(
            headers(&[burst, hour]),
            [
                ("ratelimit-policy", "\"burst\";q=50;w=10, \"hour\";q=10000;w=3600".to_owned()),
                ("ratelimit", "\"hour\";r=9321;t=1211".to_owned()),
            ]
        );
        assert_eq!(headers(&[]), []);
    }
}
