//! Getting in and looking after one's account, through dispatch on SQLite.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests; what goes wrong in them must stop the test"
)]

mod account;
mod browser;
mod challenge;
mod demo;
mod fixation;
mod invitations;
mod links;
mod redirects;
mod replay;
mod secrecy;
mod set_up;
mod sign_in;
mod sign_up;
mod telling;
mod vectors;
