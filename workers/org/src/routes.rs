//! One file for each page.

pub mod home;
pub mod notifications;
pub mod overview;
pub mod ticket_list;
pub mod ticket_page;
