//! Plans as data: the one table of what each allows (product.md §8).

/// A plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Plan {
    /// What every organization has without paying, and what it falls back to.
    Free,
    /// For small teams.
    Team,
    /// For larger ones.
    Business,
}

/// What a plan allows. `None` is unlimited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Members and pending invitations.
    pub seats: u32,
    /// Portal customers.
    pub customers: Option<u32>,
    /// API keys.
    pub api_keys: u32,
    /// Webhook endpoints.
    pub webhook_endpoints: u32,
    /// Exports in a calendar month (UTC).
    pub exports_a_month: u32,
    /// API requests per hour.
    pub requests_an_hour: u32,
    /// Days the audit log is kept.
    pub audit_days: u32,
    /// Days that webhook deliveries and their payloads are kept.
    pub delivery_days: u32,
    /// Portals at a domain of the organization's own.
    pub domains: u32,
    /// The burst limiter's binding.
    pub burst_limiter: &'static str,
}

impl Plan {
    /// Every plan, smallest first.
    pub const ALL: [Self; 3] = [Self::Free, Self::Team, Self::Business];

    /// As stored and as shown to programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Team => "team",
            Self::Business => "business",
        }
    }
    /// As people read it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Free => "Free",
            Self::Team => "Team",
            Self::Business => "Business",
        }
    }
    /// Reads a stored plan. An unknown one is Free: entitlements fail closed.
    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|p| p.as_str() == text).unwrap_or(Self::Free)
    }

    /// What it allows.
    pub const fn limits(self) -> Limits {
        match self {
            Self::Free => Limits {
                seats: 3,
                customers: Some(100),
                api_keys: 1,
                webhook_endpoints: 1,
                exports_a_month: 2,
                requests_an_hour: 1_000,
                audit_days: 7,
                delivery_days: 7,
                domains: 0,
                burst_limiter: "RL_FREE_10",
            },
            Self::Team => Limits {
                seats: 10,
                customers: Some(5_000),
                api_keys: 5,
                webhook_endpoints: 5,
                exports_a_month: 20,
                requests_an_hour: 10_000,
                audit_days: 90,
                delivery_days: 30,
                domains: 1,
                burst_limiter: "RL_TEAM_10",
            },
            Self::Business => Limits {
                seats: 50,
                customers: None,
                api_keys: 25,
                webhook_endpoints: 20,
                exports_a_month: 200,
                requests_an_hour: 100_000,
                audit_days: 365,
                delivery_days: 90,
                domains: 5,
                burst_limiter: "RL_BUSINESS_10",
            },
        }
    }
    /// The smallest plan after this one for which `enough` holds of its limits, to name in a refusal.
    pub fn next_where(self, enough: impl Fn(&Limits) -> bool) -> Option<Self> {
        Self::ALL.into_iter().find(|p| *p > self && enough(&p.limits()))
    }

    /// The plan that a Stripe price's lookup key sells. `None` for a price we don't know.
    pub fn of_price(lookup_key: &str) -> Option<Self> {
        match lookup_key {
            "portico_team_monthly" => Some(Self::Team),
            "portico_business_monthly" => Some(Self::Business),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_plan_is_free() {
        assert_eq!(Plan::parse("enterprise"), Plan::Free);
        for plan in Plan::ALL {
            assert_eq!(Plan::parse(plan.as_str()), plan);
        }
    }

    #[test]
    fn each_burst_limiter_is_configured() {
        for plan in Plan::ALL {
            assert!(kernel::worker::LIMITERS.iter().any(|(name, _)| *name == plan.limits().burst_limiter));
        }
    }

    #[test]
    fn a_refusal_names_the_next_plan_that_helps() {
        assert_eq!(Plan::Free.next_where(|l| l.exports_a_month > 2), Some(Plan::Team));
        assert_eq!(Plan::Team.next_where(|l| l.exports_a_month > 20), Some(Plan::Business));
        assert_eq!(Plan::Business.next_where(|l| l.exports_a_month > 200), None);
    }
}
