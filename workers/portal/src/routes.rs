//! One file for each page.

pub mod brand;
pub mod home;
pub mod notifications;
pub mod privacy;
pub mod tickets;
