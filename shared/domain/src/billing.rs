//! From what Stripe says of a subscription to the plan it grants: a pure function, entitlements fail closed.

use crate::plans::Plan;

/// What was read of the one subscription of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Stripe's id.
    pub id: String,
    /// Stripe's status, as it says it.
    pub status: String,
    /// The price's lookup key.
    pub lookup_key: Option<String>,
    /// Seats.
    pub quantity: Option<i64>,
    /// When the current period ends, Unix seconds.
    pub current_period_end: Option<i64>,
    /// Whether it ends then.
    pub cancel_at_period_end: bool,
}

/// Whether a status grants what was bought. `past_due` does: the provider is still trying to collect.
pub fn grants(status: &str) -> bool {
    matches!(status, "active" | "trialing" | "past_due")
}

/// The plan that a reading grants. No subscription, an ended one, or a price we don't know: Free.
pub fn granted(reading: Option<&Reading>) -> Plan {
    match reading {
        Some(r) if grants(&r.status) => r.lookup_key.as_deref().and_then(Plan::of_price).unwrap_or(Plan::Free),
        _ => Plan::Free,
    }
}

/// The one subscription that counts of several: one that grants comes first, then the one whose period ends last, then the
/// greater id, so that every reader picks the same.
pub fn pick(mut readings: Vec<Reading>) -> Option<Reading> {
    readings.sort_by(|a, b| (grants(&a.status), a.current_period_end, &a.id).cmp(&(grants(&b.status), b.current_period_end, &b.id)));
    readings.pop()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(id: &str, status: &str, key: Option<&str>, end: i64) -> Reading {
        Reading {
            id: id.into(),
            status: status.into(),
            lookup_key: key.map(Into::into),
            quantity: Some(1),
            current_period_end: Some(end),
            cancel_at_period_end: false,
        }
    }

    #[test]
    fn only_a_living_subscription_to_a_known_price_grants() {
        let team = Some("portico_team_monthly");
        for (status, plan) in [
            ("active", Plan::Team),
            ("trialing", Plan::Team),
            ("past_due", Plan::Team),
            ("incomplete", Plan::Free),
            ("incomplete_expired", Plan::Free),
            ("unpaid", Plan::Free),
            ("paused", Plan::Free),
            ("canceled", Plan::Free),
            ("some_future_status", Plan::Free),
        ] {
            assert_eq!(granted(Some(&reading("s", status, team, 1))), plan, "{status}");
        }
        assert_eq!(granted(Some(&reading("s", "active", Some("another"), 1))), Plan::Free);
        assert_eq!(granted(Some(&reading("s", "active", None, 1))), Plan::Free);
        assert_eq!(granted(None), Plan::Free);
    }

    #[test]
    fn every_reader_picks_the_same_of_several() {
        let (a, b, c) = (reading("a", "canceled", None, 9), reading("b", "active", None, 5), reading("c", "active", None, 7));
        for order in [vec![a.clone(), b.clone(), c.clone()], vec![c.clone(), b.clone(), a.clone()], vec![b, a, c.clone()]] {
            assert_eq!(pick(order), Some(c.clone()));
        }
        assert_eq!(pick(vec![]), None);
    }
}
