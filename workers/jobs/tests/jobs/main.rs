//! Background work from end to end, natively: what is asked for by API is done by consumers, sweeps and retention, with every
//! fault that the platform may have.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "what goes wrong in a test must stop it, and what it counted is printed"
)]

mod backlog;
mod cron;
mod deliveries;
mod exporting;
mod fitting;
mod hostnames;
mod mail;
mod notifying;
mod purging;
mod retaining;
