//! The rules between crates, Workers and routes, as functions over plain facts: `tests/` holds the project to them, and holds
//! them to made-up projects that break each.

pub mod crates;
pub mod routes;
pub mod secrets;
