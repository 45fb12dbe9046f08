//! The log.

/// Writes one line; `failed` marks what a human should look at (it goes to the error stream).
pub fn line(text: &str, failed: bool) {
    crate::js::log(text, failed);
}
