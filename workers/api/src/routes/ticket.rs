//! How the API names a ticket's version. What a ticket looks like is `store::tickets`: its events say the same.

/// The entity tag of a version (RFC 9110 §8.8.3).
pub fn etag(version: i64) -> String {
    format!("\"{version}\"")
}
