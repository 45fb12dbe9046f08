//! `GET /v1/customers`: newest first. SQLite writes the JSON; one round trip, and no row is decoded.

use domain::customers::{EMAIL, Status, normalized};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    page::Page,
    principal::{Resource, Scope, Verb},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};

kernel::sql! {
    Read Org PAGE(5) -> ["data", "found", "last"] = concat!(
        "WITH page AS (SELECT *, row_number() OVER (ORDER BY id DESC) AS n FROM (SELECT * FROM customers WHERE org_id = ?1 AND id < ?2 AND deleted_at IS NULL \
           AND (?4 IS NULL OR status = ?4) AND (?5 IS NULL OR email = ?5) ORDER BY id DESC LIMIT ?3 + 1)) \
         SELECT json_group_array(json(", store::customer_json!(), ") ORDER BY n) FILTER (WHERE n <= ?3) AS data, count(*) AS found, min(id) FILTER (WHERE n <= ?3) AS last FROM page");
}

/// Lists customers.
pub struct CustomerList;
impl Query for CustomerList {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/v1/customers",
        surfaces: &[Surface::Api],
        auth: Auth::Key,
        scope: Scope::Of(Resource::Customers, Verb::Read),
        limit: Limit::Api(1),
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Lists customers, newest first; filters: status, email",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let org = cx.org()?;
        let input = req.query_input();
        let status = input.opt_choice("status", Status::WORDS).map(Status::as_str);
        let email = input.opt_text("email", EMAIL).map(|email| normalized(&email));
        let filters = format!("status={}&email={}", status.unwrap_or_default(), email.as_deref().unwrap_or_default());
        let page = Page::of(&input, req, &cx.app().config.keys, org, &filters)?;
        input.finish()?;
        let stmt = PAGE.bind([org.into(), page.before().into(), page.limit.into(), status.into(), email.into()]);
        let row = cx.first(stmt).await?;
        page.reply(req, &cx.app().config.keys, org, &filters, row.as_ref())
    }
}
