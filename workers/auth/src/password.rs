//! The one place of this Worker that hashes passwords: one at a time, and counted.
//!
//! A hash takes about 30 ms and 19 MiB, so how many are computed is what a throttle is judged by. The isolate is one thread and a
//! hash does not wait for anything, so two can't run at once.

use domain::passwords::normalized;
use kernel::{Result, error::Error};
use std::cell::Cell;

thread_local! {
    static COMPUTED: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    COMPUTED.set(COMPUTED.get() + 1);
}

/// How many hashes this isolate has computed.
pub fn computed() -> u64 {
    COMPUTED.get()
}

/// Whether the password opens the account. Takes as long where there is no account, or one without a password.
pub fn opens(password: &str, stored: Option<&str>) -> bool {
    count();
    let password = normalized(password);
    match stored {
        Some(hash) => crypto::password::verify(&password, hash),
        None => {
            crypto::password::verify_nobody(&password);
            false
        }
    }
}

/// The hash to store of a new password.
///
/// # Errors
/// An incident when there is no memory for it.
pub fn fresh(password: &str, salt: [u8; 16]) -> Result<String> {
    count();
    crypto::password::hash(&normalized(password), salt).map_err(|e| Error::incident("hashing a password", e.to_string()))
}

/// The hash to store in place of one that was made with older parameters. `None` when the stored one is as good as today's.
///
/// # Errors
/// An incident when there is no memory for it.
pub fn renewed(password: &str, stored: &str, salt: [u8; 16]) -> Result<Option<String>> {
    if !crypto::password::needs_rehash(stored) {
        return Ok(None);
    }
    fresh(password, salt).map(Some)
}
