//! `POST /o/{org}/settings/slug`: changes the address. The old one stays the organization's own: nobody else can take it.

use super::{Again, Current, current, slug_page::show, version};
use crate::{refused, routes::org};
use domain::{actions, events, organizations::check_slug};
use kernel::{
    Command, Committed, Guard, Id, Reply, Request, Result, Route, Write,
    error::Code,
    flash::Tone,
    host::Surface,
    input::Text,
    limit::{Exact, Limit},
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use serde_json::json;

kernel::sql! {
    Write Org RETIRE(3) -> [] =
        "INSERT INTO retired_slugs(org_id, slug, retired_at) SELECT ?1, o.slug, ?2 FROM orgs o WHERE o.id = ?1 AND o.version = ?3 ON CONFLICT(org_id, slug) DO NOTHING";
    Write Org TAKE_BACK(2) -> [] = "DELETE FROM retired_slugs WHERE org_id = ?1 AND slug = ?2";
    Write Org MOVE(3) -> [] = "UPDATE orgs SET slug = ?2, version = version + 1 WHERE id = ?1 AND version = ?3";
}

/// Addresses are few: nobody collects them.
const LIMIT: Exact = Exact { name: "slug", limit: 5, window_seconds: 86_400 };

/// Changes the address.
pub struct ChangeSlug;
impl Command for ChangeSlug {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/o/{org}/settings/slug",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Manage),
        scope: Scope::None,
        limit: Limit::AccountExact(LIMIT),
        audit: Audit::Records(&[actions::ORG_SLUG_CHANGED]),
        payload: Payload::Form(4 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Changes an organization's address",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let id = cx.org()?;
        let input = req.input()?;
        let slug = input.text("slug", Text::line(1, 200)).trim().to_owned();
        let version = version(&input);
        let mut errors = refused::fields(input.finish())?;
        // With the version that the form was shown with: what was changed meanwhile is noticed when it is saved.
        let now = Current { version, ..Current::of(cx.first(current(id)).await?.as_ref())? };
        if errors.is_empty()
            && let Err(why) = check_slug(&slug)
        {
            errors.push(refused::field("slug", why.code(), why.message(), why.fix()));
        }
        if errors.is_empty() && slug == now.slug {
            errors.push(refused::field("slug", "not_allowed", "This is the address already.", "Choose another one, or go back."));
        }
        if !errors.is_empty() {
            return Ok(cx.unchanged(show(&cx, req, &now, req.input()?.sent("slug"), Again::Wrong(&errors))?));
        }
        let reply = Reply::see_other(&format!("/o/{slug}/settings")).flash(Tone::Done, "The address is changed.");
        let done = cx
            .mutation(id.as_str())?
            .then(org::SLUG_FREE.bind([slug.as_str().into(), id.into()]))
            .then(RETIRE.bind([id.into(), cx.now().into(), version.into()]))
            .then(TAKE_BACK.bind([id.into(), slug.as_str().into()]))
            .then_guarded(Guard::Version, MOVE.bind([id.into(), slug.as_str().into(), version.into()]))
            .detail(json!({"from": now.slug, "to": slug}).to_string())
            .event(id, events::ORG_UPDATED.name, json!({"id": id, "slug": slug, "name": now.name}).to_string())
            .commit(reply)
            .await;
        match done {
            Err(e) if e.code() == Code::VersionConflict => {
                let now = Current::of(cx.first(current(id)).await?.as_ref())?;
                Ok(cx.unchanged(show(&cx, req, &now, &slug, Again::Stale)?))
            }
            Err(e) if matches!(e.code(), Code::AlreadyExists | Code::WrongState) => {
                Ok(cx.unchanged(show(&cx, req, &now, &slug, Again::Wrong(&[org::create::taken(&slug)]))?))
            }
            other => other,
        }
    }
}
