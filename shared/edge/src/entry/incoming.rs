//! A request as the platform hands it in: header by header, the body only when asked for.

use crate::js;
use kernel::{
    Fut,
    request::{BodyError, Inbound},
};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// The methods that come as a number, in the order of `METHODS` in `js/entry.mjs`; 0 is any other.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// What `readBody` of `js/http.mjs` returns when the body is larger than the cap; any other number: it broke.
const TOO_LARGE: f64 = 1.0;

/// A request.
#[derive(Debug)]
pub struct Incoming {
    request: JsValue,
    url: String,
    method: u32,
}

impl Incoming {
    /// For the entry.
    #[doc(hidden)]
    pub fn new(request: JsValue, url: String, method: u32) -> Self {
        Self { request, url, method }
    }
}

impl Inbound for Incoming {
    fn method(&self) -> String {
        let known = usize::try_from(self.method).ok().and_then(|n| n.checked_sub(1)).and_then(|n| METHODS.get(n));
        known.map_or_else(|| js::method(&self.request), |name| (*name).to_owned())
    }
    fn url(&self) -> String {
        self.url.clone()
    }
    fn header(&self, name: &str) -> Option<String> {
        js::header(&self.request, name)
    }
    fn body(&self, cap: usize) -> Fut<'_, Result<Vec<u8>, BodyError>> {
        Box::pin(async move {
            #[expect(clippy::cast_precision_loss, reason = "a cap is far below 2^53")]
            let read = JsFuture::from(js::read_body(&self.request, cap as f64)).await.map_err(|_| BodyError::Broken)?;
            match read.as_f64() {
                Some(TOO_LARGE) => Err(BodyError::TooLarge),
                Some(_) => Err(BodyError::Broken),
                None => Ok(js_sys::Uint8Array::from(read).to_vec()),
            }
        })
    }
}
