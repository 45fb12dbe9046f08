//! `POST /billing/{org}/customer`: a new record at Stripe in the place of one that is missing.

use crate::{
    ask::{LIMIT, note, refusal},
    customer::{Unmade, replace},
    here::Here,
    sync::{Plan, Unsettled, settle},
};
use domain::{
    actions,
    billing::{Action, Remote},
};
use kernel::{
    Command, Committed, Mutation, Reply, Request, Result, Route, Write,
    error::{Code, Error},
    flash::Tone,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use provider::Provider;
use store::{billing::Change, forms};
use stripe::StripeError;

/// Sets it up.
pub struct Customer;
impl Command for Customer {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/billing/{org}/customer",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Pay),
        scope: Scope::None,
        limit: Limit::AccountExact(LIMIT),
        audit: Audit::Records(&[actions::BILLING_CUSTOMER_LINKED, actions::BILLING_READ_AGAIN]),
        payload: Payload::Form(4 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Sets up a new record at Stripe",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let input = req.input()?;
        let once = forms::taken_id(&input, req, cx.principal());
        input.finish()?;
        if let Some(reply) = once.earlier(&cx).await? {
            return Ok(cx.unchanged(reply));
        }
        let here = Here::read(&cx).await?;
        here.require(Action::NewCustomer)?;
        let home = format!("/billing/{}", req.param("org")?);
        let provider = Provider::of(&cx.app().config, cx.http())?;
        let made = match replace(&cx, &provider, &here).await {
            Ok(made) => made,
            Err(Unmade::Stripe(e)) => return Ok(refused(&cx, &home, &e)),
            Err(Unmade::Ours(e)) if e.code() == Code::WrongState => {
                return Err(Error::new(Code::WrongState, "Somebody else set it up at the same moment. Look at the billing page again."));
            }
            Err(Unmade::Ours(e)) => return Err(e),
        };
        let with = |m: Mutation, _: &Here, _: &Change<'_>, _: &Remote| {
            Ok((m, Reply::see_other(&home).flash(Tone::Done, "The new record at Stripe is set up. Choose a plan to go on.")))
        };
        let plan = Plan { once: Some(&once), action: actions::BILLING_READ_AGAIN, target: &made, with: &with };
        match settle(&cx, &provider, &plan).await {
            Err(Unsettled::Stripe(e)) => Ok(refused(&cx, &home, &e)),
            Err(Unsettled::Ours(e)) => Err(e),
            Ok(done) => Ok(done),
        }
    }
}

fn refused(cx: &Write<'_>, home: &str, error: &StripeError) -> Committed {
    note(cx, "a new customer at Stripe", error);
    let said = refusal(error).unwrap_or("Stripe doesn't answer at the moment. Try again in a minute.");
    cx.unchanged(Reply::see_other(home).flash(Tone::Failed, said))
}
