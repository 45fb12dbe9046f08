//! Where an export stands between two slices.

use crypto::resumable::Resumable;
use kernel::{Result, error::Error, task::Task};

/// The place, as kept in the job's row.
#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct Place {
    /// The last row written.
    pub after: String,
    pub rows: i64,
    /// Bytes in uploaded parts.
    pub bytes: i64,
    pub upload: Option<String>,
    /// The entity tags of the parts, in order.
    pub parts: Vec<String>,
    /// How many tails were saved: the newest holds what is not yet a part.
    tails: u32,
    /// Every row is written, and every part uploaded.
    pub ended: bool,
    /// The hash of everything written so far, between two blocks.
    hash: String,
}

impl Default for Place {
    fn default() -> Self {
        Self {
            after: String::new(),
            rows: 0,
            bytes: 0,
            upload: None,
            parts: Vec::new(),
            tails: 0,
            ended: false,
            hash: Resumable::default().save(),
        }
    }
}

impl Place {
    pub fn read(text: Option<&str>) -> Result<Self> {
        match text {
            None => Ok(Self::default()),
            Some(text) => serde_json::from_str(text).map_err(|e| Error::incident("an export's place", e.to_string())),
        }
    }
    pub fn text(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|e| Error::incident("an export's place", e.to_string()))
    }
    pub fn is_start(&self) -> bool {
        self.after.is_empty() && self.tails == 0
    }
    /// The hash so far. Taken out once a slice, put back by [`Place::keep_hash`].
    pub fn hash(&self) -> Result<Resumable> {
        Resumable::restore(&self.hash).ok_or_else(|| Error::incident("an export's hash", "state"))
    }
    pub fn keep_hash(&mut self, hash: &Resumable) {
        self.hash = hash.save();
    }

    /// Two names in turn: the newest tail that a saved place speaks of is never the one that is being written.
    fn tail_key(object: &str, number: u32) -> String {
        format!("{object}.tail{}", number % 2)
    }
    /// Both names.
    pub fn tail_keys(object: &str) -> [String; 2] {
        [Self::tail_key(object, 0), Self::tail_key(object, 1)]
    }

    /// What the last slice left over.
    pub async fn tail(&self, task: &Task<'_>, object: &str) -> Result<Vec<u8>> {
        if self.tails == 0 {
            return Ok(Vec::new());
        }
        let key = Self::tail_key(object, self.tails);
        task.ports.blobs.bytes(&key).await?.ok_or_else(|| Error::incident("an export's tail", key))
    }
    /// Keeps what is not yet a part: the tail before stays until the new place is committed, and one step longer.
    pub async fn put_tail(&mut self, task: &Task<'_>, object: &str, bytes: Vec<u8>) -> Result<()> {
        self.tails += 1;
        task.ports.blobs.put(&Self::tail_key(object, self.tails), bytes, "application/octet-stream").await?;
        Ok(())
    }
}
