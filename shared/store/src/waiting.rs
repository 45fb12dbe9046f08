//! What waits beside the link of a sign-up, sealed, until the address is confirmed.

use crate::tokens::Found;
use crypto::keyring::KeyRing;
use kernel::{Result, error::Error};

/// What was typed. Has no `Debug`: it holds a password's hash.
#[derive(serde::Serialize, serde::Deserialize)]
pub struct SignUp {
    /// The name.
    pub name: String,
    /// The hash of the password that was chosen.
    pub password_hash: String,
    /// The hash of the form cookie of the browser that began it.
    pub browser: String,
    /// Where to go afterwards; may be empty.
    pub next: String,
}
impl SignUp {
    /// Reads what goes with a link.
    ///
    /// # Errors
    /// An incident when it can't be opened or read.
    pub fn of(found: &Found, keys: &KeyRing) -> Result<Self> {
        Self::parse(&found.detail(keys)?)
    }
    /// Reads a text.
    ///
    /// # Errors
    /// An incident when it is not one of [`SignUp::text`].
    pub fn parse(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|e| Error::incident("reading a sign-up", e.to_string()))
    }
    /// As text, to be sealed.
    ///
    /// # Errors
    /// An incident when it can't be written.
    pub fn text(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|e| Error::incident("writing a sign-up", e.to_string()))
    }
}
