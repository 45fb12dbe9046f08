//! Billing's rules, without Stripe and without a database: what was read there, what it grants, what is wrong with it, and what may be
//! done next. Entitlements fail closed: what is not understood grants nothing.

mod availability;
mod entitlement;
mod finding;
mod grace;
mod lateness;
mod reading;

pub use availability::{Action, Availability, Situation, availability};
pub use entitlement::{Entitlement, Override, entitlement};
pub use finding::{Finding, Found, Slot, Verdict, judge};
pub use grace::{GRACE_DAYS, GRACE_WARNED_BEFORE, grace};
pub use lateness::{EVENTS_LATE_MINUTES, late_after};
pub use reading::{Customer, Reading, Remote, Status, pick};
