//! Plans as data: the one table of what each allows and costs (product.md §8).

use crate::money::{Currency, Money};

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
        Price::of(lookup_key).map(|price| price.plan)
    }
    /// What it costs, paid at this interval. `None` for Free, which nobody pays for.
    pub fn price(self, interval: Interval) -> Option<&'static Price> {
        PRICES.iter().find(|price| price.plan == self && price.interval == interval)
    }
}

/// How often a price is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Interval {
    /// Every month.
    Month,
    /// Every year.
    Year,
}
impl Interval {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Month, Self::Year];
    /// As Stripe writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Year => "year",
        }
    }
    /// Reads what Stripe writes.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|i| i.as_str() == text)
    }
}

/// What a seat costs. `npm run stripe:setup` makes these prices at Stripe; here and there they are found by their lookup key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// What it buys.
    pub plan: Plan,
    /// How often it is due.
    pub interval: Interval,
    /// What it is found by at Stripe.
    pub lookup_key: &'static str,
    /// For one seat.
    pub seat: Money,
}

/// Every price.
pub const PRICES: [Price; 4] = [
    Price { plan: Plan::Team, interval: Interval::Month, lookup_key: "portico_team_monthly", seat: Money::new(900, Currency::USD) },
    Price { plan: Plan::Team, interval: Interval::Year, lookup_key: "portico_team_yearly", seat: Money::new(9_000, Currency::USD) },
    Price {
        plan: Plan::Business,
        interval: Interval::Month,
        lookup_key: "portico_business_monthly",
        seat: Money::new(2_900, Currency::USD),
    },
    Price {
        plan: Plan::Business,
        interval: Interval::Year,
        lookup_key: "portico_business_yearly",
        seat: Money::new(29_000, Currency::USD),
    },
];

impl Price {
    /// The price with this lookup key.
    pub fn of(lookup_key: &str) -> Option<&'static Self> {
        PRICES.iter().find(|price| price.lookup_key == lookup_key)
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
    fn a_lookup_key_names_one_price_and_what_is_paid_for_has_one_at_each_interval() {
        for price in PRICES {
            assert_eq!(Price::of(price.lookup_key), Some(&price));
            assert_eq!(price.plan.price(price.interval), Some(&price));
            assert!(price.seat.cents() > 0);
        }
        for interval in Interval::ALL {
            assert_eq!(Plan::Free.price(interval), None);
            assert!(Plan::Team.price(interval).is_some() && Plan::Business.price(interval).is_some());
        }
    }

    #[test]
    fn a_refusal_names_the_next_plan_that_helps() {
        assert_eq!(Plan::Free.next_where(|l| l.exports_a_month > 2), Some(Plan::Team));
        assert_eq!(Plan::Team.next_where(|l| l.exports_a_month > 20), Some(Plan::Business));
        assert_eq!(Plan::Business.next_where(|l| l.exports_a_month > 200), None);
    }
}
