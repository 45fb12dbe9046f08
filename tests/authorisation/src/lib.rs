//! The authorisation matrix. See `tests/`.
