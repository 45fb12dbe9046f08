//! `POST /o/{org}/customers/{id}/unblock`: the customer may sign in again.

use super::{address, of_form};
use domain::actions;
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
use store::customers;

/// Unblocks a customer.
pub struct Unblock;
impl Command for Unblock {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/o/{org}/customers/{id}/unblock",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Work),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::CUSTOMER_UNBLOCKED]),
        payload: Payload::Form(4 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Lets a blocked customer in again",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        req.input()?.finish()?;
        let (org, before) = (cx.org()?, of_form(&cx, req).await?);
        let to = Reply::see_other(&address(req.param("org")?, &before)).flash(Tone::Done, &format!("{} may sign in again.", before.name));
        let done = customers::unblock(cx.mutation(before.id.as_str())?, org, &before)?.commit(to).await;
        done.map_err(|e| if e.code() == Code::WrongState { e.detail(format!("{} is not blocked.", before.name)) } else { e })
    }
}
