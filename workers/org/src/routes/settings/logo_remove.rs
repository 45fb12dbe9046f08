//! `POST /o/{org}/settings/branding/logo/remove`: takes the logo off the portal. The colors stay.

use super::{Again, Current, branding, branding_page::show, current, version};
use domain::{actions, branding::Branding, events};
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

/// Takes the logo off.
pub struct RemoveLogo;
impl Command for RemoveLogo {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/o/{org}/settings/branding/logo/remove",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Manage),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::ORG_BRANDING_CHANGED]),
        payload: Payload::Form(1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Takes the logo off an organization's portal",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let org = cx.org()?;
        let input = req.input()?;
        let version = version(&input);
        input.finish()?;
        let now = Current::of(cx.first(current(org)).await?.as_ref())?;
        let back = Reply::see_other(&format!("/o/{}/settings/branding", now.slug));
        let mut colors = Branding::stored(now.branding.as_deref());
        // Pressed twice, or somebody else was faster: it is as it was wished.
        if colors.logo.take().is_none() {
            return Ok(cx.unchanged(back.flash(Tone::Done, "There is no logo to remove.")));
        }
        let done = cx
            .mutation(org.as_str())?
            .then_guarded(Guard::Version, branding::set(org, &colors, version)?)
            .then(store::logos::take_into_use(org, None, cx.now()))
            .detail(json!({"logo": null}).to_string())
            .event(org, events::ORG_UPDATED.name, json!({"id": org, "slug": now.slug, "name": now.name}).to_string())
            .commit(back.flash(Tone::Done, "The logo is removed. Your portal shows your name alone within a minute."))
            .await;
        match done {
            Err(e) if e.code() == Code::VersionConflict => {
                let colors = Branding::stored(now.branding.as_deref());
                Ok(cx.unchanged(show(&cx, req, &now, &colors, Again::Stale)?))
            }
            other => other,
        }
    }
}
