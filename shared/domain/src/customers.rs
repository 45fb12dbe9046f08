//! Customers of a tenant: their words and their rules, and how they are shown to programs.

use crate::plans::Plan;
use kernel::{CustomerId, Millis, input::Text};
use serde::Serialize;

/// What a customer is called.
pub const NAME: Text = Text::line(1, 120);
/// An address, as it is typed.
pub const EMAIL: Text = Text::line(1, 254);
/// Why a customer is blocked.
pub const REASON: Text = Text::lines(1, 500);

/// Where a customer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Can sign in.
    Active,
    /// Was invited and has not accepted yet.
    Invited,
    /// Was locked out by the organization.
    Blocked,
}
impl Status {
    /// The words of the wire and of the database.
    pub const WORDS: &'static [(&'static str, Self)] = &[("active", Self::Active), ("invited", Self::Invited), ("blocked", Self::Blocked)];
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Invited => "invited",
            Self::Blocked => "blocked",
        }
    }
    /// Reads a stored word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(word, _)| *word == text).map(|(_, value)| *value)
    }
}

/// A customer, as the API and events show them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Customer {
    /// Their id.
    pub id: CustomerId,
    /// Their address: unique in the organization.
    pub email: String,
    /// What they are called.
    pub name: String,
    /// `active`, `invited` or `blocked`.
    pub status: &'static str,
    /// When they were added.
    pub created_at: Millis,
}

/// An address as it is stored and compared.
pub fn normalized(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Why there is no room for another customer: the limit, how it is used, and what lifts it.
pub fn refusal(plan: Plan, used: i64) -> String {
    let Some(most) = plan.limits().customers else { return "The plan has no limit of customers.".to_owned() };
    let lifts = match plan.next_where(|l| l.customers.is_none_or(|n| n > most)) {
        Some(next) => match next.limits().customers {
            Some(n) => format!(" The {} plan has room for {n}.", next.name()),
            None => format!(" The {} plan has no limit.", next.name()),
        },
        None => String::new(),
    };
    format!("The {} plan has room for {most} customers, and {used} are there, open invitations included.{lifts}", plan.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_limit_use_and_the_plan_that_lifts_it() {
        let free = refusal(Plan::Free, 100);
        assert!(
            free.contains("Free plan has room for 100 customers, and 100 are there") && free.contains("Team plan has room for 5000"),
            "{free}"
        );
        assert!(refusal(Plan::Team, 5_000).ends_with("The Business plan has no limit."));
    }

    #[test]
    fn words_read_back_and_addresses_compare() {
        for (word, status) in Status::WORDS {
            assert_eq!((Status::parse(word), status.as_str()), (Some(*status), *word));
        }
        assert_eq!((Status::parse("gone"), normalized("  Ada@Example.COM ").as_str()), (None, "ada@example.com"));
    }
}
