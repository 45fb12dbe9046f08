//! `GET /v1/webhook-deliveries`: newest first.

use crate::routes::delivery::STATUSES;
use kernel::{
    EndpointId, Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    page::Page,
    principal::{Resource, Scope, Verb},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};

macro_rules! page {
    ($filter:literal) => {
        concat!(
            "WITH page AS (SELECT *, row_number() OVER (ORDER BY id DESC) AS n FROM (SELECT * FROM webhook_deliveries WHERE org_id = ?1 ",
            $filter,
            " AND id < ?2 ORDER BY id DESC LIMIT ?3 + 1)) SELECT json_group_array(json_object(",
            crate::delivery_fields!(),
            ") ORDER BY n) FILTER (WHERE n <= ?3) AS data, count(*) AS found, min(id) FILTER (WHERE n <= ?3) AS last FROM page d"
        )
    };
}

kernel::sql! {
    Read Org ALL(3) -> ["data", "found", "last"] = page!("");
    Read Org BY_ENDPOINT(4) -> ["data", "found", "last"] = page!("AND endpoint_id = ?4");
    Read Org BY_STATUS(4) -> ["data", "found", "last"] = page!("AND status = ?4");
    Read Org BY_ENDPOINT_AND_STATUS(5) -> ["data", "found", "last"] = page!("AND endpoint_id = ?4 AND status = ?5");
}

/// Lists deliveries.
pub struct DeliveryList;
impl Query for DeliveryList {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/v1/webhook-deliveries",
        surfaces: &[Surface::Api],
        auth: Auth::Key,
        scope: Scope::Of(Resource::Webhooks, Verb::Read),
        limit: Limit::Api(1),
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Lists webhook deliveries, newest first; filters: endpoint_id, status",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let org = cx.org()?;
        let input = req.query_input();
        let endpoint = input.opt_id::<EndpointId>("endpoint_id");
        let status = input.opt_choice("status", STATUSES);
        let filters =
            format!("endpoint={}&status={}", endpoint.as_ref().map_or(String::new(), EndpointId::to_string), status.unwrap_or_default());
        let page = Page::of(&input, req, &cx.app().config.keys, org, &filters)?;
        input.finish()?;
        let (before, limit) = (page.before(), page.limit);
        let stmt = match (&endpoint, status) {
            (None, None) => ALL.bind([org.into(), before.into(), limit.into()]),
            (Some(e), None) => BY_ENDPOINT.bind([org.into(), before.into(), limit.into(), e.into()]),
            (None, Some(s)) => BY_STATUS.bind([org.into(), before.into(), limit.into(), s.into()]),
            (Some(e), Some(s)) => BY_ENDPOINT_AND_STATUS.bind([org.into(), before.into(), limit.into(), e.into(), s.into()]),
        };
        let row = cx.first(stmt).await?;
        page.reply(req, &cx.app().config.keys, org, &filters, row.as_ref())
    }
}
