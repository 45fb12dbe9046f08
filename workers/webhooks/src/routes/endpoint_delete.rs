//! `DELETE /v1/webhook-endpoints/{id}`: removes an endpoint. What was still to come is aborted; the log of deliveries stays.

use domain::actions;
use kernel::{
    Command, Committed, EndpointId, Reply, Request, Result, Route, Write,
    host::Surface,
    id::Id,
    limit::Limit,
    principal::{Resource, Scope, Verb},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};

kernel::sql! {
    Write Org DELETE(2) -> [] = "DELETE FROM webhook_endpoints WHERE org_id = ?1 AND id = ?2";
    /// An attempt that is under way still records what became of it.
    Bookkeep Org ABORT(3) -> [] =
        "UPDATE webhook_deliveries SET status = 'aborted', last_error = 'The endpoint was removed.', finished_at = ?3 \
         WHERE org_id = ?1 AND endpoint_id = ?2 AND status IN ('pending', 'sending', 'held')";
}

/// Removes an endpoint.
pub struct EndpointDelete;
impl Command for EndpointDelete {
    const ROUTE: Route = Route {
        method: Method::Delete,
        path: "/v1/webhook-endpoints/{id}",
        surfaces: &[Surface::Api],
        auth: Auth::Key,
        scope: Scope::Of(Resource::Webhooks, Verb::Write),
        limit: Limit::Api(1),
        audit: Audit::Records(&[actions::ENDPOINT_DELETED]),
        payload: Payload::None,
        csrf: Csrf::Cookieless,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Removes a webhook endpoint",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (org, id) = (cx.org()?, req.id_param::<EndpointId>("id")?);
        req.query_input().finish()?;
        cx.mutation(id.as_str())?
            .then_one(DELETE.bind([org.into(), (&id).into()]))
            .then(ABORT.bind([org.into(), (&id).into(), cx.now().into()]))
            .commit(Reply::no_content())
            .await
    }
}
