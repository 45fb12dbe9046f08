//! `GET /o/{org}/settings/domains/{id}/remove`: asks before a domain is removed.

use html::confirm::Confirm;
use kernel::{
    DomainId, Query, Read, Reply, Request, Result, Route,
    error::Code,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::{Frame, OrgPlace, Place, SettingsPlace};

/// Asks.
pub struct DomainRemovePage;
impl Query for DomainRemovePage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}/settings/domains/{id}/remove",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Manage),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Asks before a domain is removed",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (slug, id) = (req.param("org")?, req.id_param::<DomainId>("id")?);
        let row = cx.first(store::domains::one(cx.org()?, &id)).await?.ok_or(Code::NotFound)?;
        let (host, active) = (row.text(1)?, row.text(2)? == "active");
        let frame = Frame::of(&cx, req);
        let mut gone = Vec::new();
        if active {
            gone.push(format!("Your portal is no longer served at {host}. Customers who are signed in there are signed out."));
        }
        gone.push("For 30 days no other organization can use this host. You can add it again at any time.".to_owned());
        let (title, back) = (format!("Remove {host}?"), format!("/o/{slug}/settings/domains/{id}"));
        let main = Confirm::new(&title, req.path(), frame.csrf(), "Remove domain", &back).consequences(&gone).render(&[]);
        Ok(frame.app(Place::Org(slug, OrgPlace::Settings(SettingsPlace::Domains)), "Remove domain").reply(&main))
    }
}
