//! Requests to other servers: a timeout over all of it, no redirects followed, the answer cut at a cap.

use crate::{entry::Block, js};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// A request to somebody else's server.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// GET, POST, DELETE.
    pub method: &'static str,
    /// An absolute URL.
    pub url: String,
    /// Headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body; an empty one is none.
    pub body: Vec<u8>,
    /// Given up after that many milliseconds, reading included.
    pub timeout_ms: u32,
    /// At most that many bytes of the answer are read.
    pub read_at_most: usize,
}

/// Their answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status. Redirects are not followed.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, cut at `read_at_most`.
    pub body: Vec<u8>,
}

/// Why there was no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HttpError {
    /// Not within the timeout.
    Timeout,
    /// No connection, or it broke, or the request was malformed; the platform's words.
    Network(String),
}

/// Sends a request and reads the answer.
///
/// # Errors
/// When there was no answer.
pub async fn send(request: Outgoing) -> Result<Answer, HttpError> {
    let malformed = || HttpError::Network("a header value has a line break".into());
    let headers = Block::of(request.headers.iter().map(|(n, v)| (*n, v.as_str()))).ok_or_else(malformed)?;
    #[expect(clippy::cast_precision_loss, reason = "a cap is far below 2^53")]
    let cap = request.read_at_most as f64;
    let sent = js::send(request.method, &request.url, &headers, &request.body, request.timeout_ms, cap);
    match JsFuture::from(sent).await {
        Ok(value) if value.is_undefined() => Err(HttpError::Timeout),
        Ok(value) => match value.as_string() {
            Some(why) => Err(HttpError::Network(why)),
            None => Ok(answer(&value.unchecked_into())),
        },
        Err(thrown) => Err(HttpError::Network(crate::PlatformError::js(&thrown).0)),
    }
}

/// Reads `[status, headers, bytes]`.
fn answer(parts: &js_sys::Array) -> Answer {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an HTTP status")]
    let status = parts.get(0).as_f64().unwrap_or_default() as u16;
    let block = parts.get(1).as_string().unwrap_or_default();
    let mut lines = block.split('\n');
    let mut headers = Vec::new();
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        headers.push((name.to_owned(), value.to_owned()));
    }
    let body: JsValue = parts.get(2);
    Answer { status, headers, body: js_sys::Uint8Array::unchecked_from_js(body).to_vec() }
}
