//! `POST /billing/{org}/checkout/give-up`: closes Stripe's page of a purchase under way.

use crate::{
    ask::{LIMIT, note},
    here::Here,
    slot::{self, Shut},
};
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
use serde_json::json;

/// Gives a purchase up.
pub struct GiveUp;
impl Command for GiveUp {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/billing/{org}/checkout/give-up",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Pay),
        scope: Scope::None,
        limit: Limit::AccountExact(LIMIT),
        audit: Audit::Records(&[actions::CHECKOUT_GIVEN_UP]),
        payload: Payload::Form(4 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Gives a purchase that is under way up",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        req.input()?.finish()?;
        let here = Here::read(&cx).await?;
        let home = format!("/billing/{}", req.param("org")?);
        if !here.is_configured() {
            return Err(Error::new(Code::WrongState, "Payments aren't set up here yet."));
        }
        let Some(slot) = here.slot.as_ref().filter(|s| matches!(s.state.as_str(), "starting" | "open")) else {
            return Ok(cx.unchanged(Reply::see_other(&home).flash(Tone::Done, "No purchase is under way.")));
        };
        let provider = Provider::of(&cx.app().config, cx.http())?;
        match slot::shut(&cx, &provider, here.customer()?, req.param("org")?, slot).await {
            Ok(Shut::Closed) => {}
            Ok(Shut::Bought(session)) => return Ok(cx.unchanged(Reply::see_other(&format!("{home}/checkout/done?session_id={session}")))),
            Err(e) => {
                note(&cx, "closing a page of Stripe's", &e);
                let said = "Stripe doesn't answer at the moment, so the purchase is still open. Try again in a minute.";
                return Ok(cx.unchanged(Reply::see_other(&home).flash(Tone::Failed, said)));
            }
        }
        let change = cx.mutation(&slot.id)?.detail(json!({"price": slot.lookup_key, "seats": slot.seats}).to_string());
        change
            .then(slot::ended(&here, slot, "expired"))
            .commit(Reply::see_other(&home).flash(Tone::Done, "The purchase was given up. Nothing was charged."))
            .await
    }
}
