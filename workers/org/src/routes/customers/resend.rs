//! `POST /o/{org}/customers/{id}/invitation`: a new link; the old one is dead.

use super::{INVITATIONS, address, of_form};
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

/// Sends an invitation again.
pub struct Resend;
impl Command for Resend {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/o/{org}/customers/{id}/invitation",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Work),
        scope: Scope::None,
        limit: Limit::AccountExact(INVITATIONS),
        audit: Audit::Records(&[actions::CUSTOMER_INVITATION_RESENT]),
        payload: Payload::Form(4 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Sends a customer's invitation again",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        req.input()?.finish()?;
        let (org, customer) = (cx.org()?, of_form(&cx, req).await?);
        let row = cx.first(customers::portal(org)).await?;
        let portal = customers::portal_of(cx.app(), row.as_ref())?;
        let to = Reply::see_other(&address(req.param("org")?, &customer));
        let sent = format!("A new invitation was sent to {}. The link of the old one no longer works.", customer.email);
        let change = customers::invite_again(cx.mutation(customer.id.as_str())?, cx.app(), org, &customer, &portal)?;
        match change.commit(to.flash(Tone::Done, &sent)).await {
            Err(e) if e.code() == Code::WrongState => Err(e.detail(format!("{} has accepted already, or is blocked.", customer.name))),
            done => done,
        }
    }
}
