//! `GET /brand/logo?v=…`: the tenant's logo. Its address changes with it, so that it may be kept for ever.

use kernel::{
    Query, Read, Reply, Request, Result, Route,
    error::Error,
    host::{Site, Surface},
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};

/// Gives the logo.
pub struct Logo;
impl Query for Logo {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/brand/logo",
        surfaces: &[Surface::Portal],
        // For everybody: it stands on the sign-in page, on the page of a closed portal, and in mail.
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "A tenant's logo",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let Site::Portal(tenant) = cx.site() else { return Err(Error::incident("a portal's tenant", cx.site().surface().as_str())) };
        store::logos::shown(&cx, req, &tenant.org).await
    }
}
