//! `POST /o/{org}/settings/security`: what members must prove, how long their sessions last, what support may do.

use super::{
    Again, Current, current,
    security_page::{Chosen, show},
    version,
};
use crate::{refused, routes::members::me};
use domain::actions;
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
    Write Org SET(5) -> [] =
        "UPDATE orgs SET mfa_required = ?2, session_hours = ?3, support_access = ?4, version = version + 1 WHERE id = ?1 AND version = ?5";
}

const SUPPORT: &[(&str, &str)] = &[("off", "off"), ("read", "read"), ("act", "act")];

/// Sets it.
pub struct Security;
impl Command for Security {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/o/{org}/settings/security",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Manage),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::ORG_SECURITY_CHANGED]),
        payload: Payload::Form(1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Sets what an organization asks of its members, and allows support",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let org = cx.org()?;
        let (staff, _) = me(cx.principal())?;
        let input = req.input()?;
        let mfa = input.opt_bool("mfa_required").unwrap_or(false);
        let hours = input.opt_int("session_hours", 1..=720);
        let support = input.choice("support_access", SUPPORT);
        let version = version(&input);
        if !input.has("session_hours") {
            input.wrong("session_hours", "required", "This field is required.", "Send `session_hours`.");
        }
        let mut errors = refused::fields(input.finish())?;
        let kept = req.input()?;
        let chosen = Chosen { mfa, hours: kept.sent("session_hours").to_owned(), support: support.unwrap_or_default().to_owned() };
        if hours.is_none() && errors.is_empty() {
            errors.push(refused::field("session_hours", "required", "", ""));
        }
        // With the version that the form was shown with: what was changed meanwhile is noticed when it is saved.
        let now = Current { version, ..Current::of(cx.first(current(org)).await?.as_ref())? };
        // Who turns it on would be the first to be locked out.
        if mfa && !now.mfa_required && !staff.proof.second_factor {
            errors.push(refused::field(
                "mfa_required",
                "not_allowed",
                "You are signed in without a second factor yourself.",
                "Set one up under Security in your account and sign in with it, then turn this on.",
            ));
        }
        let (Some(hours), Some(support), []) = (hours, support, errors.as_slice()) else {
            return Ok(cx.unchanged(show(&cx, req, &now, &chosen, Again::Wrong(&errors))?));
        };
        let done = cx
            .mutation(org.as_str())?
            .then_guarded(Guard::Version, SET.bind([org.into(), mfa.into(), hours.into(), support.into(), version.into()]))
            .detail(
                json!({
                    "mfa_required": [now.mfa_required, mfa], "session_hours": [now.session_hours, hours], "support_access": [now.support_access, support],
                })
                .to_string(),
            )
            .commit(Reply::see_other(&format!("/o/{}/settings/security", now.slug)).flash(Tone::Done, "The security settings are saved."))
            .await;
        match done {
            Err(e) if e.code() == Code::VersionConflict => {
                let now = Current::of(cx.first(current(org)).await?.as_ref())?;
                Ok(cx.unchanged(show(&cx, req, &now, &chosen, Again::Stale)?))
            }
            other => other,
        }
    }
}
