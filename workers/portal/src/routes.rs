//! One file for each page.

pub mod home;
pub mod ticket_page;
