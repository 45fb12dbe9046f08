//! One file for each page.

pub mod jobs;
pub mod orgs;
