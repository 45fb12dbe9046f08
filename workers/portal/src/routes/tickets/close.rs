//! `POST /tickets/{id}/close`: the customer says that nothing more is to be done. Closing a closed one changes nothing.

use crate::routes::tickets::{address, own};
use domain::{
    actions,
    tickets::{Author, Change, Status},
};
use kernel::{
    Command, Committed, Id, Reply, Request, Result, Route, TicketId, Write,
    error::Code,
    flash::Tone,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::portal;
use store::tickets;

const CLOSED: &str = "The ticket is closed. You can reopen it by replying.";
const CHANGED: &str = "The ticket was changed in the meantime. Look at it, and close it again if nothing more is to be done.";

/// Closes a ticket.
pub struct TicketClose;
impl Command for TicketClose {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/tickets/{id}/close",
        surfaces: &[Surface::Portal],
        auth: Auth::Customer,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::TICKET_UPDATED]),
        payload: Payload::Form(4 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Closes one of the signed-in customer's tickets",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (me, id) = (portal::customer(&cx)?, req.id_param::<TicketId>("id")?);
        req.input()?.finish()?;
        let (ticket, to) = (own(&cx, me, &id).await?, address(id.as_str()));
        let Some(closed) = ticket.changed(Change { status: Some(Status::Closed), ..Change::default() }, cx.now()) else {
            return Ok(cx.unchanged(Reply::see_other(&to).flash(Tone::Done, CLOSED)));
        };
        let change = tickets::update(cx.mutation(id.as_str())?, &me.org, &ticket, &closed, Author::person(cx.principal()))?;
        let reply = Reply::see_other(&to).flash(Tone::Done, CLOSED);
        match change.commit(reply).await {
            // Somebody was quicker: with the same, or perhaps with a reply, which is to be read before the ticket is closed.
            Err(e) if e.code() == Code::VersionConflict => {
                let closed = own(&cx, me, &id).await?.status == Status::Closed.as_str();
                let (tone, said) = if closed { (Tone::Done, CLOSED) } else { (Tone::Failed, CHANGED) };
                Ok(cx.unchanged(Reply::see_other(&to).flash(tone, said)))
            }
            other => other,
        }
    }
}
