//! The portal: what it is set to, visits to it, and what is done on its pages.

pub(crate) mod acts;
pub(crate) mod configurations;
pub(crate) mod sessions;

pub use acts::{Act, act};
pub use sessions::visit;
