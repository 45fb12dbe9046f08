//! `POST /o/{org}/settings/portal`: opens or closes the portal, and its sign-up.

use super::{Again, Current, current, portal_page::show, version};
use crate::refused;
use domain::{actions, events};
use kernel::{
    Command, Committed, Guard, Id, Reply, Request, Result, Route, Write,
    error::Code,
    flash::Tone,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use serde_json::json;

kernel::sql! {
    Write Org SET(4) -> [] = "UPDATE orgs SET portal_open = ?2, self_sign_up = ?3, version = version + 1 WHERE id = ?1 AND version = ?4";
}

/// Opens or closes.
pub struct Portal;
impl Command for Portal {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/o/{org}/settings/portal",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Manage),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::ORG_PORTAL_CHANGED]),
        payload: Payload::Form(1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Opens or closes an organization's portal",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let org = cx.org()?;
        let input = req.input()?;
        let chosen = (input.opt_bool("portal_open").unwrap_or(false), input.opt_bool("self_sign_up").unwrap_or(false));
        let version = version(&input);
        let errors = refused::fields(input.finish())?;
        // With the version that the form was shown with: what was changed meanwhile is noticed when it is saved.
        let now = Current { version, ..Current::of(cx.first(current(org)).await?.as_ref())? };
        if !errors.is_empty() {
            return Ok(cx.unchanged(show(&cx, req, &now, chosen, Again::Wrong(&errors))?));
        }
        let (open, sign_up) = chosen;
        let reply = Reply::see_other(&format!("/o/{}/settings/portal", now.slug))
            .flash(Tone::Done, if open { "The portal is open." } else { "The portal is closed." });
        let done = cx
            .mutation(org.as_str())?
            .then_guarded(Guard::Version, SET.bind([org.into(), open.into(), sign_up.into(), version.into()]))
            .detail(json!({"open": open, "self_sign_up": sign_up}).to_string())
            .event(org, events::ORG_UPDATED.name, json!({"id": org, "slug": now.slug, "name": now.name}).to_string())
            .commit(reply)
            .await;
        match done {
            Err(e) if e.code() == Code::VersionConflict => {
                let now = Current::of(cx.first(current(org)).await?.as_ref())?;
                Ok(cx.unchanged(show(&cx, req, &now, chosen, Again::Stale)?))
            }
            other => other,
        }
    }
}
