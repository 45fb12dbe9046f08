//! Cryptography of Portico: API keys, tokens, signed values, sealed fields, webhook signatures, password hashes.
//!
//! Everything here is a pure function. Time comes in as Unix milliseconds or seconds (each argument says which), randomness as
//! bytes that the caller took from the rng port, keys as a [`keyring::KeyRing`] that was parsed once for each isolate.
//! Nothing reads a clock, draws random bytes or does I/O, so that all of it can be tested with known answers.
//!
//! Deliberately not here: which lengths of passwords are allowed (`domain`), where anything is stored (`store`).

pub mod api_key;
pub mod cursor;
pub mod hash;
pub mod keyring;
pub mod link;
pub mod mac;
pub mod password;
pub mod resumable;
pub mod seal;
pub mod secret;
pub mod standard_webhooks;
pub mod token;
pub mod totp;

pub use secret::Secret;
