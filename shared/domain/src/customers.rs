//! Customers of a tenant: their words and their rules, and how they are shown to programs.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back_and_addresses_compare() {
        for (word, status) in Status::WORDS {
            assert_eq!((Status::parse(word), status.as_str()), (Some(*status), *word));
        }
        assert_eq!((Status::parse("gone"), normalized("  Ada@Example.COM ").as_str()), (None, "ada@example.com"));
    }
}
