//! `POST /o/{org}/customers/{id}/invitation/cancel`: the link dies. A customer whom no ticket names is removed with it.

use super::{
    address,
    cancel_page::{only_invited, written},
    of_form,
};
use domain::{actions, events};
use kernel::{
    Command, Committed, Guard, Reply, Request, Result, Route, Write,
    error::{Code, Error},
    flash::Tone,
    host::Surface,
    id::Id,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use store::{
    customers,
    tokens::{self, Purpose},
};

kernel::sql! {
    /// Only one who never came in. One whom a ticket names is kept by its foreign key.
    Write Org REMOVE(2) -> [] = "DELETE FROM customers WHERE org_id = ?1 AND id = ?2 AND status = 'invited'";
}

/// Cancels an invitation.
pub struct Cancel;
impl Command for Cancel {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/o/{org}/customers/{id}/invitation/cancel",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Work),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::CUSTOMER_INVITATION_CANCELED]),
        payload: Payload::Form(4 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Cancels a customer's invitation",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        req.input()?.finish()?;
        let (org, slug, customer) = (cx.org()?, req.param("org")?, of_form(&cx, req).await?);
        only_invited(&customer)?;
        let tickets = cx.first(written(org, &customer.id)).await?.map_or(Ok(0), |row| row.int(0))?;
        let change = cx.mutation(customer.id.as_str())?;
        let end = tokens::end(customer.id.as_str(), Purpose::CustomerInvitation, cx.now());
        let done = if tickets == 0 {
            let to = Reply::see_other(&format!("/o/{slug}/customers"));
            let said = format!("The invitation of {} was canceled.", customer.email);
            let change = change.then(end).then_guarded(Guard::State, REMOVE.bind([org.into(), (&customer.id).into()]));
            customers::told(change, org, events::CUSTOMER_DELETED, &customer)?.commit(to.flash(Tone::Done, &said)).await
        } else {
            let to = Reply::see_other(&address(slug, &customer));
            change.then(end).commit(to.flash(Tone::Done, "The invitation was canceled.")).await
        };
        // They accepted, or somebody wrote a ticket for them, a moment ago.
        done.map_err(|e| match e.code() {
            Code::WrongState | Code::NotFound => Error::new(Code::WrongState, format!("{} was changed at the same moment.", customer.name)),
            _ => e,
        })
    }
}
