//! `POST /billing/{org}/checkout/done`: has Stripe read after a purchase, without waiting for the event that tells of it.

use crate::{
    ask::{LIMIT, note},
    here::Here,
    slot,
    sync::{Plan, Unsettled, settle},
};
use domain::{actions, billing::Remote};
use kernel::{
    Command, Committed, Mutation, Reply, Request, Result, Route, Write,
    flash::Tone,
    host::Surface,
    input::Text,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use provider::Provider;
use store::billing::Change;
use stripe::{calls, checkout::CheckoutStatus, objects::is_id};

/// What is said where a session is none of the organization's.
pub const FOREIGN: &str = "We don't know this purchase. If you have just paid, this page shows it within a minute.";

/// Has Stripe read.
pub struct Done;
impl Command for Done {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/billing/{org}/checkout/done",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Pay),
        scope: Scope::None,
        limit: Limit::AccountExact(LIMIT),
        audit: Audit::Records(&[actions::CHECKOUT_LOOKED_AT]),
        payload: Payload::Form(4 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Has Stripe read after a purchase",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let input = req.input()?;
        let session = input.text("session_id", Text::line(1, 255));
        input.finish()?;
        let here = Here::read(&cx).await?;
        let home = format!("/billing/{}", req.param("org")?);
        // Another organization's, or one that somebody made up: there is nothing to see.
        let ours = is_id(&session) && here.slot.as_ref().is_some_and(|s| s.session.as_deref() == Some(session.as_str()));
        let foreign = |cx: &Write<'_>| cx.unchanged(Reply::see_other(&home).flash(Tone::Failed, FOREIGN));
        let (true, Some(slot)) = (ours, &here.slot) else { return Ok(foreign(&cx)) };
        let waiting = format!("{home}/checkout/done?session_id={session}&again=1");
        if !here.is_configured() {
            return Ok(cx.unchanged(Reply::see_other(&home)));
        }
        let provider = Provider::of(&cx.app().config, cx.http())?;
        let bought = match calls::checkout_session(&session) {
            Ok(call) => provider.send(&call).await,
            Err(e) => Err(e),
        };
        let late = |cx: &Write<'_>| {
            cx.unchanged(
                Reply::see_other(&waiting)
                    .flash(Tone::Failed, "Stripe doesn't answer at the moment. Your plan is active as soon as it does."),
            )
        };
        let bought = match bought {
            Ok(bought) => bought,
            Err(e) => {
                note(&cx, "a purchase at Stripe", &e);
                return Ok(late(&cx));
            }
        };
        // The session is the slot's, and so is its customer, unless the answer is about another one.
        if bought.id != session || bought.customer.0.as_deref() != here.held.customer.as_deref() {
            return Ok(foreign(&cx));
        }
        let state = match bought.status {
            Some(CheckoutStatus::Complete) => Some("completed"),
            Some(CheckoutStatus::Expired) => Some("expired"),
            _ => None,
        };
        let with = |m: Mutation, here: &Here, change: &Change<'_>, _: &Remote| {
            let m = match state {
                Some(state) => m.then(slot::ended(here, slot, state)),
                None => m,
            };
            let alive = change.subscription().filter(|s| s.status.grants());
            Ok((
                m,
                match (state, alive) {
                    (_, Some(_)) => Reply::see_other(&home)
                        .flash(Tone::Done, &format!("Thank you. The {} plan is active.", change.granted().plan.name())),
                    (Some("expired"), None) => Reply::see_other(&home)
                        .flash(Tone::Failed, "Stripe's page was closed before anything was bought. Nothing was charged."),
                    _ => {
                        Reply::see_other(&waiting).flash(Tone::Failed, "Stripe hasn't confirmed the payment yet. Check again in a moment.")
                    }
                },
            ))
        };
        let plan = Plan { once: None, action: actions::CHECKOUT_LOOKED_AT, target: &slot.id, with: &with };
        match settle(&cx, &provider, &plan).await {
            Err(Unsettled::Stripe(e)) => {
                note(&cx, "a purchase at Stripe", &e);
                Ok(late(&cx))
            }
            Err(Unsettled::Ours(e)) => Err(e),
            Ok(done) => Ok(done),
        }
    }
}
