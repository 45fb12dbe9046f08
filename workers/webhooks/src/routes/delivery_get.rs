//! `GET /v1/webhook-deliveries/{id}`: with every attempt. What receivers answered is theirs: text to be shown as such.
//!
//! The payload is not shown: it holds what the key may have no scope to read.

use kernel::{
    DeliveryId, Query, Read, Reply, Request, Result, Route,
    error::Code,
    host::Surface,
    limit::Limit,
    principal::{Resource, Scope, Verb},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};

kernel::sql! {
    Read Org ONE(2) -> ["data"] = concat!(
        "SELECT json_object(", crate::delivery_fields!(), ", 'attempt_log', json(( \
           SELECT json_group_array(json_object('id', a.id, 'number', a.number, 'started_at', strftime('%Y-%m-%dT%H:%M:%fZ', a.started_at / 1000.0, 'unixepoch'), \
             'took_ms', a.took_ms, 'status', a.status, 'error', a.error, 'response', a.response, \
             'next_attempt_at', strftime('%Y-%m-%dT%H:%M:%fZ', a.next_at / 1000.0, 'unixepoch')) ORDER BY a.id) \
           FROM webhook_attempts a WHERE a.org_id = ?1 AND a.delivery_id = d.id))) AS data \
         FROM webhook_deliveries d WHERE d.org_id = ?1 AND d.id = ?2");
}

/// Shows a delivery.
pub struct DeliveryGet;
impl Query for DeliveryGet {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/v1/webhook-deliveries/{id}",
        surfaces: &[Surface::Api],
        auth: Auth::Key,
        scope: Scope::Of(Resource::Webhooks, Verb::Read),
        limit: Limit::Api(1),
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Shows a webhook delivery with its attempts",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let id: DeliveryId = req.id_param("id")?;
        req.query_input().finish()?;
        let row = cx.first(ONE.bind([cx.org()?.into(), (&id).into()])).await?.ok_or(Code::NotFound)?;
        Ok(Reply::json_text(200, row.text(0)?.to_owned()))
    }
}
