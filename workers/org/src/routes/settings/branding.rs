//! `POST /o/{org}/settings/branding`: keeps the colors, or only shows what they would come to. What can't be read is refused.

use super::{Again, Current, branding_page::show, current, version};
use crate::refused;
use domain::{actions, branding::Branding, events};
use kernel::{
    Command, Committed, Guard, Id, OrgId, Reply, Request, Result, Route, Write,
    error::{Code, Error},
    flash::Tone,
    host::Surface,
    input::{Input, Text},
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
    sql::Stmt,
};
use serde_json::json;

kernel::sql! {
    Write Org SET(3) -> [] =
        "UPDATE orgs SET branding = ?2, branding_version = CASE WHEN ?2 IS NULL THEN 0 ELSE version + 1 END, version = version + 1 WHERE id = ?1 AND version = ?3";
}

/// Keeps a look over the one that a form was shown with.
///
/// # Errors
/// An incident when it can't be written.
pub(super) fn set(org: &OrgId, look: &Branding, version: i64) -> Result<Stmt> {
    let stored = look.to_stored().map_err(|e| Error::incident("writing a look", e.to_string()))?;
    Ok(SET.bind([org.into(), stored.as_deref().into(), version.into()]))
}

const DO: &[(&str, Do)] = &[("preview", Do::Preview), ("reset", Do::Reset)];
#[derive(Clone, Copy, PartialEq, Eq)]
enum Do {
    Preview,
    Reset,
}

/// Keeps the colors.
pub struct ChangeBranding;
impl Command for ChangeBranding {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/o/{org}/settings/branding",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Manage),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::ORG_BRANDING_CHANGED]),
        payload: Payload::Form(4 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Changes the colors of an organization's portal",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let org = cx.org()?;
        let input = req.input()?;
        let what = input.opt_choice("do", DO);
        let version = version(&input);
        let mut colors = read(&input);
        let mut errors = refused::fields(input.finish())?;
        // With the version that the form was shown with: what was changed meanwhile is noticed when it is saved.
        let now = Current { version, ..Current::of(cx.first(current(org)).await?.as_ref())? };
        // The logo has forms of its own, and stays.
        colors.logo = Branding::stored(now.branding.as_deref()).logo;
        let reset = what == Some(Do::Reset);
        if !reset {
            let known: Vec<String> = errors.iter().map(|e| e.pointer.clone()).collect();
            let unreadable = colors.problems().into_iter().map(|p| refused::field(p.field, p.code, p.message, p.fix));
            errors.extend(unreadable.filter(|e| !known.contains(&e.pointer)));
            if !errors.is_empty() {
                return Ok(cx.unchanged(show(&cx, req, &now, &colors, Again::Wrong(&errors))?));
            }
        }
        if what == Some(Do::Preview) {
            return Ok(cx.unchanged(show(&cx, req, &now, &colors, Again::No)?));
        }
        if reset {
            colors = Branding { logo: colors.logo, ..Branding::default() };
        }
        let said = if reset {
            "Your portal has the default colors again."
        } else {
            "The colors are saved. Your portal shows them within a minute."
        };
        let done = cx
            .mutation(org.as_str())?
            .then_guarded(Guard::Version, set(org, &colors, version)?)
            .detail(json!({"colors": (!reset).then_some(&colors)}).to_string())
            .event(org, events::ORG_UPDATED.name, json!({"id": org, "slug": now.slug, "name": now.name}).to_string())
            .commit(Reply::see_other(&format!("/o/{}/settings/branding", now.slug)).flash(Tone::Done, said))
            .await;
        match done {
            Err(e) if e.code() == Code::VersionConflict => {
                let now = Current::of(cx.first(current(org)).await?.as_ref())?;
                Ok(cx.unchanged(show(&cx, req, &now, &colors, Again::Stale)?))
            }
            other => other,
        }
    }
}

fn read(input: &Input) -> Branding {
    let color = |name: &'static str| input.text(name, Text::line(1, 40)).trim().to_lowercase();
    Branding {
        primary: color("primary"),
        link: color("link"),
        background: color("background"),
        card: color("card"),
        border: color("border"),
        logo: None,
    }
}
