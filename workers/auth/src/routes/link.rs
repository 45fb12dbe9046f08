//! Signing in by a link in a mail.

pub mod open;
pub mod open_page;
pub mod request;
pub mod request_page;
pub mod sent;
