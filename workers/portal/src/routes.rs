//! One file for each page.

pub mod brand;
pub mod home;
pub mod logo;
pub mod notifications;
pub mod privacy;
pub mod tickets;
