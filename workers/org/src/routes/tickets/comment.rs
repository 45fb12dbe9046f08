//! `POST /o/{org}/tickets/{id}/comments`: a comment, for the customer too or for the team alone.

use super::{
    change, page,
    view::{self, Typed},
};
use domain::{actions, tickets::BODY};
use kernel::{
    Command, Committed, Request, Result, Route, TicketId, Write,
    error::{Code, Error},
    flash::Tone,
    host::Surface,
    id::Id,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use store::{
    forms,
    tickets::{self, Author, Comment},
};

/// Whether only the team reads a comment: chosen by one word or the other, never by leaving something out.
const INTERNAL: &[(&str, bool)] = &[("false", false), ("true", true)];

/// Adds a comment.
pub struct TicketComment;
impl Command for TicketComment {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/o/{org}/tickets/{id}/comments",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Work),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::TICKET_COMMENTED]),
        payload: Payload::Form(256 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Adds a comment to a ticket",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (org, id) = (cx.org()?, req.id_param::<TicketId>("id")?);
        let input = req.input()?;
        let body = input.text("body", BODY);
        // No default: what a customer reads is chosen.
        let internal = input.choice("internal", INTERNAL);
        let once = forms::taken_id(&input, req, cx.principal());
        match (input.finish(), internal) {
            (Ok(()), Some(internal)) => {
                let now = cx.now();
                let comment =
                    Comment { id: cx.id(), ticket_id: id.clone(), author: Author::of(cx.principal()), body, internal, created_at: now };
                let to = change::back(req)?.flash(Tone::Done, if internal { "Internal note added." } else { "Comment added." });
                let mutation = cx.mutation(id.as_str())?.then_one(tickets::touch(org, &id, now));
                once.commit(&cx, tickets::comment(mutation, org, &comment)?, to).await
            }
            (Err(Error::Problem(p)), _) if p.code == Code::ValidationFailed => {
                let seen = view::of(cx.read(view::stmts(org, &id, None)).await?)?;
                let sent = req.input()?;
                let internal = internal.map_or("", |internal| if internal { "true" } else { "false" });
                let typed = Typed { body: sent.sent("body"), internal, errors: &p.fields, ..Typed::default() };
                Ok(cx.unchanged(page::again(&cx, req, &seen, &typed)?))
            }
            (Err(e), _) => Err(e),
            (Ok(()), None) => Err(Code::ValidationFailed.into()),
        }
    }
}
