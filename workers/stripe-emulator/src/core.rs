//! The state machine: [`handle`] answers one request, [`webhooks::take_due`] says what is to be delivered, [`clock::tick`] lets
//! time pass. None of them does I/O or knows the time.

pub mod catalog;
pub mod charges;
pub mod checkout;
pub mod clock;
pub mod customers;
pub mod disputes;
pub mod error;
pub mod events;
pub mod expand;
pub mod form;
pub mod idempotency;
pub mod invoices;
pub mod items;
pub mod list;
pub mod money;
pub mod pack;
pub mod params;
pub mod payment;
pub mod payment_intents;
pub(crate) mod payment_methods;
mod payment_pages;
pub mod portal;
pub mod proration;
pub(crate) mod refunds;
pub mod subscriptions;
pub(crate) mod url;
pub(crate) mod webhook_endpoints;
pub mod webhooks;
pub mod world;

use error::ApiError;
use params::Params;
use serde_json::Value;
use world::World;

/// What the emulator is set to; the same values that the client and the webhook's receiver have.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'a> {
    /// The only key that is accepted.
    pub secret_key: &'a str,
    /// The version that events say they are written in.
    pub api_version: &'a str,
    /// Where webhooks go; empty for nowhere.
    pub webhook_url: &'a str,
    /// What they are signed with: `whsec_…`.
    pub webhook_secret: &'a str,
    /// Where the emulator's own pages are: an origin, without a slash at its end.
    pub pages: &'a str,
    /// Whether endpoints that are made through the API get events too.
    pub endpoints: bool,
}

/// A request.
#[derive(Debug, Clone, Copy, Default)]
pub struct Request<'a> {
    /// GET, POST or DELETE.
    pub method: &'a str,
    /// Such as `/v1/customers`.
    pub path: &'a str,
    /// Without the `?`.
    pub query: &'a str,
    /// The `authorization` header.
    pub authorization: Option<&'a str>,
    /// The `idempotency-key` header.
    pub idempotency_key: Option<&'a str>,
    /// The form.
    pub body: &'a str,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Beside `content-type: application/json`.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: String,
}

/// What a handler needs beside its parameters.
#[derive(Debug, Clone)]
pub(crate) struct Context<'a> {
    /// The time, Unix seconds.
    pub now: i64,
    /// When events are made: later than `now` for what became due before somebody looked.
    pub noticed: i64,
    /// The version that events say they are written in.
    pub api_version: &'a str,
    /// Whether the endpoint that the emulator is set to is to be told.
    pub listening: bool,
    /// Whether those that are made through the API are.
    pub endpoints: bool,
    /// The id of the request, which its events carry.
    pub request_id: String,
    /// Its idempotency key, which its events carry too.
    pub idempotency_key: Option<String>,
}

impl<'a> Context<'a> {
    /// For what happens without a request.
    fn unasked(settings: &Settings<'a>, now: i64) -> Self {
        Self {
            now,
            noticed: now,
            api_version: settings.api_version,
            listening: !settings.webhook_url.is_empty(),
            endpoints: settings.endpoints,
            request_id: String::new(),
            idempotency_key: None,
        }
    }
}

/// Answers one request. `now` is Unix seconds. A request that fails leaves the world as it was.
pub fn handle(world: &mut World, settings: &Settings<'_>, request: &Request<'_>, now: i64) -> Response {
    clock::tick(world, settings, now);
    let context = Context {
        request_id: world.new_id("req"),
        idempotency_key: request.idempotency_key.map(str::to_owned),
        ..Context::unasked(settings, now)
    };
    let mut headers = vec![("request-id", context.request_id.clone()), ("stripe-version", settings.api_version.to_owned())];
    let (status, body) = if world.switches.outage {
        ApiError::outage().answer()
    } else {
        match authorize(settings, request.authorization).and_then(|()| idempotency::replay(world, request, now)) {
            Err(error) => error.answer(),
            Ok(Some((status, body))) => {
                headers.push(("idempotent-replayed", "true".to_owned()));
                (status, body)
            }
            Ok(None) => {
                let mut next = world.clone();
                match route(&mut next, request, &context) {
                    Ok(value) => {
                        let body = value.to_string();
                        idempotency::keep(&mut next, request, 200, &body, now);
                        *world = next;
                        (200, body)
                    }
                    Err(error) => {
                        let (stays, kept) = (error.effects_stay(), error.is_kept());
                        let (status, body) = error.answer();
                        if stays {
                            *world = next;
                        }
                        if kept {
                            idempotency::keep(world, request, status, &body, now);
                        }
                        (status, body)
                    }
                }
            }
        }
    };
    if let Some(key) = request.idempotency_key {
        headers.push(("idempotency-key", key.to_owned()));
    }
    Response { status, headers, body }
}

fn authorize(settings: &Settings<'_>, header: Option<&str>) -> Result<(), ApiError> {
    let key = header.and_then(|h| h.strip_prefix("Bearer ")).ok_or_else(ApiError::no_key)?;
    if key.trim() == settings.secret_key { Ok(()) } else { Err(ApiError::wrong_key(key.trim())) }
}

fn route(world: &mut World, request: &Request<'_>, context: &Context<'_>) -> Result<Value, ApiError> {
    let mut params = Params::of(&[request.query, request.body])?;
    let expand = expand::take(&mut params)?;
    let path: Vec<&str> = request.path.trim_matches('/').split('/').collect();
    let mut answer = match (request.method, path.as_slice()) {
        ("GET", ["v1", "customers"]) => customers::list(world, params),
        ("POST", ["v1", "customers"]) => customers::create(world, params, context),
        ("GET", ["v1", "customers", id]) => customers::get(world, id, params),
        ("POST", ["v1", "customers", id]) => customers::update(world, id, params, context),
        ("DELETE", ["v1", "customers", id]) => customers::delete(world, id, params, context),
        ("GET", ["v1", "customers", id, "payment_methods"]) => payment_methods::of_customer(world, id, params),
        ("POST", ["v1", "payment_methods"]) => payment_methods::create(world, params, context),
        ("GET", ["v1", "payment_methods"]) => payment_methods::list(world, params),
        ("GET", ["v1", "payment_methods", id]) => payment_methods::get(world, id, params),
        ("POST", ["v1", "payment_methods", id, "attach"]) => payment_methods::attach(world, id, params, context),
        ("POST", ["v1", "payment_methods", id, "detach"]) => payment_methods::detach(world, id, params, context),
        ("GET", ["v1", "charges"]) => charges::list(world, params),
        ("GET", ["v1", "charges", id]) => charges::get(world, id, params),
        ("POST", ["v1", "payment_intents"]) => payment_intents::create(world, params, context),
        ("GET", ["v1", "payment_intents", id]) => payment_intents::get(world, id, params),
        ("GET", ["v1", "refunds"]) => refunds::list(world, params),
        ("POST", ["v1", "refunds"]) => refunds::create(world, params, context),
        ("GET", ["v1", "refunds", id]) => refunds::get(world, id, params),
        ("GET", ["v1", "disputes"]) => disputes::list(world, params),
        ("GET", ["v1", "disputes", id]) => disputes::get(world, id, params),
        ("POST", ["v1", "disputes", id, "close"]) => disputes::close(world, id, params, context),
        ("GET", ["v1", "payment_pages", id]) => payment_pages::get(world, id, params),
        ("POST", ["v1", "payment_pages", id, "confirm"]) => payment_pages::confirm(world, id, params, context),
        ("GET", ["v1", "products"]) => catalog::list_products(world, params),
        ("POST", ["v1", "products"]) => catalog::create_product(world, params, context),
        ("GET", ["v1", "products", id]) => catalog::get_product(world, id, params),
        ("POST", ["v1", "products", id]) => catalog::update_product(world, id, params, context),
        ("DELETE", ["v1", "products", id]) => catalog::delete_product(world, id, params, context),
        ("GET", ["v1", "prices"]) => catalog::list_prices(world, params),
        ("POST", ["v1", "prices"]) => catalog::create_price(world, params, context),
        ("GET", ["v1", "prices", id]) => catalog::get_price(world, id, params),
        ("POST", ["v1", "prices", id]) => catalog::update_price(world, id, params, context),
        ("GET", ["v1", "subscriptions"]) => subscriptions::list(world, params),
        ("POST", ["v1", "subscriptions"]) => subscriptions::create(world, params, context),
        ("GET", ["v1", "subscriptions", id]) => subscriptions::get(world, id, params),
        ("POST", ["v1", "subscriptions", id]) => subscriptions::update(world, id, params, context),
        ("DELETE", ["v1", "subscriptions", id]) => subscriptions::cancel(world, id, params, context),
        ("POST", ["v1", "subscriptions", id, "resume"]) => subscriptions::resume(world, id, params, context),
        ("GET", ["v1", "invoices"]) => invoices::list(world, params),
        ("POST", ["v1", "invoices", "create_preview"]) => invoices::create_preview(world, params, context),
        ("GET", ["v1", "invoices", id]) => invoices::get(world, id, params),
        ("GET", ["v1", "invoices", id, "lines"]) => invoices::list_lines(world, id, params),
        ("POST", ["v1", "invoices", id, "finalize"]) => invoices::finalize_now(world, id, params, context),
        ("POST", ["v1", "invoices", id, "pay"]) => invoices::pay(world, id, params, context),
        ("POST", ["v1", "invoices", id, "void"]) => invoices::void(world, id, params, context),
        ("POST", ["v1", "invoices", id, "mark_uncollectible"]) => invoices::mark_uncollectible(world, id, params, context),
        ("GET", ["v1", "checkout", "sessions"]) => checkout::list(world, params),
        ("POST", ["v1", "checkout", "sessions"]) => checkout::create(world, params, context),
        ("GET", ["v1", "checkout", "sessions", id]) => checkout::get(world, id, params),
        ("GET", ["v1", "checkout", "sessions", id, "line_items"]) => checkout::list_items(world, id, params),
        ("POST", ["v1", "checkout", "sessions", id, "expire"]) => checkout::expire(world, id, params, context),
        ("GET", ["v1", "billing_portal", "configurations"]) => portal::configurations::list(world, params),
        ("POST", ["v1", "billing_portal", "configurations"]) => portal::configurations::create(world, params, context),
        ("GET", ["v1", "billing_portal", "configurations", id]) => portal::configurations::get(world, id, params),
        ("POST", ["v1", "billing_portal", "configurations", id]) => portal::configurations::update(world, id, params, context),
        ("POST", ["v1", "billing_portal", "sessions"]) => portal::sessions::create(world, params, context),
        ("GET", ["v1", "webhook_endpoints"]) => webhook_endpoints::list(world, params),
        ("POST", ["v1", "webhook_endpoints"]) => webhook_endpoints::create(world, params, context),
        ("GET", ["v1", "webhook_endpoints", id]) => webhook_endpoints::get(world, id, params),
        ("POST", ["v1", "webhook_endpoints", id]) => webhook_endpoints::update(world, id, params),
        ("DELETE", ["v1", "webhook_endpoints", id]) => webhook_endpoints::delete(world, id, params),
        ("GET", ["v1", "events"]) => events::list(world, params, context),
        ("GET", ["v1", "events", id]) => events::get(world, id, params, context),
        (method, _) => Err(ApiError::unknown_url(method, request.path)),
    }?;
    expand::apply(world, &mut answer, &expand)?;
    Ok(answer)
}
