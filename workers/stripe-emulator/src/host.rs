//! What stands between the state machine and a platform: settings by name, one state that is kept as text, requests of the API,
//! for the hosted pages and to the control desk under `/_emulator/`. Pure; the glue of a platform does the I/O.
//!
//! The emulator's clock runs ahead of the platform's by what the desk advanced it: events, periods and retries go by the
//! emulator's, signatures by the platform's, because that is the receiver's.

mod demo;
mod desk;

use crate::{
    core::{
        Request, Settings, clock, handle,
        webhooks::{self, WebhookToSend},
        world::World,
    },
    pages,
};
use serde::{Deserialize, Serialize};

/// Where the control desk is.
pub const DESK: &str = "/_emulator/";
/// The host of the emulator's own pages.
pub const PAGES_HOST: &str = "stripe.localhost";
/// The path that webhooks go to, on the API's host.
pub const WEBHOOK_PATH: &str = "/webhooks/stripe";

/// What the emulator is set to, read by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// The only key that is accepted.
    pub secret_key: String,
    /// What webhooks are signed with.
    pub webhook_secret: String,
    /// The version that events say they are written in.
    pub api_version: String,
    /// Where webhooks go; empty for nowhere.
    pub webhook_url: String,
    /// Where the emulator's own pages are: an origin.
    pub pages: String,
    /// Whether endpoints that are made through the API get events too.
    pub endpoints: bool,
}

impl Setup {
    /// Reads the settings through `get`: the secrets `STRIPE_SECRET_KEY` and `STRIPE_WEBHOOK_SECRETS` (the first one signs), the
    /// variables `STRIPE_API_VERSION`, `API_HOST`, `ENVIRONMENT` and, where the site isn't on port 80, `LOCAL_PORT`. Endpoints that
    /// are made through the API get nothing: webhooks reach the product through a binding.
    ///
    /// # Errors
    /// What is missing, by name; and that this is no place for an emulator: it runs where `ENVIRONMENT` is `local` only.
    pub fn read(get: &dyn Fn(&str) -> Option<String>) -> Result<Self, String> {
        let want = |name: &str| get(name).filter(|v| !v.is_empty()).ok_or_else(|| format!("{name} is not set."));
        if want("ENVIRONMENT")? != "local" {
            return Err("The Stripe emulator runs where ENVIRONMENT is `local` only.".to_owned());
        }
        let (secret_key, secrets) = (want("STRIPE_SECRET_KEY")?, want("STRIPE_WEBHOOK_SECRETS")?);
        let webhook_secret = secrets.split(',').next().unwrap_or_default().trim().to_owned();
        let webhook_url = format!("http://{}{WEBHOOK_PATH}", want("API_HOST")?);
        let port = get("LOCAL_PORT").filter(|port| !port.is_empty()).map_or_else(String::new, |port| format!(":{port}"));
        let pages = format!("http://{PAGES_HOST}{port}");
        Ok(Self { secret_key, webhook_secret, api_version: want("STRIPE_API_VERSION")?, webhook_url, pages, endpoints: false })
    }
    fn settings(&self) -> Settings<'_> {
        Settings {
            secret_key: &self.secret_key,
            api_version: &self.api_version,
            webhook_url: &self.webhook_url,
            webhook_secret: &self.webhook_secret,
            pages: &self.pages,
            endpoints: self.endpoints,
        }
    }
}

/// A request as the platform has it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Incoming<'a> {
    /// The method.
    pub method: &'a str,
    /// The path.
    pub path: &'a str,
    /// Without the `?`; empty for none.
    pub query: &'a str,
    /// The `authorization` header.
    pub authorization: Option<&'a str>,
    /// The `idempotency-key` header.
    pub idempotency_key: Option<&'a str>,
    /// The `sec-fetch-site` header: where a browser says that a request comes from.
    pub fetch_site: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
}

/// Path and query of a URL, the latter without its `?`.
pub fn target(url: &str) -> (&str, &str) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.find(['/', '?']).and_then(|at| rest.get(at..)).unwrap_or_default();
    let rest = rest.split_once('#').map_or(rest, |(rest, _)| rest);
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    (if path.is_empty() { "/" } else { path }, query)
}

/// What an answer is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// Of the API and of the desk.
    Json,
    /// A page.
    Html,
    /// The pages' style.
    Css,
}
impl Media {
    /// As the `content-type` header says it.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Html => "text/html; charset=utf-8",
            Self::Css => "text/css; charset=utf-8",
        }
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Beside the content type.
    pub headers: Vec<(&'static str, String)>,
    /// What the body is written in.
    pub media: Media,
    /// The body.
    pub body: String,
}
impl Answer {
    fn of(status: u16, body: &serde_json::Value) -> Self {
        Self { status, headers: Vec::new(), media: Media::Json, body: body.to_string() }
    }
    /// An error of the host's own, not one of Stripe's.
    pub fn error(status: u16, message: &str) -> Self {
        Self::of(status, &serde_json::json!({ "emulator_error": message }))
    }
}

/// The whole state: a [`World`], and how far its clock is ahead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Host {
    world: World,
    ahead: i64,
}

impl Host {
    /// A fresh one, with the customers of the demo data. `real` is the platform's time, Unix seconds; likewise below.
    pub fn new(real: i64) -> Self {
        Self { world: demo::world(real), ahead: 0 }
    }
    /// Reads what [`Host::to_text`] wrote. What can't be read, such as the state of an older version, starts afresh.
    pub fn from_text(text: &[u8], real: i64) -> Self {
        serde_json::from_slice(text).unwrap_or_else(|_| Self::new(real))
    }
    /// As text, to be kept.
    ///
    /// # Errors
    /// A fault of the serializer, in its words.
    pub fn to_text(&self) -> Result<String, String> {
        serde_json::to_string(self).map_err(|e| e.to_string())
    }
    /// What it knows.
    pub fn world(&self) -> &World {
        &self.world
    }
    /// The emulator's time.
    pub fn now(&self, real: i64) -> i64 {
        real.saturating_add(self.ahead)
    }

    /// Answers a request. What it made due is taken with [`Host::take_due`], once the state is kept.
    pub fn serve(&mut self, setup: &Setup, incoming: &Incoming<'_>, real: i64) -> Answer {
        let Ok(body) = std::str::from_utf8(incoming.body) else { return Answer::error(400, "The body is not UTF-8.") };
        let Incoming { method, path, query, authorization, idempotency_key, fetch_site, .. } = *incoming;
        let now = self.now(real);
        if path != "/v1" && !path.starts_with("/v1/") {
            // A page elsewhere must not work the emulator through somebody's browser.
            if method == "POST" && fetch_site.is_some_and(|site| !matches!(site, "same-origin" | "none")) {
                return pages::problem(403, "This form is not the emulator's", "Go back, and use the button on the emulator's own page.");
            }
            if let Some(rest) = path.strip_prefix(DESK).or_else(|| (path == DESK.trim_end_matches('/')).then_some("")) {
                return self.desk(setup, method, rest, body, real);
            }
            let settings = setup.settings();
            clock::tick(&mut self.world, &settings, now);
            let mut visit = pages::Visit { world: &mut self.world, settings: &settings, now, method, body };
            if let Some(answer) = pages::serve(&mut visit, path) {
                return answer;
            }
        }
        let request = Request { method, path, query, authorization, idempotency_key, body };
        let response = handle(&mut self.world, &setup.settings(), &request, now);
        Answer { status: response.status, headers: response.headers, media: Media::Json, body: response.body }
    }
    /// Lets time pass without a request, for a cron.
    pub fn tick(&mut self, setup: &Setup, real: i64) {
        let now = self.now(real);
        clock::tick(&mut self.world, &setup.settings(), now);
    }
    /// The webhooks to send now. Keep the state before sending them: each is tried again by itself until it is settled.
    pub fn take_due(&mut self, setup: &Setup, real: i64) -> Vec<WebhookToSend> {
        let now = self.now(real);
        webhooks::take_due_signed(&mut self.world, &setup.settings(), now, real)
    }
    /// What became of a webhook: its status, `None` when there was no answer.
    pub fn settle(&mut self, delivery: &str, status: Option<u16>) {
        webhooks::settle(&mut self.world, delivery, status.is_some_and(|s| (200..300).contains(&s)));
    }
}
