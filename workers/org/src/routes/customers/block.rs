//! `POST /o/{org}/customers/{id}/block`: the customer is locked out, and out of where they are signed in, in one batch.

use super::{
    address,
    block_page::{self, only_active, signed_in},
    of_form,
};
use crate::refused::fields;
use domain::{actions, customers::REASON};
use kernel::{
    Command, Committed, Reply, Request, Result, Route, Write,
    error::Code,
    flash::Tone,
    host::Surface,
    id::Id,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::Frame;
use store::customers;

/// Blocks a customer.
pub struct Block;
impl Command for Block {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/o/{org}/customers/{id}/block",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Work),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::CUSTOMER_BLOCKED]),
        payload: Payload::Form(16 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Blocks a customer and ends their sessions",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (org, slug, before) = (cx.org()?, req.param("org")?, of_form(&cx, req).await?);
        let input = req.input()?;
        let reason = input.text("reason", REASON).trim().to_owned();
        let wrong = fields(input.finish())?;
        only_active(&before)?;
        if !wrong.is_empty() {
            let places = cx.first(signed_in(org, &before.id, cx.now())).await?.map_or(Ok(0), |row| row.int(0))?;
            let (frame, sent) = (Frame::of(&cx, req), req.input()?);
            let main = block_page::render(slug, &before, frame.csrf(), places, sent.sent("reason"), &wrong);
            return Ok(cx.unchanged(block_page::page(&frame, slug, &before).again(&main)));
        }
        let to = Reply::see_other(&address(slug, &before)).flash(Tone::Done, &format!("{} is blocked.", before.name));
        let detail = serde_json::json!({"reason": reason}).to_string();
        let change = cx.mutation(before.id.as_str())?.detail(detail);
        let done = customers::block(change, org, &before, Some(&reason))?.commit(to).await;
        done.map_err(
            |e| if e.code() == Code::WrongState { e.detail(format!("{} was changed at the same moment.", before.name)) } else { e },
        )
    }
}
