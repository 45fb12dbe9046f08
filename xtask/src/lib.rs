//! The project as its own declarations describe it: what xtask generates from and the generated tests walk.

pub mod check;
pub mod deploy;
pub mod docs;
pub mod files;
pub mod fleet;
pub mod listing;
pub mod patterns;
pub mod plans;
pub mod routing;
pub mod switch;
pub mod wrangler;
