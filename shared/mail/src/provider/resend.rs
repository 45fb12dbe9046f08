//! Resend: `POST https://api.resend.com/emails` (resend.com/docs/api-reference/emails/send-email). The same Idempotency-Key within
//! 24 hours sends once; all attempts of a mail are made within 13.

use super::{Parcel, Verdict, words};
use crate::Unfit;
use kernel::ports::{Answer, HttpError, Outgoing};
use serde_json::{Map, Value, json};

const URL: &str = "https://api.resend.com/emails";
const TIMEOUT_MS: u32 = 15_000;

/// The request that sends a mail.
///
/// # Errors
/// [`Unfit::Address`] when the configured sender is none.
pub fn request(key: &str, parcel: &Parcel<'_>) -> Result<Outgoing, Unfit> {
    let (name, from) = parcel.sender()?;
    let from = if name.is_empty() { from.as_str().to_owned() } else { format!("{name} <{}>", from.as_str()) };
    let headers: Map<String, Value> = parcel.headers().into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))).collect();
    let body = json!({
        "from": from,
        "to": [parcel.to.as_str()],
        "subject": parcel.message.subject,
        "html": parcel.message.html,
        "text": parcel.message.text,
        "headers": headers,
    });
    Ok(Outgoing {
        method: "POST",
        url: URL.to_owned(),
        headers: vec![
            ("authorization", format!("Bearer {key}")),
            ("content-type", "application/json".to_owned()),
            ("idempotency-key", parcel.id.to_owned()),
            // Requests without one are refused (403, error 1010).
            ("user-agent", "Portico/1".to_owned()),
        ],
        body: body.to_string().into_bytes(),
        timeout_ms: TIMEOUT_MS,
        read_at_most: 4_096,
    })
}

/// Reads the answer. A key or a domain that is not in order (401, 403) is ours to mend and loses no mail; so is a busy or broken server.
pub fn read(sent: &Result<Answer, HttpError>) -> Verdict {
    let answer = match sent {
        Ok(answer) => answer,
        Err(e) => return Verdict::Later(words(&e.to_string())),
    };
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let why = || words(&format!("{} {} {}", answer.status, text("name"), text("message")));
    match answer.status {
        200..=299 => Verdict::Sent(words(text("id"))),
        // The key was used for another content: an earlier attempt, of another version, was taken.
        409 if text("name") == "invalid_idempotent_request" => Verdict::Sent(String::new()),
        401 | 403 | 408 | 409 | 425 | 429 => Verdict::Later(why()),
        400..=499 => Verdict::Never(why()),
        _ => Verdict::Later(why()),
    }
}
