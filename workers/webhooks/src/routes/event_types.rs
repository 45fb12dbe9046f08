//! `GET /v1/event-types`: what webhooks announce. The catalogue is code, so the list is whole.

use domain::events::ALL;
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    principal::{Resource, Scope, Verb},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use serde_json::{Value, json};

/// Lists event types.
pub struct EventTypes;
impl Query for EventTypes {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/v1/event-types",
        surfaces: &[Surface::Api],
        auth: Auth::Key,
        scope: Scope::Of(Resource::Webhooks, Verb::Read),
        limit: Limit::Api(1),
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Lists the types of events that webhooks announce",
    };
    async fn call(_: Read<'_>, req: &Request) -> Result<Reply> {
        req.query_input().finish()?;
        let data: Vec<Value> = ALL.iter().map(|t| json!({"name": t.name, "description": t.description})).collect();
        Reply::json(200, &json!({"data": data, "has_more": false, "next_cursor": null}))
    }
}
