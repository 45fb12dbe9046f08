//! One file for each page.

pub mod customers;
pub mod home;
pub mod members;
pub mod notifications;
pub mod org;
pub mod overview;
pub mod search;
pub mod settings;
pub mod tickets;
