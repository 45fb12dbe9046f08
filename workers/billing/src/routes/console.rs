//! The operators' pages about billing, one file each.

pub mod apply;
pub mod dry_run;
pub mod health;
pub mod org;
