//! `POST /v1/tickets/{id}/comments`.

use domain::{actions, tickets::BODY};
use kernel::{
    Command, Committed, Reply, Request, Result, Route, TicketId, Write,
    host::Surface,
    id::Id,
    limit::Limit,
    principal::{Resource, Scope, Verb},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use store::tickets::{self, Author, Comment};

/// Adds a comment.
pub struct CommentCreate;
impl Command for CommentCreate {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/v1/tickets/{id}/comments",
        surfaces: &[Surface::Api],
        auth: Auth::Key,
        scope: Scope::Of(Resource::Tickets, Verb::Write),
        limit: Limit::Api(1),
        audit: Audit::Records(&[actions::TICKET_COMMENTED]),
        payload: Payload::Json(256 * 1_024),
        csrf: Csrf::Cookieless,
        idempotency: Idempotency::Key,
        step_up: StepUp::Never,
        summary: "Adds a comment to a ticket",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (org, ticket_id) = (cx.org()?, req.id_param::<TicketId>("id")?);
        let input = req.input()?;
        let body = input.text("body", BODY);
        let internal = input.opt_bool("internal").unwrap_or(false);
        input.finish()?;
        let now = cx.now();
        let comment = Comment { id: cx.id(), ticket_id, author: Author::of(cx.principal()), body, internal, created_at: now };
        let reply = Reply::json(201, &comment)?;
        let change = cx.mutation(comment.ticket_id.as_str())?.then_one(tickets::touch(org, &comment.ticket_id, now));
        tickets::comment(change, org, &comment)?.commit(reply).await
    }
}
