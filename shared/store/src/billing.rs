//! What an organization holds of its billing, and how a reading of Stripe is put into effect: the one place that writes its plan.
//!
//! Everything that changes what is granted, or what it follows from, carries [`Held::unchanged`] into its batch and raises the version:
//! whoever judged by an older state is refused and looks again.

pub(crate) mod change;
pub(crate) mod held;
pub mod intake;

pub use change::Change;
pub use held::{Held, mapped, unknown_prices};
