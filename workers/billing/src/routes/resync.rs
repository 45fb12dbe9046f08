//! `POST /billing/{org}/resync`: reads Stripe again, now.

use crate::{
    ask::{LIMIT, note, refusal},
    here::Here,
    sync::{Plan, Unsettled, settle},
};
use domain::{
    actions,
    billing::{Action, Remote},
};
use kernel::{
    Command, Committed, Mutation, Reply, Request, Result, Route, Write,
    flash::Tone,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use provider::Provider;
use store::billing::Change;

/// Reads Stripe again.
pub struct Resync;
impl Command for Resync {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/billing/{org}/resync",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Pay),
        scope: Scope::None,
        limit: Limit::AccountExact(LIMIT),
        audit: Audit::Records(&[actions::BILLING_READ_AGAIN]),
        payload: Payload::Form(4 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Reads Stripe again",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        req.input()?.finish()?;
        let here = Here::read(&cx).await?;
        here.require(Action::Resync)?;
        let home = format!("/billing/{}", req.param("org")?);
        let provider = Provider::of(&cx.app().config, cx.http())?;
        let with = |m: Mutation, _: &Here, change: &Change<'_>, _: &Remote| {
            let said =
                if change.is_change() { "Read from Stripe. Something had changed." } else { "Read from Stripe. Nothing had changed." };
            Ok((m, Reply::see_other(&home).flash(Tone::Done, said)))
        };
        let target = here.customer()?;
        let plan = Plan { once: None, action: actions::BILLING_READ_AGAIN, target, with: &with };
        match settle(&cx, &provider, &plan).await {
            Err(Unsettled::Stripe(e)) => {
                note(&cx, "reading Stripe again", &e);
                let said =
                    refusal(&e).unwrap_or("Stripe doesn't answer at the moment. What you see is as it was last read; we keep trying.");
                Ok(cx.unchanged(Reply::see_other(&home).flash(Tone::Failed, said)))
            }
            Err(Unsettled::Ours(e)) => Err(e),
            Ok(done) => Ok(done),
        }
    }
}
