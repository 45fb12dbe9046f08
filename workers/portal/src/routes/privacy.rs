//! The customer's own data: a copy of all of it, and the end of the account.

pub mod data;
pub mod delete;
pub mod delete_page;
pub mod export;
pub mod page;

/// The page.
pub const PRIVACY: &str = "/privacy";
/// The download.
pub const EXPORT: &str = "/privacy/export";
/// The question before the account is deleted, and its answer.
pub const DELETE: &str = "/privacy/delete";
