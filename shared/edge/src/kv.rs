//! Workers KV: eventually consistent, one write a second for each key.

use crate::PlatformError;

/// A KV namespace.
#[derive(Debug, Clone)]
pub struct Kv(worker::kv::KvStore);

/// A key of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The key.
    pub name: String,
    /// Its metadata, JSON text. `None` when there is none.
    pub metadata: Option<String>,
}

impl Kv {
    pub(crate) fn new(inner: worker::kv::KvStore) -> Self {
        Self(inner)
    }

    /// Reads a value. `cache_seconds` is how long this location may answer from its cache (at least 30).
    ///
    /// # Errors
    /// What the platform refused; likewise below.
    pub async fn get(&self, key: &str, cache_seconds: u32) -> Result<Option<Vec<u8>>, PlatformError> {
        Ok(self.0.get(key).cache_ttl(cache_seconds.into()).bytes().await?)
    }
    /// Stores a value for `ttl_seconds` (at least 60), with metadata: JSON text of at most 1,024 bytes.
    ///
    /// # Errors
    /// As [`Kv::get`]; metadata that is not JSON.
    pub async fn put(&self, key: &str, value: &[u8], metadata: Option<&str>, ttl_seconds: u32) -> Result<(), PlatformError> {
        let mut put = self.0.put_bytes(key, value)?.expiration_ttl(ttl_seconds.into());
        if let Some(text) = metadata {
            let json: serde_json::Value = serde_json::from_str(text).map_err(|e| PlatformError(format!("KV metadata: {e}")))?;
            put = put.metadata(json)?;
        }
        Ok(put.execute().await?)
    }
    /// Removes a value; a missing one is fine.
    ///
    /// # Errors
    /// As [`Kv::get`].
    pub async fn delete(&self, key: &str) -> Result<(), PlatformError> {
        Ok(self.0.delete(key).await?)
    }
    /// Lists up to 1,000 keys under a prefix with their metadata.
    ///
    /// # Errors
    /// As [`Kv::get`].
    pub async fn list(&self, prefix: &str) -> Result<Vec<Key>, PlatformError> {
        let found = self.0.list().prefix(prefix.to_owned()).execute().await?;
        Ok(found.keys.into_iter().map(|k| Key { name: k.name, metadata: k.metadata.map(|m| m.to_string()) }).collect())
    }
}
