//! `GET /o/{org}/settings/branding/logo`: the logo, for the page of the settings: pages of the app show pictures of their own host only.

use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};

/// Gives the logo.
pub struct LogoShown;
impl Query for LogoShown {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}/settings/branding/logo",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Read),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "The logo of an organization's portal",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let reply = store::logos::shown(&cx, req, cx.org()?).await?;
        // Here it is a member's own: no other site shows it, and no shared cache keeps it.
        let own = |name: &str| !matches!(name, "cache-control" | "cross-origin-resource-policy");
        Ok(Reply { headers: reply.headers.into_iter().filter(|(name, _)| own(name)).collect(), ..reply })
    }
}
