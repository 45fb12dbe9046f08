//! `POST /o/{org}/settings`: the organization's name.

use super::{Again, Current, current, general_page::show, version};
use crate::refused;
use domain::{actions, events, organizations::NAME};
use kernel::{
    Command, Committed, Guard, Id, Reply, Request, Result, Route, Write,
    error::Code,
    flash::Tone,
    host::Surface,
    input::Text,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use serde_json::json;

kernel::sql! {
    Write Org RENAME(3) -> [] = "UPDATE orgs SET name = ?2, version = version + 1 WHERE id = ?1 AND version = ?3";
}

/// Changes the name.
pub struct General;
impl Command for General {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/o/{org}/settings",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Manage),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::ORG_UPDATED]),
        payload: Payload::Form(4 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Changes an organization's name",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let org = cx.org()?;
        let input = req.input()?;
        let name = input.text("name", NAME).trim().to_owned();
        let version = version(&input);
        let errors = refused::fields(input.finish())?;
        // With the version that the form was shown with: what was changed meanwhile is noticed when it is saved.
        let now = Current { version, ..Current::of(cx.first(current(org)).await?.as_ref())? };
        if !errors.is_empty() {
            let kept = req.input()?.opt_text("name", Text::line(0, 1_000)).unwrap_or_default();
            return Ok(cx.unchanged(show(&cx, req, &now, &kept, Again::Wrong(&errors))?));
        }
        let reply = Reply::see_other(&format!("/o/{}/settings", now.slug)).flash(Tone::Done, "The name is saved.");
        let done = cx
            .mutation(org.as_str())?
            .then_guarded(Guard::Version, RENAME.bind([org.into(), name.as_str().into(), version.into()]))
            .detail(json!({"from": now.name, "to": name}).to_string())
            .event(org, events::ORG_UPDATED.name, json!({"id": org, "slug": now.slug, "name": name}).to_string())
            .commit(reply)
            .await;
        match done {
            Err(e) if e.code() == Code::VersionConflict => {
                let now = Current::of(cx.first(current(org)).await?.as_ref())?;
                Ok(cx.unchanged(show(&cx, req, &now, &name, Again::Stale)?))
            }
            other => other,
        }
    }
}
