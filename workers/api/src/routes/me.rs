//! `GET /v1/me`: the key that asks, its organization and its limits. The key is read anew, so a new plan shows at once:
//! that is the one round trip.

use domain::plans::Plan;
use kernel::{
    Principal, Query, Read, Reply, Request, Result, Route,
    error::Error,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use serde_json::json;

/// Tells a key about itself.
pub struct Me;
impl Query for Me {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/v1/me",
        surfaces: &[Surface::Api],
        auth: Auth::KeyNow,
        scope: Scope::None,
        limit: Limit::Api(1),
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "The key that asks, its organization and its limits",
    };
    async fn call(cx: Read<'_>, _req: &Request) -> Result<Reply> {
        let Principal::Key(key) = cx.principal() else { return Err(Error::incident("the caller's key", cx.principal().kind())) };
        let plan = Plan::parse(&key.plan);
        let limits = plan.limits();
        Reply::json(
            200,
            &json!({
                "key": {
                    "id": key.id, "name": key.name, "mode": if key.live { "live" } else { "test" },
                    "scopes": key.scopes.names(), "expires_at": key.expires_at,
                },
                "organization": { "id": key.org, "plan": plan.as_str() },
                "limits": {
                    "requests_an_hour": limits.requests_an_hour,
                    "burst": { "requests": store::limits::burst::quota(limits.burst_limiter), "seconds": store::limits::burst::SECONDS },
                    "exports_a_month": limits.exports_a_month,
                    "seats": key.seats,
                    "customers": limits.customers,
                    "api_keys": limits.api_keys,
                    "webhook_endpoints": limits.webhook_endpoints,
                },
            }),
        )
    }
}
