//! What every statement of the fleet is held to, as functions over one statement and a database with the real migrations.
//!
//! - [`touch`]: which tables a statement reads and changes, as SQLite's own authorizer says.
//! - [`plan`]: which tables it walks from end to end.
//! - [`tokens`]: its text in pieces.
//! - [`tenant`]: whether another organization's rows can make a difference to it, found out by running it.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "it serves tests: what goes wrong here must stop them")]

pub mod plan;
pub mod tenant;
pub mod tokens;
pub mod touch;
