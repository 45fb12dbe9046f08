//! `POST /o/{org}/settings/domains`: adds a domain. It serves nothing until its record proves whose it is.

use super::{
    Again, Current,
    domain_list::{limit, show, stmts},
};
use crate::refused;
use domain::{actions, hosts::check_own, plans::Plan};
use kernel::{
    Command, Committed, DomainId, Guard, Id, Reply, Request, Result, Route, Write,
    error::Code,
    flash::Tone,
    host::Surface,
    input::Text,
    limit::{Exact, Limit},
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use serde_json::json;
use store::domains::TOMBSTONE;

kernel::sql! {
    /// Nobody else's now, nor until a while ago: a name that still points here is not picked up by another.
    Bookkeep Global("a host is one organization's among all")
    FREE(3) -> [] =
        "INSERT INTO guard(name, ok) SELECT 'state', NOT EXISTS (SELECT 1 FROM domains WHERE host = ?1 AND state = 'active') \
         AND NOT EXISTS (SELECT 1 FROM domains WHERE host = ?1 AND state = 'removed' AND removed_at > ?3 AND org_id <> ?2)";
    /// Nothing is inserted over the plan's number, under another plan than the one that was read, or twice.
    Write Org INSERT(7) -> [] =
        "INSERT INTO domains(org_id, id, host, state, proof, created_at) SELECT ?1, ?2, ?3, 'pending', ?4, ?5 \
         WHERE (SELECT plan FROM orgs WHERE id = ?1) = ?6 AND (SELECT count(*) FROM domains WHERE org_id = ?1 AND state <> 'removed') < ?7 \
           AND NOT EXISTS (SELECT 1 FROM domains WHERE org_id = ?1 AND host = ?3 AND state <> 'removed')";
}

const LIMIT: Exact = Exact { name: "domains", limit: 20, window_seconds: 3_600 };

/// Adds a domain.
pub struct DomainAdd;
impl Command for DomainAdd {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/o/{org}/settings/domains",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Manage),
        scope: Scope::None,
        limit: Limit::AccountExact(LIMIT),
        audit: Audit::Records(&[actions::DOMAIN_ADDED]),
        payload: Payload::Form(4 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Adds a domain of the organization's own",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let org = cx.org()?;
        let input = req.input()?;
        let host = input.text("host", Text::line(1, 253)).trim().trim_end_matches('.').to_lowercase();
        let mut errors = refused::fields(input.finish())?;
        let config = &cx.app().config;
        // On a developer's machine portals stand under `localhost`, and so does everything else that resolves there.
        let portals = if config.is_local() { "" } else { config.portal_domain.as_str() };
        let ours = [config.app_host.as_str(), &config.platform_host, &config.api_host, portals];
        let slug_host = config.portal_slug(&host).is_some();
        if errors.is_empty() {
            let wrong = if slug_host {
                Err(("This is one of our own hosts.", "Enter a host of a domain that you own."))
            } else {
                check_own(&host, &ours)
            };
            errors.extend(wrong.err().map(|(message, fix)| refused::field("host", "invalid_format", message, fix)));
        }
        let sets = cx.read(stmts(org)).await?;
        if !errors.is_empty() {
            return Ok(cx.unchanged(show(&cx, req, sets, req.input()?.sent("host"), Again::Wrong(&errors), None)?));
        }
        let row = sets.first().and_then(|rows| rows.first());
        let plan = Plan::parse(row.ok_or(Code::NotFound)?.text(2)?);
        let slug = Current::of(row)?.slug;
        for d in sets.get(1).map(Vec::as_slice).unwrap_or_default() {
            if d.text(1)? == host {
                let here = refused::field("host", "not_allowed", "This host is in the list already.", "Open it there.");
                return Ok(cx.unchanged(show(&cx, req, sets, &host, Again::Wrong(&[here]), None)?));
            }
        }
        let id = cx.id::<DomainId>();
        let proof = format!("portico={}", crypto::token::encode(&cx.random()));
        let insert = INSERT.bind([
            org.into(),
            (&id).into(),
            host.as_str().into(),
            proof.into(),
            cx.now().into(),
            plan.as_str().into(),
            plan.limits().domains.into(),
        ]);
        let reply = Reply::see_other(&format!("/o/{slug}/settings/domains/{id}")).flash(Tone::Done, &format!("{host} is added."));
        let done = cx
            .mutation(id.as_str())?
            .then(FREE.bind([host.as_str().into(), org.into(), cx.now().minus(TOMBSTONE).into()]))
            .then_guarded(Guard::Plan, insert)
            .detail(json!({"host": host}).to_string())
            .commit(reply)
            .await;
        match done {
            Err(e) if e.code() == Code::PlanLimit => Ok(cx.unchanged(show(&cx, req, sets, &host, Again::No, Some(&limit(plan)))?)),
            Err(e) if e.code() == Code::WrongState => {
                let taken = refused::field(
                    "host",
                    "not_allowed",
                    "This host is in use, or was until a while ago.",
                    "Use another one, or contact support if it is yours.",
                );
                Ok(cx.unchanged(show(&cx, req, sets, &host, Again::Wrong(&[taken]), None)?))
            }
            other => other,
        }
    }
}
