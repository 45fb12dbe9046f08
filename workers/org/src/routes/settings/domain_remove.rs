//! `POST /o/{org}/settings/domains/{id}/remove`: removes a domain. Its row stays for a while, so that nobody else picks the host up.

use domain::actions;
use kernel::{
    Command, Committed, DomainId, Guard, Id, Reply, Request, Result, Route, Write,
    error::Code,
    flash::Tone,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use serde_json::json;
use store::{domains, hostnames};

kernel::sql! {
    Write Org REMOVE(3) -> [] = "UPDATE domains SET state = 'removed', removed_at = ?3 WHERE org_id = ?1 AND id = ?2 AND state <> 'removed'";
    /// Sessions are bound to their host.
    Write Org END_SESSIONS(2) -> [] = "DELETE FROM sessions WHERE subject IN (SELECT id FROM customers WHERE org_id = ?1) AND org_id = ?1 AND host = ?2";
}

/// Removes a domain.
pub struct DomainRemove;
impl Command for DomainRemove {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/o/{org}/settings/domains/{id}/remove",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Manage),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::DOMAIN_REMOVED]),
        payload: Payload::Form(1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Removes a domain",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (org, slug, id) = (cx.org()?, req.param("org")?, req.id_param::<DomainId>("id")?);
        req.input()?.finish()?;
        let row = cx.first(domains::one(org, &id)).await?.ok_or(Code::NotFound)?;
        let host = row.text(1)?;
        cx.mutation(id.as_str())?
            .then_guarded(Guard::State, REMOVE.bind([org.into(), (&id).into(), cx.now().into()]))
            .then(hostnames::look_again(host, cx.now()))
            .then(END_SESSIONS.bind([org.into(), host.into()]))
            .detail(json!({"host": host}).to_string())
            .commit(Reply::see_other(&format!("/o/{slug}/settings/domains")).flash(Tone::Done, &format!("{host} is removed.")))
            .await
    }
}
