//! `GET /v1/customers/{id}`.

use kernel::{
    CustomerId, Query, Read, Reply, Request, Result, Route,
    error::Code,
    host::Surface,
    limit::Limit,
    principal::{Resource, Scope, Verb},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use store::customers;

/// Shows a customer.
pub struct CustomerGet;
impl Query for CustomerGet {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/v1/customers/{id}",
        surfaces: &[Surface::Api],
        auth: Auth::Key,
        scope: Scope::Of(Resource::Customers, Verb::Read),
        limit: Limit::Api(1),
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Shows a customer",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let id: CustomerId = req.id_param("id")?;
        req.query_input().finish()?;
        let row = cx.first(customers::one(cx.org()?, &id)).await?.ok_or(Code::NotFound)?;
        Reply::json(200, &customers::of(&row)?)
    }
}
