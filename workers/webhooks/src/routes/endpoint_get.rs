//! `GET /v1/webhook-endpoints/{id}`.

use kernel::{
    EndpointId, Query, Read, Reply, Request, Result, Route,
    error::Code,
    host::Surface,
    limit::Limit,
    principal::{Resource, Scope, Verb},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};

kernel::sql! {
    Read Org ONE(2) -> ["data"] = concat!("SELECT ", crate::endpoint_json!(), " AS data FROM webhook_endpoints WHERE org_id = ?1 AND id = ?2");
}

/// Shows an endpoint.
pub struct EndpointGet;
impl Query for EndpointGet {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/v1/webhook-endpoints/{id}",
        surfaces: &[Surface::Api],
        auth: Auth::Key,
        scope: Scope::Of(Resource::Webhooks, Verb::Read),
        limit: Limit::Api(1),
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Shows a webhook endpoint",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let id: EndpointId = req.id_param("id")?;
        req.query_input().finish()?;
        let row = cx.first(ONE.bind([cx.org()?.into(), (&id).into()])).await?.ok_or(Code::NotFound)?;
        Ok(Reply::json_text(200, row.text(0)?.to_owned()))
    }
}
