//! A forgotten password.

pub mod choose;
pub mod choose_page;
pub mod request;
pub mod request_page;
pub mod sent;
