//! `POST /o/{org}/tickets/{id}/close` and `/reopen`: a button each.

use super::change::at_once;
use domain::{
    actions,
    tickets::{Change, Status},
};
use kernel::{
    Command, Committed, Request, Result, Route, Write,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};

/// Closes a ticket.
pub struct TicketClose;
impl Command for TicketClose {
    const ROUTE: Route = Route { path: "/o/{org}/tickets/{id}/close", summary: "Closes a ticket", ..BUTTON };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let change = Change { status: Some(Status::Closed), ..Change::default() };
        at_once(&cx, req, change, "Ticket closed.", "The ticket is closed already.").await
    }
}

/// Opens a closed ticket again.
pub struct TicketReopen;
impl Command for TicketReopen {
    const ROUTE: Route = Route { path: "/o/{org}/tickets/{id}/reopen", summary: "Opens a closed ticket again", ..BUTTON };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let change = Change { status: Some(Status::Open), ..Change::default() };
        at_once(&cx, req, change, "Ticket reopened.", "The ticket is open already.").await
    }
}

/// What a button on a ticket's page is, but for where it posts to.
pub(super) const BUTTON: Route = Route {
    method: Method::Post,
    path: "",
    surfaces: &[Surface::App],
    auth: Auth::Staff(Ability::Work),
    scope: Scope::None,
    limit: Limit::Address,
    audit: Audit::Records(&[actions::TICKET_UPDATED]),
    payload: Payload::Form(4 * 1_024),
    csrf: Csrf::OriginAndToken,
    idempotency: Idempotency::Natural,
    step_up: StepUp::Never,
    summary: "",
};
