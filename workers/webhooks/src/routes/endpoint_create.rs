//! `POST /v1/webhook-endpoints`: adds an endpoint, and shows its signing secret this once.
//!
//! The Idempotency-Key is honored, so that a repeat after a lost answer makes no second endpoint and no second delivery of
//! everything. What is recorded for the repeat has `"secret": null`: the secret stands nowhere in clear. Who lost the answer
//! removes the endpoint and creates it anew.

use crate::routes::endpoint::{DESCRIPTION, Endpoint, URL, check_url, read_events, shown};
use crypto::standard_webhooks::WebhookSecret;
use domain::{actions, events, quotas::Quota};
use kernel::{
    Command, Committed, EndpointId, Guard, Reply, Request, Result, Route, Write,
    error::{Code, Error},
    host::Surface,
    id::Id,
    limit::{Exact, Limit},
    principal::{Resource, Scope, Verb},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use serde::Serialize;
use serde_json::json;

kernel::sql! {
    /// Nothing is inserted over the plan's number.
    Write Org INSERT(8) -> [] =
        "INSERT INTO webhook_endpoints(org_id, id, url, description, events, secret, created_at) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 \
         WHERE (SELECT count(*) FROM webhook_endpoints WHERE org_id = ?1) < (SELECT ?8 ->> plan FROM orgs WHERE id = ?1)";
}

const LIMIT: Exact = Exact { name: "webhook_endpoints", limit: 60, window_seconds: 3_600 };

/// The endpoint with its secret, or without for the repeat.
#[derive(Serialize)]
struct Created<'a> {
    #[serde(flatten)]
    endpoint: &'a Endpoint,
    secret: Option<&'a str>,
}

/// Adds an endpoint.
pub struct EndpointCreate;
impl Command for EndpointCreate {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/v1/webhook-endpoints",
        surfaces: &[Surface::Api],
        auth: Auth::Key,
        scope: Scope::Of(Resource::Webhooks, Verb::Write),
        limit: Limit::ApiExact(LIMIT),
        audit: Audit::Records(&[actions::ENDPOINT_CREATED]),
        payload: Payload::Json(16 * 1_024),
        csrf: Csrf::Cookieless,
        idempotency: Idempotency::Key,
        step_up: StepUp::Never,
        summary: "Adds a webhook endpoint and shows its secret once",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (org, config) = (cx.org()?, &cx.app().config);
        let input = req.input()?;
        let url = input.text("url", URL);
        if !url.is_empty() {
            check_url(&input, config, &url);
        }
        let description = input.opt_text("description", DESCRIPTION).unwrap_or_default();
        let events = read_events(&input).unwrap_or_else(|| vec!["*".to_owned()]);
        input.finish()?;
        let (now, id) = (cx.now(), cx.id::<EndpointId>());
        let secret = WebhookSecret::generate(cx.random());
        let sealed = store::endpoints::seal_secret(&config.keys, org, &id, &secret, cx.random())?;
        let endpoint = Endpoint { id, url, description, events, status: "enabled", disabled_reason: None, created_at: now };
        let insert = INSERT.bind([
            org.into(),
            (&endpoint.id).into(),
            endpoint.url.as_str().into(),
            endpoint.description.as_str().into(),
            json!(endpoint.events).to_string().into(),
            sealed.into(),
            now.into(),
            Quota::WebhookEndpoints.by_plan().into(),
        ]);
        let location = format!("/v1/webhook-endpoints/{}", endpoint.id);
        let answer =
            |secret| Ok::<_, Error>(Reply::json(201, &Created { endpoint: &endpoint, secret })?.with("location", location.as_str()));
        let (revealed, recorded) = (answer(Some(secret.reveal().expose()))?, answer(None)?);
        let done = cx
            .mutation(endpoint.id.as_str())?
            .then_guarded(Guard::Plan, insert)
            .detail(json!({"url": shown(&endpoint.url), "events": endpoint.events}).to_string())
            .event(org, events::ENDPOINT_CREATED.name, json!({"id": endpoint.id, "url": shown(&endpoint.url)}).to_string())
            .commit_once_shown(revealed, recorded)
            .await;
        match done {
            Err(e) if e.code() == Code::PlanLimit => Err(store::usage::explain(&cx, Quota::WebhookEndpoints, e).await?),
            done => done,
        }
    }
}
