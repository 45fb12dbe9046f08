//! What a plan limits, one entry each: the only list of it. The statements that hold a limit, the pages that show it, the API and the
//! notices all ask here. A limit that is not known is 0.

use crate::plans::{Limits, Plan};
use kernel::error::{Code, Error};

/// Something that a plan limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quota {
    /// Members and open invitations.
    Seats,
    /// Portal customers.
    Customers,
    /// API keys.
    ApiKeys,
    /// Webhook endpoints.
    WebhookEndpoints,
    /// Exports in a calendar month (UTC).
    ExportsAMonth,
    /// Portals at domains of the organization's own.
    Domains,
}

/// How close to a limit something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Below 80 %.
    Fine,
    /// 80 % or more.
    Near,
    /// All of it, or more than there is.
    Full,
}

/// More than there can ever be: what stands for "no limit" where statements compare numbers.
const UNLIMITED: i64 = 1 << 53;

impl Quota {
    /// Everything that is limited.
    pub const ALL: [Self; 6] = [Self::Seats, Self::Customers, Self::ApiKeys, Self::WebhookEndpoints, Self::ExportsAMonth, Self::Domains];

    /// As stored and as shown to programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Seats => "seats",
            Self::Customers => "customers",
            Self::ApiKeys => "api_keys",
            Self::WebhookEndpoints => "webhook_endpoints",
            Self::ExportsAMonth => "exports_a_month",
            Self::Domains => "domains",
        }
    }
    /// Reads what is stored.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|q| q.as_str() == text)
    }
    /// As a label.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Seats => "Seats",
            Self::Customers => "Customers",
            Self::ApiKeys => "API keys",
            Self::WebhookEndpoints => "Webhook endpoints",
            Self::ExportsAMonth => "Exports this month",
            Self::Domains => "Custom domains",
        }
    }
    /// So many of them, in a sentence.
    pub fn counted(self, n: i64) -> String {
        let (one, many) = match self {
            Self::Seats => ("seat", "seats"),
            Self::Customers => ("customer", "customers"),
            Self::ApiKeys => ("API key", "API keys"),
            Self::WebhookEndpoints => ("webhook endpoint", "webhook endpoints"),
            Self::ExportsAMonth => ("export a month", "exports a month"),
            Self::Domains => ("custom domain", "custom domains"),
        };
        if n == 1 { format!("1 {one}") } else { format!("{} {many}", grouped(n)) }
    }
    /// What helps beside a larger plan, as the beginning of a sentence.
    const fn remedy(self) -> &'static str {
        match self {
            Self::Seats => "Remove a member or cancel an invitation",
            Self::Customers => "Delete customers who are gone",
            Self::ApiKeys => "Revoke a key that nobody uses",
            Self::WebhookEndpoints => "Remove an endpoint",
            Self::ExportsAMonth => "Wait for the next month",
            Self::Domains => "Remove a domain",
        }
    }
    /// How many a plan allows. `None` is unlimited.
    pub const fn of(self, limits: &Limits) -> Option<u32> {
        match self {
            Self::Seats => Some(limits.seats),
            Self::Customers => limits.customers,
            Self::ApiKeys => Some(limits.api_keys),
            Self::WebhookEndpoints => Some(limits.webhook_endpoints),
            Self::ExportsAMonth => Some(limits.exports_a_month),
            Self::Domains => Some(limits.domains),
        }
    }
    /// The limit under each plan, as a JSON object for `?n ->> orgs.plan` in a statement: so the statement itself goes by the plan that
    /// holds when it runs. A plan that is not there yields NULL, and a comparison with that is never true.
    pub fn by_plan(self) -> String {
        let entries: Vec<String> = Plan::ALL
            .into_iter()
            .map(|plan| format!("\"{}\":{}", plan.as_str(), self.of(&plan.limits()).map_or(UNLIMITED, i64::from)))
            .collect();
        format!("{{{}}}", entries.join(","))
    }
}

/// How much of a limit is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Of what.
    pub quota: Quota,
    /// The plan whose limit it is.
    pub plan: Plan,
    /// How much is used.
    pub used: i64,
    /// How much is allowed; for seats those that are paid for. `None` is unlimited.
    pub allowed: Option<u32>,
}

impl Standing {
    /// How close to the limit it is.
    pub fn level(&self) -> Level {
        match self.allowed.map(i64::from) {
            None => Level::Fine,
            Some(allowed) if self.used >= allowed => Level::Full,
            Some(allowed) if self.used.saturating_mul(100) >= allowed.saturating_mul(80) => Level::Near,
            Some(_) => Level::Fine,
        }
    }
    /// How much is used beyond what is allowed.
    pub fn over(&self) -> i64 {
        self.allowed.map_or(0, |allowed| self.used.saturating_sub(i64::from(allowed)).max(0))
    }
    /// The smallest plan that allows more. `None` when none does.
    pub fn lifted_by(&self) -> Option<Plan> {
        let allowed = i64::from(self.allowed?).max(self.used);
        self.plan.next_where(|limits| self.quota.of(limits).is_none_or(|n| i64::from(n) > allowed))
    }
    /// Why there is no room for another: the limit, how it is used, and what lifts it.
    pub fn refusal(&self) -> String {
        let allowed = self.allowed.map_or(UNLIMITED, i64::from);
        let of_plan = self.quota.of(&self.plan.limits()).map(i64::from);
        let fewer = self.quota == Quota::Seats && of_plan.is_some_and(|n| n > allowed);
        let has = if fewer {
            format!("{} of the {} plan are paid for", self.quota.counted(allowed), self.plan.name())
        } else {
            format!("The {} plan allows {}", self.plan.name(), self.quota.counted(allowed))
        };
        let lifts = match (fewer, self.lifted_by()) {
            (true, _) => ", or pay for more seats".to_owned(),
            (false, Some(next)) => match self.quota.of(&next.limits()) {
                Some(n) => format!(", or choose the {} plan, which allows {}", next.name(), grouped(i64::from(n))),
                None => format!(", or choose the {} plan, which has no limit", next.name()),
            },
            (false, None) => String::new(),
        };
        format!("{has}, and {} used. {}{lifts}.", is_used(self.used), self.quota.remedy())
    }
    /// Gives a refusal of the plan's guard its words, and a program what it needs: limit, use, and the plan that lifts it. Any other error
    /// is passed on.
    #[must_use]
    pub fn explain(&self, error: Error) -> Error {
        if error.code() != Code::PlanLimit {
            return error;
        }
        error
            .detail(self.refusal())
            .member("limit", self.quota.as_str())
            .member("used", self.used)
            .member("allowed", self.allowed)
            .member("plan_that_lifts_it", self.lifted_by().map(Plan::as_str))
    }
}

fn is_used(n: i64) -> String {
    if n == 1 { "1 is".to_owned() } else { format!("{} are", grouped(n)) }
}

fn grouped(n: i64) -> String {
    crate::money::grouped(n.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(quota: Quota, plan: Plan, used: i64) -> Standing {
        Standing { quota, plan, used, allowed: quota.of(&plan.limits()) }
    }

    #[test]
    fn a_refusal_names_limit_use_and_what_lifts_it() {
        let said = standing(Quota::Seats, Plan::Free, 3).refusal();
        assert_eq!(
            said,
            "The Free plan allows 3 seats, and 3 are used. Remove a member or cancel an invitation, or choose the Team plan, which allows 10."
        );
        let said = standing(Quota::Customers, Plan::Team, 5_000).refusal();
        assert!(said.contains("5,000 customers") && said.ends_with("or choose the Business plan, which has no limit."), "{said}");
        let said = standing(Quota::ApiKeys, Plan::Free, 1).refusal();
        assert!(said.starts_with("The Free plan allows 1 API key, and 1 is used."), "{said}");
        assert!(standing(Quota::Seats, Plan::Business, 50).refusal().ends_with("or cancel an invitation."), "nothing lifts the largest");
        let fewer = Standing { allowed: Some(4), ..standing(Quota::Seats, Plan::Team, 4) };
        assert!(fewer.refusal().starts_with("4 seats of the Team plan are paid for, and 4 are used."), "{}", fewer.refusal());
    }

    #[test]
    fn a_plan_that_is_still_too_small_lifts_nothing() {
        assert_eq!(standing(Quota::Seats, Plan::Free, 3).lifted_by(), Some(Plan::Team));
        assert_eq!(standing(Quota::Seats, Plan::Free, 12).lifted_by(), Some(Plan::Business));
        assert_eq!(standing(Quota::Customers, Plan::Business, 9_000_000).lifted_by(), None);
    }

    #[test]
    fn levels_begin_at_eighty_and_at_a_hundred_percent() {
        for (used, level) in [(0, Level::Fine), (7, Level::Fine), (8, Level::Near), (9, Level::Near), (10, Level::Full), (11, Level::Full)]
        {
            assert_eq!(standing(Quota::Seats, Plan::Team, used).level(), level, "{used}");
        }
        assert_eq!(standing(Quota::Domains, Plan::Free, 0).level(), Level::Full, "a limit of none is used up");
        assert_eq!(standing(Quota::Customers, Plan::Business, 1 << 40).level(), Level::Fine);
    }

    #[test]
    fn every_plan_stands_in_the_object_that_statements_read() {
        for quota in Quota::ALL {
            let object: serde_json::Value = serde_json::from_str(&quota.by_plan()).unwrap();
            for plan in Plan::ALL {
                let n = object[plan.as_str()].as_i64().unwrap();
                assert_eq!(n, quota.of(&plan.limits()).map_or(UNLIMITED, i64::from));
            }
            assert_eq!(Quota::parse(quota.as_str()), Some(quota));
        }
    }

    #[test]
    fn only_a_plans_refusal_gets_its_words() {
        let told = standing(Quota::ApiKeys, Plan::Free, 1).explain(Code::PlanLimit.into());
        assert_eq!(told.code(), Code::PlanLimit);
        assert_eq!(standing(Quota::ApiKeys, Plan::Free, 1).explain(Code::NotFound.into()).code(), Code::NotFound);
    }
}
