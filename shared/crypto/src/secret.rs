//! Values that must not be shown, and comparison that takes the same time wherever two texts differ.

use subtle::ConstantTimeEq;

/// A value that can't be printed, logged or serialized by accident: it has neither `Debug` nor `Display` nor `Serialize`, and a
/// type that holds one can't derive them. Reading it takes the word `expose`, which is easy to search for.
///
/// ```compile_fail
/// println!("{:?}", crypto::Secret::new("a password"));
/// ```
/// ```compile_fail
/// println!("{}", crypto::Secret::new("a password"));
/// ```
#[derive(Clone)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }
    /// The value, for the one place that needs it.
    pub const fn expose(&self) -> &T {
        &self.0
    }
    /// The value itself, for handing it to its owner (a new API key, shown once).
    pub fn into_exposed(self) -> T {
        self.0
    }
}

impl<T> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

/// Whether two byte strings are the same, in a time that depends on their lengths only.
pub fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equality_is_equality() {
        assert!(constant_time_eq(b"", b""));
        assert!(constant_time_eq(b"same", b"same"));
        assert!(!constant_time_eq(b"same", b"samf"));
        assert!(!constant_time_eq(b"same", b"sam"));
    }

    #[test]
    fn a_secret_gives_back_what_it_holds() {
        let secret = Secret::new(String::from("value"));
        assert_eq!(secret.expose(), "value");
        assert_eq!(secret.clone().into_exposed(), "value");
    }
}
