//! Queues, the producing side. Consumers: [`crate::entry::Batch`].

use crate::PlatformError;
use wasm_bindgen::JsValue;
use worker::{BatchMessageBuilder, QueueContentType, RawMessageBuilder};

/// A queue's producer.
#[derive(Debug)]
pub struct Queue(worker::Queue);

impl Queue {
    pub(crate) fn new(inner: worker::Queue) -> Self {
        Self(inner)
    }
    /// Sends text bodies: at most 100 of together 256 KB, each at most 128 KB, to be seen after `delay_seconds` (at most 43,200).
    ///
    /// # Errors
    /// What the platform refused.
    pub async fn send(&self, bodies: Vec<String>, delay_seconds: u32) -> Result<(), PlatformError> {
        let messages =
            bodies.into_iter().map(|body| RawMessageBuilder::new(JsValue::from_str(&body)).build_with_content_type(QueueContentType::Text));
        let batch = BatchMessageBuilder::new().messages(messages).delay_seconds(delay_seconds).build();
        Ok(self.0.send_raw_batch(batch).await?)
    }
}
