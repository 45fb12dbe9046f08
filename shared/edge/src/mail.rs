//! The platform's mail sender (Cloudflare Email Service): one structured message, no MIME of ours.

use crate::js;
use kernel::ports::{MailRefused, OutgoingMail};
use serde_json::{Map, Value, json};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// What no second attempt mends: the mail itself or its recipient is refused. Everything else (limits, outages, a sender's domain that is
/// not set up yet, which also shows as `E_RECIPIENT_NOT_ALLOWED`) may pass.
const PERMANENT: &[&str] =
    &["E_VALIDATION_ERROR", "E_FIELD_MISSING", "E_TOO_MANY_RECIPIENTS", "E_RECIPIENT_SUPPRESSED", "E_CONTENT_TOO_LARGE"];

/// Sends a mail and returns what the platform calls it.
///
/// # Errors
/// The platform's code and words.
pub async fn send(binding: &JsValue, mail: OutgoingMail) -> Result<String, MailRefused> {
    let headers: Map<String, Value> = mail.headers.into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))).collect();
    let message = json!({
        "from_name": mail.from_name, "from": mail.from, "to": mail.to, "subject": mail.subject, "text": mail.text, "html": mail.html, "headers": headers,
    });
    let thrown = |e: JsValue| MailRefused { permanent: false, why: crate::PlatformError::js(&e).0 };
    let answer = JsFuture::from(js::send_mail(binding, &message.to_string())).await.map_err(thrown)?;
    let parts: js_sys::Array = answer.unchecked_into();
    let [code, words] = [0, 1].map(|at| parts.get(at).as_string().unwrap_or_default());
    if code == "sent" {
        return Ok(words);
    }
    let permanent = PERMANENT.contains(&code.as_str()) || code.starts_with("E_HEADER");
    Err(MailRefused { permanent, why: format!("{code} {words}").trim().to_owned() })
}
