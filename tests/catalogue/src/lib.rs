//! The statement catalogue. See `tests/`.
