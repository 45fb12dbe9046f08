//! The second factor of a sign-in.

pub mod answer;
pub mod page;
