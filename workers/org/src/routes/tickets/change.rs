//! `POST /o/{org}/tickets/{id}`: subject, status, priority and assignee, if the ticket still is what the form was shown with.

use super::{
    conflict,
    form::ChangeForm,
    page,
    view::{self, Seen, Typed},
};
use crate::refused::fields;
use domain::{
    actions,
    tickets::{Author, Change},
};
use kernel::{
    Command, Committed, Reply, Request, Result, Route, TicketId, Write,
    error::Code,
    flash::Tone,
    host::Surface,
    id::Id,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use store::tickets;

/// Changes a ticket.
pub struct TicketChange;
impl Command for TicketChange {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/o/{org}/tickets/{id}",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Work),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::TICKET_UPDATED]),
        payload: Payload::Form(64 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Changes a ticket's subject, status, priority and assignee",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (org, id) = (cx.org()?, req.id_param::<TicketId>("id")?);
        let seen = view::of(cx.read(view::stmts(org, &id, None)).await?)?;
        let input = req.input()?;
        let (form, change) = ChangeForm::take(&input, &seen.people, &seen.ticket);
        let wrong = fields(input.finish())?;
        if !wrong.is_empty() {
            let mut form = form;
            req.input()?.sent("subject").clone_into(&mut form.values.subject);
            let typed = Typed { change: Some(form), errors: &wrong, ..Typed::default() };
            return Ok(cx.unchanged(page::again(&cx, req, &seen, &typed)?));
        }
        if form.version != seen.ticket.version {
            // Two who meant the same need not be asked.
            if form.on_top_of(&seen.ticket).values == super::form::Values::of(&seen.ticket) {
                return Ok(cx.unchanged(back(req)?.flash(Tone::Done, "The ticket is already as you wanted it.")));
            }
            return Ok(cx.unchanged(conflict::page(&cx, req, &seen, &form)?));
        }
        let to = back(req)?;
        let Some(after) = seen.ticket.changed(change, cx.now()) else {
            return Ok(cx.unchanged(to.flash(Tone::Done, "There was nothing to change.")));
        };
        let mutation = tickets::update(cx.mutation(id.as_str())?, org, &seen.ticket, &after, Author::person(cx.principal()))?;
        match mutation.commit(to.flash(Tone::Done, "Changes saved.")).await {
            // Somebody was faster by a moment; or the assignee stopped being a member.
            Err(e) if matches!(e.code(), Code::VersionConflict | Code::NotFound) => {
                let seen: Seen = view::of(cx.read(view::stmts(org, &id, None)).await?)?;
                Ok(cx.unchanged(conflict::page(&cx, req, &seen, &form)?))
            }
            done => done,
        }
    }
}

/// Back to the ticket.
pub(super) fn back(req: &Request) -> Result<Reply> {
    Ok(Reply::see_other(&format!("/o/{}/tickets/{}", req.param("org")?, req.param("id")?)))
}

/// A change that needs no form of its own: it is made from what the ticket is now. `already` is said when there is nothing to do.
pub(super) async fn at_once(cx: &Write<'_>, req: &Request, change: Change, done: &str, already: &str) -> Result<Committed> {
    req.input()?.finish()?;
    let (org, id) = (cx.org()?, req.id_param::<TicketId>("id")?);
    let row = cx.first(tickets::one(org, &id)).await?.ok_or(Code::NotFound)?;
    let before = tickets::of(&row)?;
    let Some(after) = before.changed(change, cx.now()) else {
        return Ok(cx.unchanged(back(req)?.flash(Tone::Done, already)));
    };
    let mutation = tickets::update(cx.mutation(id.as_str())?, org, &before, &after, Author::person(cx.principal()))?;
    match mutation.commit(back(req)?.flash(Tone::Done, done)).await {
        Err(e) if e.code() == Code::VersionConflict => {
            let says = "Somebody else changed the ticket at the same moment. Look at it, and try again if you still want to.";
            Ok(cx.unchanged(back(req)?.flash(Tone::Failed, says)))
        }
        other => other,
    }
}
