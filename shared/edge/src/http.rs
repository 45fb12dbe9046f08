//! Requests to other servers: a timeout over all of it, no redirects followed, the answer cut at a cap.

use crate::{entry::outgoing::Block, env::Service, js};
use kernel::ports::{Answer, HttpError, Outgoing};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Sends a request and reads the answer.
///
/// # Errors
/// When there was no answer.
pub async fn send(request: Outgoing) -> Result<Answer, HttpError> {
    exchange(&JsValue::UNDEFINED, request).await
}

/// As [`send`], to another Worker.
///
/// # Errors
/// When there was no answer.
pub async fn send_through(service: &Service, request: Outgoing) -> Result<Answer, HttpError> {
    exchange(&service.0, request).await
}

async fn exchange(fetcher: &JsValue, request: Outgoing) -> Result<Answer, HttpError> {
    let malformed = || HttpError::Network("a header value has a line break".into());
    let headers = Block::of(request.headers.iter().map(|(n, v)| (*n, v.as_str()))).ok_or_else(malformed)?;
    #[expect(clippy::cast_precision_loss, reason = "a cap is far below 2^53")]
    let cap = request.read_at_most as f64;
    let sent = js::send(fetcher, request.method, &request.url, &headers.0, &request.body, request.timeout_ms, cap);
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
