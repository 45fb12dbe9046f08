//! Rate limits in three tiers, each with the guarantee it can keep (api-and-webhooks.md §3).
//!
//! - [`burst`]: the platform's limiter, per location and approximate; outer fence by address, then by key.
//! - [`window`]: hours, counted in isolate memory and shared through KV; overshoot is bounded by what a minute lets through.
//! - [`exact`]: one statement inside the write's own batch; exact, and a refusal costs nothing.
//!
//! [`refusals`] counts what all three refuse.

pub mod burst;
pub mod exact;
pub mod refusals;
pub mod window;
