//! The first operator of a deployment.

pub mod act;
pub mod page;
