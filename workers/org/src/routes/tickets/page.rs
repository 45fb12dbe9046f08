//! `GET /o/{org}/tickets/{id}`: a ticket with its comments, internal ones marked, and the forms that change it.

use super::view::{self, Typed};
use kernel::{
    CommentId, Query, Read, Reply, Request, Result, Route, TicketId, Write,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::{Frame, OrgPlace, Place};
use store::forms;

/// Shows a ticket.
pub struct TicketPage;
impl Query for TicketPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}/tickets/{id}",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Read),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "A ticket with its comments",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (org, slug, id) = (cx.org()?, req.param("org")?, req.id_param::<TicketId>("id")?);
        let input = req.query_input();
        let before = input.opt_id::<CommentId>("before");
        input.finish()?;
        let seen = view::of(cx.read(view::stmts(org, &id, before.as_ref())).await?)?;
        let frame = Frame::of(&cx, req);
        let token = (frame.csrf(), forms::fresh_id(&cx.random()));
        let main = seen.render(slug, cx.principal(), (token.0, &token.1), before.is_some(), cx.now(), &Typed::default())?;
        let page = frame.app(Place::Org(slug, OrgPlace::Tickets), &seen.ticket.subject);
        Ok(page.crumb("Tickets", format!("/o/{slug}/tickets")).reply(&main))
    }
}

/// The page again, with what was typed into one of its forms and what was wrong with it.
pub(super) fn again(cx: &Write<'_>, req: &Request, seen: &view::Seen, typed: &Typed<'_>) -> Result<Reply> {
    let slug = req.param("org")?;
    let frame = Frame::of(cx, req);
    let submit = forms::fresh_id(&cx.random());
    let main = seen.render(slug, cx.principal(), (frame.csrf(), &submit), false, cx.now(), typed)?;
    let page = frame.app(Place::Org(slug, OrgPlace::Tickets), &seen.ticket.subject);
    Ok(page.crumb("Tickets", format!("/o/{slug}/tickets")).again(&main))
}
