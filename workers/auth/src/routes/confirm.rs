//! Proving again who one is.

pub mod page;
pub mod prove;
