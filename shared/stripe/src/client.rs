//! The client: configuration, the port through which a request leaves, and how an answer is read.

use crate::{
    calls::{self, Call, Method, NewPortal},
    error::StripeError,
    objects::List,
    portal::{self, PortalSession},
    setup::{self, Mode},
    subscription::{Price, Subscription},
};
use crypto::Secret;
use serde::de::DeserializeOwned;
use std::{fmt, future::Future, pin::Pin};

/// A future that stays on its thread: Workers have one.
pub type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// A request as it goes out.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// GET, POST or DELETE.
    pub method: &'static str,
    /// Absolute.
    pub url: String,
    /// Names in lower case. `authorization` holds the secret key: never log them.
    pub headers: Vec<(&'static str, String)>,
    /// The form of a POST; empty otherwise.
    pub body: Vec<u8>,
}

/// An answer as it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// The HTTP status.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// The port: `edge` puts the platform's fetch behind it, tests the emulator. Redirects are not followed; the timeout is its own.
pub trait Transport {
    /// Sends a request and reads the answer. `Err` is why there was none, in words fit for a log.
    fn send(&self, request: HttpRequest) -> LocalFuture<'_, Result<HttpResponse, String>>;
}

/// Where Stripe is, and who we are there.
pub struct Config {
    base: String,
    key: Secret<String>,
    version: String,
}

/// What is wrong with the configuration: names the variable and the remedy, never the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConfigError {
    /// The variable's name.
    pub variable: &'static str,
    remedy: &'static str,
}
impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.variable, self.remedy)
    }
}
impl std::error::Error for ConfigError {}
impl ConfigError {
    pub(crate) const fn new(variable: &'static str, remedy: &'static str) -> Self {
        Self { variable, remedy }
    }
}

impl Config {
    /// Takes base URL (no slash at the end), secret key and the pinned API version, such as `2026-10-28.endive`.
    ///
    /// # Errors
    /// The first that is not of that form.
    pub fn new(base: &str, key: &str, version: &str) -> Result<Self, ConfigError> {
        let wrong = ConfigError::new;
        if !(base.starts_with("https://") || base.starts_with("http://")) || base.ends_with('/') || base.contains(['?', '#']) {
            return Err(wrong(
                "STRIPE_API_BASE",
                "set it to an http(s) URL without a slash at the end, in production https://api.stripe.com",
            ));
        }
        if Mode::of_key(key).is_none() {
            return Err(wrong(setup::KEY_VARIABLE, "set it to a secret or restricted key: sk_test_…, sk_live_…, rk_test_… or rk_live_…"));
        }
        let dated = version.len() >= 10 && version.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
        if !dated || !version.starts_with("20") {
            return Err(wrong(
                "STRIPE_API_VERSION",
                "set it to the version that the webhook endpoint is pinned to, such as 2026-10-28.endive",
            ));
        }
        Ok(Self { base: base.to_owned(), key: Secret::new(key.to_owned()), version: version.to_owned() })
    }
    /// Whether the key is for real money. Events of the other mode are not ours.
    pub fn livemode(&self) -> bool {
        Mode::of_key(self.key.expose()) == Some(Mode::Live)
    }
    /// The pinned API version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The request of a call.
    pub fn request<T>(&self, call: &Call<T>) -> HttpRequest {
        let mut headers = vec![
            ("authorization", format!("Bearer {}", self.key.expose())),
            ("stripe-version", self.version.clone()),
            ("user-agent", "Portico/1".to_owned()),
        ];
        if let Some(key) = &call.idempotency_key {
            headers.push(("idempotency-key", key.clone()));
        }
        let mut url = format!("{}{}", self.base, call.path);
        let mut body = Vec::new();
        if call.method == Method::Post {
            headers.push(("content-type", "application/x-www-form-urlencoded".to_owned()));
            body = call.form.clone().into_bytes();
        } else if !call.form.is_empty() {
            url.push('?');
            url.push_str(&call.form);
        }
        HttpRequest { method: call.method.as_str(), url, headers, body }
    }
}

/// Reads an answer.
///
/// # Errors
/// Stripe's error, or that a success could not be read.
pub fn read<T: DeserializeOwned>(response: &HttpResponse) -> Result<T, StripeError> {
    let header = |name: &str| response.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone());
    if !(200..300).contains(&response.status) {
        return Err(StripeError::of(response.status, &response.body, header));
    }
    serde_json::from_slice(&response.body).map_err(|e| StripeError::unreadable(response.status, e, header("request-id").map(Into::into)))
}

/// The configuration and a transport together.
#[derive(Clone, Copy)]
pub struct Client<'a> {
    /// Where and who.
    pub config: &'a Config,
    /// Through what.
    pub transport: &'a dyn Transport,
}

impl Client<'_> {
    /// Makes a call, once: trying again is the job's business, with the same idempotency key.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn run<T: DeserializeOwned>(&self, call: &Call<T>) -> Result<T, StripeError> {
        let response = self.transport.send(self.config.request(call)).await.map_err(StripeError::connection)?;
        read(&response)
    }

    /// All subscriptions of a customer, of every status, newest first: all pages, at most ten.
    ///
    /// # Errors
    /// See [`StripeError`]; more than a thousand subscriptions are refused rather than cut.
    pub async fn all_subscriptions_of(&self, customer: &str) -> Result<Vec<Subscription>, StripeError> {
        let mut all: Vec<Subscription> = Vec::new();
        for _ in 0..10 {
            let after = all.last().map(|s| s.id.clone());
            let List { data, has_more } = self.run(&calls::subscriptions_of(customer, after.as_deref())?).await?;
            let stuck = data.is_empty();
            all.extend(data);
            if !has_more || stuck {
                return Ok(all);
            }
        }
        Err(StripeError::invalid("the customer has more than a thousand subscriptions"))
    }

    /// The active prices with these lookup keys: as many calls as that takes. Keys that no active price has are left out.
    ///
    /// # Errors
    /// See [`StripeError`].
    pub async fn all_prices_of(&self, lookup_keys: &[&str]) -> Result<Vec<Price>, StripeError> {
        let mut all = Vec::new();
        for some in lookup_keys.chunks(calls::MAX_LOOKUP_KEYS) {
            all.extend(self.run(&calls::prices_by_lookup_keys(some, Some(true))?).await?.data);
        }
        Ok(all)
    }

    /// Opens the portal as our set-up configured it, or else as the account's default does. Two calls.
    ///
    /// # Errors
    /// [`Cause::PortalNotConfigured`](crate::error::Cause::PortalNotConfigured) where there is neither; otherwise see [`StripeError`].
    pub async fn open_portal(&self, customer: &str, return_url: &str, idempotency_key: &str) -> Result<PortalSession, StripeError> {
        let configurations = self.run(&calls::portal_configurations()?).await?.data;
        let chosen = portal::choose(&configurations).ok_or_else(StripeError::portal_not_configured)?;
        let new = NewPortal { customer, return_url, configuration: Some(&chosen.id) };
        self.run(&calls::create_portal_session(&new, idempotency_key)?).await
    }
}
