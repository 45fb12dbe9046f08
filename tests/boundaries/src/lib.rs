//! Boundaries between crates, Workers and routes. See `tests/`.
