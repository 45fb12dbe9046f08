//! `GET /v1/tickets`: newest first. SQLite writes the JSON; one round trip, and no row is decoded.

use domain::tickets::Status;
use kernel::{
    CustomerId, Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    page::Page,
    principal::{Resource, Scope, Verb},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};

kernel::sql! {
    Read Org ALL(3) -> ["data", "found", "last"] = concat!(
        "WITH page AS (SELECT *, row_number() OVER (ORDER BY id DESC) AS n FROM (SELECT * FROM tickets WHERE org_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3 + 1)) \
         SELECT json_group_array(json(", store::ticket_json!(), ") ORDER BY n) FILTER (WHERE n <= ?3) AS data, count(*) AS found, min(id) FILTER (WHERE n <= ?3) AS last FROM page");
    Read Org BY_STATUS(4) -> ["data", "found", "last"] = concat!(
        "WITH page AS (SELECT *, row_number() OVER (ORDER BY id DESC) AS n FROM (SELECT * FROM tickets WHERE org_id = ?1 AND status = ?4 AND id < ?2 ORDER BY id DESC LIMIT ?3 + 1)) \
         SELECT json_group_array(json(", store::ticket_json!(), ") ORDER BY n) FILTER (WHERE n <= ?3) AS data, count(*) AS found, min(id) FILTER (WHERE n <= ?3) AS last FROM page");
    Read Org BY_CUSTOMER(4) -> ["data", "found", "last"] = concat!(
        "WITH page AS (SELECT *, row_number() OVER (ORDER BY id DESC) AS n FROM (SELECT * FROM tickets WHERE org_id = ?1 AND customer_id = ?4 AND id < ?2 ORDER BY id DESC LIMIT ?3 + 1)) \
         SELECT json_group_array(json(", store::ticket_json!(), ") ORDER BY n) FILTER (WHERE n <= ?3) AS data, count(*) AS found, min(id) FILTER (WHERE n <= ?3) AS last FROM page");
    Read Org BY_CUSTOMER_AND_STATUS(5) -> ["data", "found", "last"] = concat!(
        "WITH page AS (SELECT *, row_number() OVER (ORDER BY id DESC) AS n FROM (SELECT * FROM tickets WHERE org_id = ?1 AND customer_id = ?4 AND status = ?5 AND id < ?2 ORDER BY id DESC LIMIT ?3 + 1)) \
         SELECT json_group_array(json(", store::ticket_json!(), ") ORDER BY n) FILTER (WHERE n <= ?3) AS data, count(*) AS found, min(id) FILTER (WHERE n <= ?3) AS last FROM page");
}

/// Lists tickets.
pub struct TicketList;
impl Query for TicketList {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/v1/tickets",
        surfaces: &[Surface::Api],
        auth: Auth::Key,
        scope: Scope::Of(Resource::Tickets, Verb::Read),
        limit: Limit::Api(1),
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Lists tickets, newest first; filters: status, customer_id",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let org = cx.org()?;
        let input = req.query_input();
        let status = input.opt_choice("status", Status::WORDS).map(Status::as_str);
        let customer = input.opt_id::<CustomerId>("customer_id");
        let filters =
            format!("status={}&customer={}", status.unwrap_or_default(), customer.as_ref().map_or(String::new(), CustomerId::to_string));
        let page = Page::of(&input, req, &cx.app().config.keys, org, &filters)?;
        input.finish()?;
        let (before, limit) = (page.before(), page.limit);
        let stmt = match (&customer, status) {
            (None, None) => ALL.bind([org.into(), before.into(), limit.into()]),
            (None, Some(s)) => BY_STATUS.bind([org.into(), before.into(), limit.into(), s.into()]),
            (Some(c), None) => BY_CUSTOMER.bind([org.into(), before.into(), limit.into(), c.into()]),
            (Some(c), Some(s)) => BY_CUSTOMER_AND_STATUS.bind([org.into(), before.into(), limit.into(), c.into(), s.into()]),
        };
        let row = cx.first(stmt).await?;
        page.reply(req, &cx.app().config.keys, org, &filters, row.as_ref())
    }
}
