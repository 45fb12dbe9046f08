//! The platform's burst limiters: per location, approximate, no numbers.

use crate::PlatformError;

/// A configured limiter.
#[derive(Debug)]
pub struct Limiter(worker::RateLimiter);

impl Limiter {
    pub(crate) fn new(inner: worker::RateLimiter) -> Self {
        Self(inner)
    }
    /// Counts one for the key and says whether it was within the limit.
    ///
    /// # Errors
    /// What the platform refused.
    pub async fn admit(&self, key: &str) -> Result<bool, PlatformError> {
        Ok(self.0.limit(key.to_owned()).await?.success)
    }
}
