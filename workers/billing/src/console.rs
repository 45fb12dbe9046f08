//! What operators do to an organization's billing: what is held beside what Stripe says, and repairs that are shown before they are made.
//!
//! They stand in this Worker because it holds Stripe's secret; the console's own Worker has none.

pub mod apply;
pub mod other;
pub mod prepare;
pub mod reason;
pub mod repair;
pub mod show;
pub mod silence;
