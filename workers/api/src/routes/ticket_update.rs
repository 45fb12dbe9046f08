//! `PATCH /v1/tickets/{id}`: changes what is sent. `If-Match` or `version` guards against overwriting somebody else's change.
//!
//! One batch: the row is changed where it still has the version that the caller read (or any, when they named none), and what
//! the caller gets back is what the statement before read. So a PATCH costs one read and one write.

use crate::routes::ticket::{etag, explained};
use domain::{
    actions,
    tickets::{BODY, Change, Priority, SUBJECT, Status},
};
use kernel::{
    Command, Committed, CustomerId, Reply, Request, Result, Route, TicketId, UserId, Write,
    error::{Code, Error},
    host::Surface,
    id::Id,
    limit::Limit,
    principal::{Resource, Scope, Verb},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use store::tickets;

/// Changes a ticket.
pub struct TicketUpdate;
impl Command for TicketUpdate {
    const ROUTE: Route = Route {
        method: Method::Patch,
        path: "/v1/tickets/{id}",
        surfaces: &[Surface::Api],
        auth: Auth::Key,
        scope: Scope::Of(Resource::Tickets, Verb::Write),
        limit: Limit::Api(1),
        audit: Audit::Records(&[actions::TICKET_UPDATED]),
        payload: Payload::Json(256 * 1_024),
        csrf: Csrf::Cookieless,
        idempotency: Idempotency::Key,
        step_up: StepUp::Never,
        summary: "Changes a ticket",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (org, id) = (cx.org()?, req.id_param::<TicketId>("id")?);
        let input = req.input()?;
        let change = Change {
            subject: input.opt_text("subject", SUBJECT),
            body: input.opt_text("body", BODY),
            status: input.opt_choice("status", Status::WORDS),
            priority: input.opt_choice("priority", Priority::WORDS),
            customer_id: input.has("customer_id").then(|| input.opt_id::<CustomerId>("customer_id")),
            assignee_id: input.has("assignee_id").then(|| input.opt_id::<UserId>("assignee_id")),
        };
        let wanted = input.opt_int("version", 1..=i64::MAX).or(if_match(req)?);
        input.finish()?;

        let row = cx.first(tickets::one(org, &id)).await?.ok_or(Code::NotFound)?;
        let before = tickets::of(&row)?;
        if wanted.is_some_and(|w| w != before.version) {
            return Err(stale(before.version));
        }
        let Some(after) = before.changed(change, cx.now()) else {
            return Ok(cx.unchanged(Reply::json(200, &before)?.with("etag", etag(before.version))));
        };
        let reply = Reply::json(200, &after)?.with("etag", etag(after.version));
        match tickets::update(cx.mutation(id.as_str())?, org, &before, &after, None)?.commit(reply).await {
            Err(e) => Err(explained(&cx, org, &after, e).await),
            done => done,
        }
    }
}

fn stale(version: i64) -> Error {
    Error::from(Code::VersionConflict).member("current_version", version)
}

/// The version that `If-Match` names; `*` is any.
fn if_match(req: &Request) -> Result<Option<i64>> {
    match req.header("if-match").as_deref().map(str::trim) {
        None | Some("*") => Ok(None),
        Some(tag) => {
            let inner = tag.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
            inner
                .and_then(|t| t.parse().ok())
                .map(Some)
                .ok_or_else(|| Error::new(Code::BadRequest, "If-Match is not an entity tag of a ticket, such as \"3\"."))
        }
    }
}
