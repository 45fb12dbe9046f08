//! `GET /v1/tickets/{id}`.

use crate::routes::ticket::etag;
use kernel::{
    Query, Read, Reply, Request, Result, Route, TicketId,
    error::Code,
    host::Surface,
    limit::Limit,
    principal::{Resource, Scope, Verb},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};

kernel::sql! {
    Read Org ONE(2) -> ["data", "version"] =
        concat!("SELECT ", store::ticket_json!(), " AS data, version FROM tickets WHERE org_id = ?1 AND id = ?2");
}

/// Shows a ticket.
pub struct TicketGet;
impl Query for TicketGet {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/v1/tickets/{id}",
        surfaces: &[Surface::Api],
        auth: Auth::Key,
        scope: Scope::Of(Resource::Tickets, Verb::Read),
        limit: Limit::Api(1),
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Shows a ticket",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let id: TicketId = req.id_param("id")?;
        req.query_input().finish()?;
        let row = cx.first(ONE.bind([cx.org()?.into(), (&id).into()])).await?.ok_or(Code::NotFound)?;
        Ok(Reply::json_text(200, row.text(0)?.to_owned()).with("etag", etag(row.int(1)?)))
    }
}
