//! One file for each endpoint.

pub mod stripe_event;
