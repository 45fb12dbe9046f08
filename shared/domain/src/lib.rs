//! Rules and types per subject. Pure: no SQL, no I/O, no clock; what needs the time is given it.

pub mod actions;
pub mod bans;
pub mod billing;
pub mod branding;
pub mod customers;
pub mod delivery;
pub mod events;
pub mod exports;
pub mod hosts;
pub mod jobs;
pub mod like;
pub mod logos;
pub mod money;
pub mod notifications;
pub mod organizations;
pub mod passwords;
pub mod plans;
pub mod quotas;
pub mod retention;
pub mod tickets;
pub mod webhook_url;
