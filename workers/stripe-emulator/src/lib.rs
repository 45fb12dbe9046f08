//! A small Stripe: enough of the pinned API version that Portico's billing runs without an account, and that its failures can be
//! rehearsed. For local development and tests; never deployed.
//!
//! [`core`] is a pure state machine: a request and the time in, an answer and signed webhooks out, its state one value that
//! serializes. It is written against Stripe's published specification and behavior, not against our client. [`host`] puts settings, a
//! kept state and a control desk around it, still without I/O; `glue` drives that on workerd.
//!
//! Where it knowingly differs from Stripe: a customer has one card, which is the default; an invoice becomes final when it is made
//! instead of an hour later; there are no taxes, discounts, fees or metered prices, no invoice items but prorations, no pending updates, and
//! no charges that failed; a payment intent is made and confirmed at once; addresses and shipping are not kept; a checkout page sells either
//! what is paid for once or subscriptions; all amounts are in hundredths, every month and year a calendar one in UTC; restricted keys can
//! do everything; there are no test clocks but the desk's, where banks decide disputes too. A payment that fails is tried again 3, 5 and 7
//! days after its invoice became final, which at Stripe is a setting of the account.
//! `tests/stripe-sdk/differential/reviewed.mjs` has what another emulator does differently.

// Stripe's objects are long literals.
#![recursion_limit = "256"]

pub mod core;
#[cfg(target_family = "wasm")]
mod glue;
pub mod host;
mod pages;

#[cfg(target_family = "wasm")]
edge::raw_worker!(fetch = crate::glue::fetch, scheduled = crate::glue::scheduled);
