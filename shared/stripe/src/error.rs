//! What can go wrong with a call, and whether it makes sense to try again.

use crate::decline;
use serde::Deserialize;
use std::fmt;

/// What sort of failure it is: what the caller can do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// No answer: not reached, or not in time. Whether the call took effect is not known.
    Connection,
    /// An answer that is not Stripe's: not JSON, or without the fields that are read.
    Unreadable,
    /// The call itself is wrong; `code` and `param` say how.
    InvalidRequest,
    /// The same idempotency key was used for another call.
    Idempotency,
    /// A payment was declined.
    Card,
    /// The customer portal has not been set up at Stripe.
    PortalNotConfigured,
    /// Stripe failed.
    Api,
    /// A type that Stripe added since.
    Other(String),
}

/// Why a call failed, as far as callers act differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Not reached, not in time, Stripe failed, or asks to slow down: the same call with the same key may succeed later.
    Outage,
    /// The configured key is wrong, revoked, or lacks the permission.
    RefusedKey,
    /// The key is of the other mode than what was asked for: test and live don't see each other.
    WrongMode,
    /// The payment was declined; why and what helps, for people.
    Declined(&'static str),
    /// The customer has no card or other way of paying on file.
    NoPaymentMethod,
    /// What was asked for does not exist (any more).
    Missing,
    /// The customer portal has not been set up at Stripe.
    PortalNotConfigured,
    /// The idempotency key was used for another call.
    KeyReused,
    /// The call is wrong: a parameter, or the state of what it is about.
    Invalid,
    /// The answer is not one that we understand.
    Unreadable,
}

/// A failed call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripeError {
    /// The HTTP status; `None` when there was no answer or the call was not made.
    pub status: Option<u16>,
    /// What sort of failure.
    pub kind: Kind,
    /// Stripe's code, such as `resource_missing`.
    pub code: Option<Box<str>>,
    /// Why the bank declined, such as `insufficient_funds`.
    pub decline_code: Option<Box<str>>,
    /// The parameter it is about.
    pub param: Option<Box<str>>,
    /// In Stripe's words, or ours. For logs: Stripe's may quote the ends of the key.
    pub message: Box<str>,
    /// Whether the same call (with the same idempotency key) may succeed later.
    pub retry: bool,
    /// How long to wait at least, in seconds, when Stripe says so.
    pub retry_after: Option<u32>,
    /// Stripe's id of the request, for their support.
    pub request_id: Option<Box<str>>,
}

impl StripeError {
    /// Why, as far as callers act differently.
    pub fn cause(&self) -> Cause {
        let coded = |code: &str| self.code.as_deref() == Some(code);
        match (&self.kind, self.status) {
            (Kind::Connection, _) | (_, Some(409 | 429 | 500..)) => Cause::Outage,
            (_, Some(401 | 403)) => Cause::RefusedKey,
            (Kind::Idempotency, _) => Cause::KeyReused,
            (Kind::Card, _) | (_, Some(402)) => Cause::Declined(decline::say(self.decline_code.as_deref().or(self.code.as_deref()))),
            (Kind::PortalNotConfigured, _) => Cause::PortalNotConfigured,
            (Kind::Unreadable, _) => Cause::Unreadable,
            // The same code for three things; only the message tells them apart.
            _ if coded("resource_missing") && self.message.contains("a similar object exists in") => Cause::WrongMode,
            _ if coded("resource_missing") && self.message.contains("default payment method") => Cause::NoPaymentMethod,
            _ if coded("resource_missing") => Cause::Missing,
            _ => Cause::Invalid,
        }
    }
    /// Whether Stripe itself says that what was asked for does not exist (any more).
    pub fn is_missing(&self) -> bool {
        self.cause() == Cause::Missing
    }
    /// Whether the configured key is refused: wrong, revoked, or without the permission.
    pub fn is_refused_key(&self) -> bool {
        self.cause() == Cause::RefusedKey
    }

    /// There was no answer.
    pub fn connection(message: impl Into<Box<str>>) -> Self {
        Self { retry: true, ..Self::local(Kind::Connection, message) }
    }
    /// There is no portal to open.
    pub fn portal_not_configured() -> Self {
        Self::local(Kind::PortalNotConfigured, "the account has no active configuration of the customer portal")
    }
    /// A call that must not be made.
    pub(crate) fn invalid(message: impl Into<Box<str>>) -> Self {
        Self::local(Kind::InvalidRequest, message)
    }
    /// An answer that can't be read. Not retried: it would read the same.
    pub(crate) fn unreadable(status: u16, message: impl fmt::Display, request_id: Option<Box<str>>) -> Self {
        Self { status: Some(status), request_id, ..Self::local(Kind::Unreadable, format!("Stripe's answer could not be read: {message}")) }
    }
    fn local(kind: Kind, message: impl Into<Box<str>>) -> Self {
        Self {
            status: None,
            kind,
            code: None,
            decline_code: None,
            param: None,
            message: message.into(),
            retry: false,
            retry_after: None,
            request_id: None,
        }
    }

    /// From an answer with a status of 300 and up. `header` looks one up by its lower-case name.
    ///
    /// Retry as Stripe's libraries do: what `stripe-should-retry` says; without it on 409 and 5xx. Beside that on 429, because our
    /// retries are minutes apart.
    pub(crate) fn of(status: u16, body: &[u8], header: impl Fn(&str) -> Option<String>) -> Self {
        #[derive(Deserialize)]
        struct Envelope {
            error: Fields,
        }
        #[derive(Deserialize)]
        struct Fields {
            #[serde(rename = "type")]
            kind: Option<String>,
            code: Option<Box<str>>,
            decline_code: Option<Box<str>>,
            param: Option<Box<str>>,
            message: Option<String>,
        }
        let retry = match header("stripe-should-retry").as_deref() {
            Some("true") => true,
            Some("false") => false,
            _ => matches!(status, 409 | 429 | 500..),
        };
        let retry_after = header("retry-after").and_then(|text| text.trim().parse::<u32>().ok()).map(|seconds| seconds.min(3_600));
        let request_id = header("request-id").map(Into::into);
        let found = match serde_json::from_slice::<Envelope>(body) {
            Ok(envelope) => {
                let fields = envelope.error;
                let message = fields.message.unwrap_or_else(|| format!("Stripe answered {status}"));
                let kind = match fields.kind.as_deref() {
                    // It has no code of its own.
                    Some("invalid_request_error") if message.contains("portal settings") => Kind::PortalNotConfigured,
                    Some("invalid_request_error") => Kind::InvalidRequest,
                    Some("idempotency_error") => Kind::Idempotency,
                    Some("card_error") => Kind::Card,
                    Some("api_error") | None => Kind::Api,
                    Some(other) => Kind::Other(other.to_owned()),
                };
                Self { code: fields.code, decline_code: fields.decline_code, param: fields.param, ..Self::local(kind, message) }
            }
            // A proxy's page, or none: Stripe's own errors are JSON.
            Err(_) => Self::local(
                if status >= 500 { Kind::Api } else { Kind::Unreadable },
                format!("Stripe answered {status} without an error document"),
            ),
        };
        Self { status: Some(status), retry, retry_after, request_id, ..found }
    }
}

impl fmt::Display for StripeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for (name, value) in
            [("code", &self.code), ("decline code", &self.decline_code), ("param", &self.param), ("request", &self.request_id)]
        {
            if let Some(value) = value {
                write!(f, "; {name} {value}")?;
            }
        }
        match self.status {
            Some(status) => write!(f, "; status {status}"),
            None => Ok(()),
        }
    }
}
impl std::error::Error for StripeError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, body: &str, headers: &[(&str, &str)]) -> StripeError {
        StripeError::of(status, body.as_bytes(), |name| headers.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
    }

    #[test]
    fn reads_the_envelope() {
        let body = r#"{"error":{"type":"invalid_request_error","code":"resource_missing","param":"id","message":"No such customer: 'cus_x'","doc_url":"x","new":1}}"#;
        let error = of(404, body, &[("request-id", "req_1")]);
        assert!(error.is_missing() && !error.retry);
        assert_eq!((error.kind.clone(), error.param.as_deref()), (Kind::InvalidRequest, Some("id")));
        assert_eq!(error.to_string(), "No such customer: 'cus_x'; code resource_missing; param id; request req_1; status 404");
        assert_eq!(of(402, r#"{"error":{"type":"card_error","code":"card_declined"}}"#, &[]).kind, Kind::Card);
        assert_eq!(of(400, r#"{"error":{"type":"idempotency_error"}}"#, &[]).kind, Kind::Idempotency);
        assert_eq!(of(400, r#"{"error":{"type":"some_new_error"}}"#, &[]).kind, Kind::Other("some_new_error".into()));
        assert!(of(401, r#"{"error":{"type":"invalid_request_error","message":"Invalid API Key"}}"#, &[]).is_refused_key());
    }

    #[test]
    fn causes_are_told_apart() {
        let envelope = |fields: &str| format!(r#"{{"error":{{{fields}}}}}"#);
        let invalid = r#""type":"invalid_request_error""#;
        let missing = format!(r#"{invalid},"code":"resource_missing""#);
        for (status, fields, cause) in [
            (500, r#""type":"api_error""#.to_owned(), Cause::Outage),
            (429, format!(r#"{invalid},"code":"rate_limit""#), Cause::Outage),
            (409, format!(r#"{invalid},"code":"lock_timeout""#), Cause::Outage),
            (409, r#""type":"idempotency_error","code":"idempotency_key_in_use""#.into(), Cause::Outage),
            (400, r#""type":"idempotency_error""#.into(), Cause::KeyReused),
            (401, invalid.into(), Cause::RefusedKey),
            (403, format!(r#"{invalid},"code":"more_permissions_required""#), Cause::RefusedKey),
            (402, format!(r#"{invalid},"code":"subscription_payment_intent_requires_action""#), Cause::Declined(decline::CONFIRM)),
            (404, format!(r#"{missing},"param":"id","message":"No such customer: 'cus_1'""#), Cause::Missing),
            (400, format!(r#"{missing},"param":"items[0][price]","message":"No such price: 'price_1'""#), Cause::Missing),
            (
                404,
                format!(r#"{missing},"message":"No such customer: 'cus_1'; a similar object exists in live mode, but …""#),
                Cause::WrongMode,
            ),
            (
                400,
                format!(r#"{missing},"message":"This customer has no attached payment source or default payment method.""#),
                Cause::NoPaymentMethod,
            ),
            (
                400,
                format!(
                    r#"{invalid},"message":"… has not been created. Provide one by saving your customer portal settings in test mode at …""#
                ),
                Cause::PortalNotConfigured,
            ),
            (400, format!(r#"{invalid},"code":"parameter_unknown","param":"x""#), Cause::Invalid),
            (400, r#""type":"new_error""#.into(), Cause::Invalid),
            (404, format!(r#"{invalid},"message":"Unrecognized request URL""#), Cause::Invalid),
        ] {
            assert_eq!(of(status, &envelope(&fields), &[]).cause(), cause, "{status} {fields}");
        }
        let declined = of(402, &envelope(r#""type":"card_error","code":"card_declined","decline_code":"insufficient_funds""#), &[]);
        assert_eq!(declined.cause(), Cause::Declined(decline::say(Some("insufficient_funds"))));
        assert!(declined.to_string().contains("decline code insufficient_funds"));
        assert_eq!(StripeError::connection("timed out").cause(), Cause::Outage);
        assert_eq!(StripeError::invalid("not an id").cause(), Cause::Invalid);
        assert_eq!(of(404, "<html>", &[]).cause(), Cause::Unreadable, "another server's 404 says nothing of the kind");
    }

    #[test]
    fn retries_as_stripe_says() {
        for (status, header, retry) in [
            (400, None, false),
            (401, None, false),
            (404, None, false),
            (409, None, true),
            (429, None, true),
            (500, None, true),
            (503, None, true),
            (500, Some("false"), false),
            (400, Some("true"), true),
            (429, Some("false"), false),
        ] {
            let headers: Vec<_> = header.iter().map(|v| ("stripe-should-retry", *v)).collect();
            assert_eq!(of(status, "{}", &headers).retry, retry, "{status} {header:?}");
        }
        assert_eq!(of(429, "", &[("retry-after", "7")]).retry_after, Some(7));
        assert_eq!(of(429, "", &[("retry-after", "999999")]).retry_after, Some(3_600));
        assert_eq!(of(429, "", &[("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT")]).retry_after, None);
        assert!(StripeError::connection("timed out").retry);
    }

    #[test]
    fn a_page_of_a_proxy_is_no_error_document() {
        assert_eq!(of(502, "<html>", &[]).kind, Kind::Api);
        assert_eq!(of(404, "not found", &[]).kind, Kind::Unreadable);
        assert!(of(302, "", &[]).message.contains("302"));
    }
}
