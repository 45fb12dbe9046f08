//! `GET /v1/webhook-endpoints`: newest first.

use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    page::Page,
    principal::{Resource, Scope, Verb},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};

kernel::sql! {
    Read Org ALL(3) -> ["data", "found", "last"] = concat!(
        "WITH page AS (SELECT *, row_number() OVER (ORDER BY id DESC) AS n FROM (SELECT * FROM webhook_endpoints WHERE org_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3 + 1)) \
         SELECT json_group_array(json(", crate::endpoint_json!(), ") ORDER BY n) FILTER (WHERE n <= ?3) AS data, count(*) AS found, min(id) FILTER (WHERE n <= ?3) AS last FROM page");
}

/// Lists endpoints.
pub struct EndpointList;
impl Query for EndpointList {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/v1/webhook-endpoints",
        surfaces: &[Surface::Api],
        auth: Auth::Key,
        scope: Scope::Of(Resource::Webhooks, Verb::Read),
        limit: Limit::Api(1),
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Lists webhook endpoints, newest first",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let org = cx.org()?;
        let input = req.query_input();
        let page = Page::of(&input, req, &cx.app().config.keys, org, "")?;
        input.finish()?;
        let row = cx.first(ALL.bind([org.into(), page.before().into(), page.limit.into()])).await?;
        page.reply(req, &cx.app().config.keys, org, "", row.as_ref())
    }
}
