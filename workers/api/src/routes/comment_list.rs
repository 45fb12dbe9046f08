//! `GET /v1/tickets/{id}/comments`: newest first.

use kernel::{
    Query, Read, Reply, Request, Result, Route, TicketId,
    error::{Code, Error},
    host::Surface,
    limit::Limit,
    page::Page,
    principal::{Resource, Scope, Verb},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};

kernel::sql! {
    /// The ticket's existence comes with its comments: one round trip.
    Read Org OF_TICKET(4) -> ["data", "found", "last", "ticket"] =
        "WITH page AS (SELECT *, row_number() OVER (ORDER BY id DESC) AS n FROM \
           (SELECT * FROM ticket_comments WHERE org_id = ?1 AND ticket_id = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4 + 1)) \
         SELECT json_group_array(json(json_object('id', id, 'ticket_id', ticket_id, 'author', json_object('kind', author_kind, 'id', author_id, 'name', author_name), \
           'body', body, 'internal', json(iif(internal, 'true', 'false')), 'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', created_at / 1000.0, 'unixepoch'))) \
           ORDER BY n) FILTER (WHERE n <= ?4) AS data, count(*) AS found, min(id) FILTER (WHERE n <= ?4) AS last, \
           EXISTS (SELECT 1 FROM tickets WHERE org_id = ?1 AND id = ?2) AS ticket FROM page";
}

/// Lists a ticket's comments.
pub struct CommentList;
impl Query for CommentList {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/v1/tickets/{id}/comments",
        surfaces: &[Surface::Api],
        auth: Auth::Key,
        scope: Scope::Of(Resource::Tickets, Verb::Read),
        limit: Limit::Api(1),
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Lists a ticket's comments, newest first",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (org, id) = (cx.org()?, req.id_param::<TicketId>("id")?);
        let input = req.query_input();
        let page = Page::of(&input, req, &cx.app().config.keys, org, "")?;
        input.finish()?;
        let stmt = OF_TICKET.bind([org.into(), (&id).into(), page.before().into(), page.limit.into()]);
        let row = cx.first(stmt).await?.ok_or_else(|| Error::incident("an aggregate without a row", "comments"))?;
        if row.int(3)? == 0 {
            return Err(Code::NotFound.into());
        }
        page.reply(req, &cx.app().config.keys, org, "", Some(&row))
    }
}
