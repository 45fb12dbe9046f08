//! A small Stripe: enough of the pinned API version that Portico's billing runs without an account, and that its failures can be
//! rehearsed. For local development and tests; never deployed.
//!
//! [`core`] is a pure state machine: a request and the time in, an answer and signed webhooks out, its state one value that
//! serializes. It is written against Stripe's published specification and behavior, not against our client. [`host`] puts settings, a
//! kept state and a control desk around it, still without I/O; `glue` drives that on workerd.
//!
//! Where it knowingly differs from Stripe: a customer has one card, which is the default; an invoice becomes final when it is made
//! instead of an hour later; there are no charges, payment intents, taxes, discounts or metered prices, no invoice items but prorations,
//! and no pending updates; all amounts are in hundredths, every month and year a calendar one in UTC; restricted keys can do everything. A
//! card that will not pay can be attached, and the one that fails when charged pays once, so that a renewal can fail; a refusal to change a
//! subscription that is over has no code; an unknown customer in a new subscription is 400 (elsewhere recorded as 404); there are no test
//! clocks but the desk's. `tests/stripe-sdk/differential/reviewed.mjs` has what else another emulator does differently. A
//! payment that fails is tried again 3, 5 and 7 days after its invoice became final, which at Stripe is a setting of the account.

// Stripe's objects are long literals.
#![recursion_limit = "256"]

pub mod core;
#[cfg(target_family = "wasm")]
mod glue;
pub mod host;
mod pages;

#[cfg(target_family = "wasm")]
edge::raw_worker!(fetch = crate::glue::fetch, scheduled = crate::glue::scheduled);
