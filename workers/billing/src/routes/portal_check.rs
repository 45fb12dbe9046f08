//! `POST /billing/{org}/portal/check`: looks whether Stripe's portal is set up by now.

use super::portal::{not_set_up, refused, set_up};
use crate::{ask::LIMIT, here::Here};
use domain::actions;
use kernel::{
    Command, Committed, Reply, Request, Result, Route, Write,
    error::{Code, Error},
    flash::Tone,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use provider::Provider;
use stripe::{calls, portal::choose};

/// Looks.
pub struct PortalCheck;
impl Command for PortalCheck {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/billing/{org}/portal/check",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Pay),
        scope: Scope::None,
        limit: Limit::AccountExact(LIMIT),
        audit: Audit::Records(&[actions::BILLING_PORTAL_OPENED]),
        payload: Payload::Form(4 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Looks whether Stripe's portal is set up by now",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        req.input()?.finish()?;
        let here = Here::read(&cx).await?;
        if !here.is_configured() {
            return Err(Error::new(Code::WrongState, "Payments aren't set up here yet."));
        }
        let home = format!("/billing/{}", req.param("org")?);
        let provider = Provider::of(&cx.app().config, cx.http())?;
        let found = match calls::portal_configurations() {
            Ok(call) => provider.send(&call).await,
            Err(e) => Err(e),
        };
        match found {
            Ok(list) if choose(&list.data).is_some() => {
                let change = cx.mutation("portal")?.then(set_up(&here));
                change.commit(Reply::see_other(&home).flash(Tone::Done, "The portal is set up now.")).await
            }
            Ok(_) => not_set_up(&cx, &here, &home).await,
            Err(e) => Ok(refused(&cx, &home, &e)),
        }
    }
}
