//! `POST /o/{org}/customers/{id}`: another name, if it still is the one that the form was shown with.

use super::{address, edit_page, of_form};
use crate::refused::fields;
use domain::{
    actions,
    customers::{Customer, NAME},
};
use kernel::{
    Command, Committed, Reply, Request, Result, Route, Write,
    error::Code,
    flash::Tone,
    host::Surface,
    id::Id,
    input::Text,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::Frame;
use store::customers;

/// Renames a customer.
pub struct Rename;
impl Command for Rename {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/o/{org}/customers/{id}",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Work),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::CUSTOMER_UPDATED]),
        payload: Payload::Form(16 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Changes a customer's name",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (org, slug, before) = (cx.org()?, req.param("org")?, of_form(&cx, req).await?);
        let input = req.input()?;
        let name = input.text("name", NAME).trim().to_owned();
        let was = input.opt_text("was", Text::lines(0, 4_000)).unwrap_or_else(|| before.name.clone());
        let wrong = fields(input.finish())?;
        let sent = req.input()?;
        if !wrong.is_empty() {
            let frame = Frame::of(&cx, req);
            let main = edit_page::render(slug, &before, frame.csrf(), sent.sent("name"), &wrong, false);
            return Ok(cx.unchanged(edit_page::page(&frame, slug, &before).again(&main)));
        }
        let conflict = |now: &Customer| {
            let frame = Frame::of(&cx, req);
            let main = edit_page::render(slug, now, frame.csrf(), sent.sent("name"), &[], true);
            edit_page::page(&frame, slug, now).status(409).reply(&main)
        };
        let to = Reply::see_other(&address(slug, &before));
        if name == before.name {
            return Ok(cx.unchanged(to.flash(Tone::Done, "There was nothing to change.")));
        }
        if was != before.name {
            return Ok(cx.unchanged(conflict(&before)));
        }
        let after = Customer { name, ..before.clone() };
        let change = customers::rename(cx.mutation(before.id.as_str())?, org, &before, &after)?;
        match change.commit(to.flash(Tone::Done, "Name saved.")).await {
            Err(e) if e.code() == Code::VersionConflict => {
                let now = of_form(&cx, req).await?;
                Ok(cx.unchanged(conflict(&now)))
            }
            done => done,
        }
    }
}
