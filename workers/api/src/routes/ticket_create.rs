//! `POST /v1/tickets`.

use crate::routes::ticket::{etag, explained};
use domain::{
    actions,
    tickets::{BODY, Priority, SUBJECT, Status},
};
use kernel::{
    Command, Committed, CustomerId, Reply, Request, Result, Route, UserId, Write,
    host::Surface,
    id::Id,
    limit::Limit,
    principal::{Resource, Scope, Verb},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use store::tickets::{self, Ticket};

/// Creates a ticket.
pub struct TicketCreate;
impl Command for TicketCreate {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/v1/tickets",
        surfaces: &[Surface::Api],
        auth: Auth::Key,
        scope: Scope::Of(Resource::Tickets, Verb::Write),
        limit: Limit::Api(1),
        audit: Audit::Records(&[actions::TICKET_CREATED]),
        payload: Payload::Json(256 * 1_024),
        csrf: Csrf::Cookieless,
        idempotency: Idempotency::Key,
        step_up: StepUp::Never,
        summary: "Creates a ticket",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let org = cx.org()?;
        let input = req.input()?;
        let (subject, body) = (input.text("subject", SUBJECT), input.text("body", BODY));
        let priority = input.opt_choice("priority", Priority::WORDS).unwrap_or(Priority::Normal);
        let customer_id = input.opt_id::<CustomerId>("customer_id");
        let assignee_id = input.opt_id::<UserId>("assignee_id");
        input.finish()?;
        let now = cx.now();
        let ticket = Ticket {
            id: cx.id(),
            subject,
            body,
            status: Status::Open.as_str(),
            priority: priority.as_str(),
            customer_id,
            assignee_id,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        let reply = Reply::json(201, &ticket)?.with("location", format!("/v1/tickets/{}", ticket.id)).with("etag", etag(1));
        let change = tickets::create(cx.mutation(ticket.id.as_str())?, org, &ticket)?;
        match change.commit(reply).await {
            Err(e) => Err(explained(&cx, org, &ticket, e).await),
            done => done,
        }
    }
}
