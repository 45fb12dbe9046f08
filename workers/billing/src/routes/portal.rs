//! `POST /billing/{org}/portal`: leads to Stripe's portal. Its address holds for minutes and lets in whoever has it: it is kept nowhere.

use crate::{
    ask::{LIMIT, note, refusal},
    here::Here,
    setup,
    sync::{Plan, Unsettled, settle},
};
use domain::{
    actions,
    billing::{Action, Finding, Remote},
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
use serde_json::json;
use store::billing::Change;
use stripe::{
    Cause, StripeError,
    calls::{self, NewPortal},
    portal::{PortalSession, choose},
};

kernel::sql! {
    /// It is not set up: since when, if it was seen before.
    Bookkeep Org NOT_SET_UP(3) -> [] =
        "INSERT INTO billing_findings(org_id, kind, detail, since, seen_at) VALUES(?1, ?2, '{}', ?3, ?3) ON CONFLICT(org_id, kind) DO UPDATE SET seen_at = excluded.seen_at";
    /// It is.
    Bookkeep Org SET_UP(2) -> [] = "DELETE FROM billing_findings WHERE org_id = ?1 AND kind = ?2";
}

/// Opens the portal.
pub struct Portal;
impl Command for Portal {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/billing/{org}/portal",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Pay),
        scope: Scope::None,
        limit: Limit::AccountExact(LIMIT),
        audit: Audit::Records(&[actions::BILLING_PORTAL_OPENED, actions::BILLING_READ_AGAIN]),
        payload: Payload::Form(4 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Leads to Stripe's portal",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        req.input()?.finish()?;
        let here = Here::read(&cx).await?;
        here.require(Action::OpenPortal)?;
        let home = format!("/billing/{}", req.param("org")?);
        let config = &cx.app().config;
        let provider = Provider::of(config, cx.http())?;
        let back = format!("{}{home}", config.origin(&config.app_host));
        let customer = here.customer()?;
        match open(&provider, customer, &back, &req.id().to_string()).await {
            Ok(session) => {
                let page = setup::page(config, &session.url)?;
                let change = cx.mutation_as(actions::BILLING_PORTAL_OPENED, &session.id)?.then(set_up(&here));
                change.commit(Reply::see_other(page)).await
            }
            Err(e) if e.cause() == Cause::PortalNotConfigured => not_set_up(&cx, &here, &home).await,
            // Its customer is gone: reading Stripe again shows it, with what helps.
            Err(e) if e.is_missing() => {
                let with = |m: Mutation, _: &Here, _: &Change<'_>, _: &Remote| Ok((m, Reply::see_other(&home)));
                let plan = Plan { once: None, action: actions::BILLING_READ_AGAIN, target: customer, with: &with };
                match settle(&cx, &provider, &plan).await {
                    Err(Unsettled::Stripe(e)) => Ok(refused(&cx, &home, &e)),
                    Err(Unsettled::Ours(e)) => Err(e),
                    Ok(done) => Ok(done),
                }
            }
            Err(e) => Ok(refused(&cx, &home, &e)),
        }
    }
}

async fn open(provider: &Provider<'_>, customer: &str, back: &str, key: &str) -> Result<PortalSession, StripeError> {
    let configurations = provider.send(&calls::portal_configurations()?).await?.data;
    let Some(chosen) = choose(&configurations) else { return Err(StripeError::portal_not_configured()) };
    let new = NewPortal { customer, return_url: back, configuration: Some(&chosen.id) };
    provider.send(&calls::create_portal_session(&new, key)?).await
}

/// That the portal is set up.
pub fn set_up(here: &Here) -> kernel::sql::Stmt {
    SET_UP.bind([(&here.held.org).into(), Finding::PortalNotConfigured.as_str().into()])
}

/// Keeps that the portal is not set up; the page says what helps.
///
/// # Errors
/// What the database refused.
pub async fn not_set_up(cx: &Write<'_>, here: &Here, home: &str) -> Result<Committed> {
    let found = NOT_SET_UP.bind([(&here.held.org).into(), Finding::PortalNotConfigured.as_str().into(), cx.now().into()]);
    let change =
        cx.mutation_as(actions::BILLING_PORTAL_OPENED, "portal")?.denied().detail(json!({"found": "portal_not_configured"}).to_string());
    change.then(found).commit(Reply::see_other(home).flash(Tone::Failed, Finding::PortalNotConfigured.title())).await
}

/// The answer where Stripe can't help now.
pub fn refused(cx: &Write<'_>, home: &str, error: &StripeError) -> Committed {
    note(cx, "the portal at Stripe", error);
    let said = refusal(error).unwrap_or("Stripe doesn't answer at the moment. Try again in a minute.");
    cx.unchanged(Reply::see_other(home).flash(Tone::Failed, said))
}
