//! `POST /o/{org}/settings/domains/{id}/check`: looks the record up now.

use domain::actions;
use kernel::{
    Command, Committed, DomainId, Id, Reply, Request, Result, Route, Write,
    error::Code,
    flash::Tone,
    host::Surface,
    limit::{Exact, Limit},
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use serde_json::json;
use store::domains::{self, Domain, Found};

const LIMIT: Exact = Exact { name: "domain_checks", limit: 30, window_seconds: 3_600 };

/// Looks it up.
pub struct DomainCheck;
impl Command for DomainCheck {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/o/{org}/settings/domains/{id}/check",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Manage),
        scope: Scope::None,
        limit: Limit::AccountExact(LIMIT),
        audit: Audit::Records(&[actions::DOMAIN_CHECKED]),
        payload: Payload::Form(1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Looks the record of a domain up",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (org, slug, id) = (cx.org()?, req.param("org")?, req.id_param::<DomainId>("id")?);
        req.input()?.finish()?;
        let row = cx.first(domains::one(org, &id)).await?.ok_or(Code::NotFound)?;
        let domain = Domain::of(&row)?;
        let found = domains::look_up(cx.http(), &cx.app().config, &domain).await;
        let back = Reply::see_other(&format!("/o/{slug}/settings/domains/{id}"));
        let state = domains::next(&domain, &found, cx.now()).state;
        let (tone, said) = match &found {
            Found::Proof if domain.state == "active" => (Tone::Done, format!("The record was found, and {} is served.", domain.host)),
            Found::Proof if state == "active" => (Tone::Done, format!("The record was found. {} is served within a minute.", domain.host)),
            Found::Proof => (Tone::Done, format!("The record was found. A certificate for {} comes next.", domain.host)),
            Found::Nothing(why) | Found::Trouble(why) => (Tone::Failed, why.clone()),
        };
        let change =
            cx.mutation(id.as_str())?.detail(json!({"host": domain.host, "found": found == Found::Proof, "state": state}).to_string());
        match domains::record(change, org, &domain, &found).commit(back.flash(tone, &said)).await {
            Err(e) if e.code() == Code::AlreadyExists => {
                let taken = "This host is in use by another organization. Contact support if it is yours.";
                Ok(cx.unchanged(Reply::see_other(&format!("/o/{slug}/settings/domains/{id}")).flash(Tone::Failed, taken)))
            }
            other => other,
        }
    }
}
