//! SQL and isolate state that two or more Workers share.
//!
//! `gate` is what dispatch asks: hosts, credentials, limits. `jobs` is how background work is claimed and ended.

pub mod addressees;
pub mod billing;
pub mod customers;
pub mod devices;
pub mod domains;
pub mod endpoints;
pub mod factors;
pub mod forms;
pub mod gate;
pub mod hostnames;
pub mod inbox;
pub mod jobs;
pub mod keys;
pub mod lease;
pub mod limits;
pub mod logos;
pub mod mail;
pub mod once;
pub mod portals;
pub mod sessions;
pub mod tickets;
pub mod tokens;
pub mod usage;
pub mod waiting;

/// Every statement of this crate, for the catalogue test.
pub const CATALOGUES: &[&[kernel::Sql]] = &[
    addressees::CATALOGUE,
    billing::change::CATALOGUE,
    billing::held::CATALOGUE,
    billing::intake::CATALOGUE,
    domains::CATALOGUE,
    devices::CATALOGUE,
    endpoints::CATALOGUE,
    factors::CATALOGUE,
    hostnames::CATALOGUE,
    customers::CATALOGUE,
    inbox::CATALOGUE,
    jobs::CATALOGUE,
    keys::CATALOGUE,
    limits::exact::CATALOGUE,
    limits::refusals::CATALOGUE,
    logos::CATALOGUE,
    mail::CATALOGUE,
    once::CATALOGUE,
    portals::CATALOGUE,
    sessions::CATALOGUE,
    tickets::CATALOGUE,
    tokens::CATALOGUE,
    usage::CATALOGUE,
];
