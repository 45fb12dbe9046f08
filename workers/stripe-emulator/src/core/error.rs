//! Stripe's error envelope, with its codes and words.

use serde_json::{Map, Value, json};

/// A refused request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    status: u16,
    kind: &'static str,
    code: Option<&'static str>,
    decline_code: Option<&'static str>,
    param: Option<String>,
    message: String,
    effects_stay: bool,
}

impl ApiError {
    fn new(status: u16, message: String) -> Self {
        Self { status, kind: "invalid_request_error", code: None, decline_code: None, param: None, message, effects_stay: false }
    }
    /// About a parameter.
    pub(crate) fn about(code: Option<&'static str>, param: &str, message: String) -> Self {
        Self { code, param: Some(param.to_owned()), ..Self::new(400, message) }
    }

    /// No key, or not as a bearer token.
    pub fn no_key() -> Self {
        Self::new(401, "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').".to_owned())
    }
    /// Another key; shown as Stripe shows it, without its middle.
    pub fn wrong_key(key: &str) -> Self {
        let tail: String = key.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
        let head: String = key.chars().take(8).collect();
        Self::new(401, format!("Invalid API Key provided: {head}****{tail}"))
    }
    /// The outage switch is on.
    pub fn outage() -> Self {
        Self { kind: "api_error", ..Self::new(503, "Stripe is unavailable (the emulator's outage switch is on).".to_owned()) }
    }
    /// A path that there is not.
    pub fn unknown_url(method: &str, path: &str) -> Self {
        Self::new(
            404,
            format!(
                "Unrecognized request URL ({method}: {path}). If you are trying to list objects, remove the trailing slash. If you are trying to retrieve an object, make sure you passed a valid (non-empty) identifier in your code."
            ),
        )
    }
    /// The object that the path names is not there.
    pub fn missing(kind: &str, id: &str) -> Self {
        Self { status: 404, ..Self::no_such(kind, id, "id") }
    }
    /// The object that a parameter names is not there.
    pub fn no_such(kind: &str, id: &str, param: &str) -> Self {
        Self::about(Some("resource_missing"), param, format!("No such {kind}: '{id}'"))
    }
    /// A parameter that there is not.
    pub fn unknown_parameter(param: &str) -> Self {
        Self::about(Some("parameter_unknown"), param, format!("Received unknown parameter: {param}"))
    }
    /// A parameter that must be there.
    pub fn missing_parameter(param: &str) -> Self {
        Self::about(Some("parameter_missing"), param, format!("Missing required param: {param}."))
    }
    /// A parameter that must not be empty.
    pub fn empty(param: &str) -> Self {
        Self::about(
            Some("parameter_invalid_empty"),
            param,
            format!(
                "You passed an empty string for '{param}'. We assume empty values are an attempt to unset a parameter; however '{param}' cannot be unset. You should remove '{param}' from your request or supply a non-empty value."
            ),
        )
    }
    /// A parameter that must be an integer.
    pub fn not_an_integer(param: &str, value: &str) -> Self {
        Self::about(Some("parameter_invalid_integer"), param, format!("Invalid integer: {value}"))
    }
    /// Something of that name is there already.
    pub fn already_there(param: &str, message: &str) -> Self {
        Self::about(Some("resource_already_exists"), param, message.to_owned())
    }
    /// An address that is none.
    pub fn not_a_url(param: &str) -> Self {
        Self::about(Some("url_invalid"), param, "Not a valid URL".to_owned())
    }
    /// The message, for people.
    pub fn message(&self) -> &str {
        &self.message
    }
    /// The same error with its parameter named as the caller named it.
    pub fn renamed(self, rename: impl FnOnce(&str) -> String) -> Self {
        let param = self.param.as_deref().map(rename);
        Self { param, ..self }
    }
    /// A parameter that is wrong otherwise.
    pub fn invalid(param: &str, message: String) -> Self {
        Self::about(None, param, message)
    }
    /// A request that the object's state does not allow.
    pub fn refused(message: &str) -> Self {
        Self::new(400, message.to_owned())
    }
    /// A request that the object's state does not allow, for which Stripe has a code.
    pub(crate) fn coded(code: &'static str, message: String) -> Self {
        Self { code: Some(code), ..Self::new(400, message) }
    }
    /// Less than can be charged.
    pub fn amount_too_small() -> Self {
        Self::coded("amount_too_small", "Amount must be at least $0.50 usd".to_owned())
    }
    /// The card was declined.
    pub fn declined() -> Self {
        Self {
            kind: "card_error",
            code: Some("card_declined"),
            decline_code: Some("generic_decline"),
            ..Self::new(402, "Your card was declined.".to_owned())
        }
    }
    /// Something is to be paid, and there is no card.
    pub fn no_card() -> Self {
        let message = "This customer has no default payment method. Attach one before something is to be paid.";
        Self { code: Some("resource_missing"), ..Self::new(400, message.to_owned()) }
    }
    /// More than can be charged at once.
    pub fn amount_too_large() -> Self {
        Self { code: Some("amount_too_large"), ..Self::new(400, "Amount must be no more than $999,999.99.".to_owned()) }
    }
    /// The portal was never set up.
    pub fn portal_not_set_up(pages: &str) -> Self {
        Self::new(
            400,
            format!(
                "No configuration provided and your test mode default configuration has not been created. Provide a configuration or create your default by saving your customer portal settings in test mode (here: at {pages}/_emulator)."
            ),
        )
    }
    /// There is no invoice to preview.
    pub fn nothing_upcoming(customer: &str) -> Self {
        Self { code: Some("invoice_upcoming_none"), ..Self::new(404, format!("No upcoming invoices for customer: {customer}")) }
    }
    /// Whether something that was named is not there.
    pub fn is_missing(&self) -> bool {
        self.code == Some("resource_missing")
    }
    /// The same error of a request whose effects stay.
    pub fn with_effects(self) -> Self {
        Self { effects_stay: true, ..self }
    }
    /// Whether what the request did stays, although it is answered with an error.
    pub fn effects_stay(&self) -> bool {
        self.effects_stay
    }
    /// Whether the same key gets the same answer again: what failed while it was done, not what was refused before.
    pub fn is_kept(&self) -> bool {
        self.status == 402
    }

    /// The key was used with other parameters.
    pub fn idempotency(key: &str) -> Self {
        Self {
            kind: "idempotency_error",
            ..Self::new(
                400,
                format!(
                    "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '{key}' if you meant to execute a different request."
                ),
            )
        }
    }

    /// Status and body.
    pub fn answer(self) -> (u16, String) {
        let mut error = Map::from_iter([("type".to_owned(), json!(self.kind)), ("message".to_owned(), Value::String(self.message))]);
        if let Some(code) = self.code {
            error.insert("code".to_owned(), json!(code));
            error.insert("doc_url".to_owned(), Value::String(format!("https://stripe.com/docs/error-codes/{}", code.replace('_', "-"))));
        }
        if let Some(code) = self.decline_code {
            error.insert("decline_code".to_owned(), json!(code));
        }
        if let Some(param) = self.param {
            error.insert("param".to_owned(), Value::String(param));
        }
        (self.status, json!({ "error": error }).to_string())
    }
}
