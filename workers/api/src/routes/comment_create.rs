//! `POST /v1/tickets/{id}/comments`.

use crate::routes::ticket::{Author, Comment};
use domain::{actions, events, tickets::BODY};
use kernel::{
    Command, Committed, Reply, Request, Result, Route, TicketId, Write,
    host::Surface,
    id::Id,
    limit::Limit,
    principal::{Resource, Scope, Verb},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};

kernel::sql! {
    /// Only on a ticket that is there: the foreign key carries the organization.
    Write Org INSERT(8) -> [] =
        "INSERT INTO ticket_comments(org_id, ticket_id, id, author_kind, author_id, author_name, body, internal, created_at) \
         VALUES(?1, ?2, ?3, 'api_key', ?4, ?5, ?6, ?7, ?8)";
    Write Org TOUCH(3) -> [] = "UPDATE tickets SET updated_at = ?3 WHERE org_id = ?1 AND id = ?2";
}

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
        let author = Author { kind: cx.principal().kind(), id: cx.principal().id().to_owned(), name: cx.principal().label().to_owned() };
        let comment = Comment { id: cx.id(), ticket_id, author, body, internal, created_at: now };
        let touch = TOUCH.bind([org.into(), (&comment.ticket_id).into(), now.into()]);
        let insert = INSERT.bind([
            org.into(),
            (&comment.ticket_id).into(),
            (&comment.id).into(),
            comment.author.id.as_str().into(),
            comment.author.name.as_str().into(),
            comment.body.as_str().into(),
            internal.into(),
            now.into(),
        ]);
        let reply = Reply::json(201, &comment)?;
        let data = reply.text().unwrap_or_default().to_owned();
        cx.mutation(comment.ticket_id.as_str())?
            .then_one(touch)
            .then_one(insert)
            .event(org, events::TICKET_COMMENTED.name, data)
            .commit(reply)
            .await
    }
}
