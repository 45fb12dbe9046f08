//! `GET /v1/members`: the members of the key's organization, latest account first. SQLite writes the JSON; one round trip.

use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    page::Page,
    principal::{Resource, Role, Scope, Verb},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};

kernel::sql! {
    Read Org PAGE(4) -> ["data", "found", "last"] =
        "WITH page AS (SELECT *, row_number() OVER (ORDER BY id DESC) AS n FROM (SELECT m.user_id AS id, u.email, u.name, m.role, m.created_at, \
           EXISTS (SELECT 1 FROM authenticators a WHERE a.subject = m.user_id AND a.confirmed_at IS NOT NULL) AS second_factor \
           FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.org_id = ?1 AND m.user_id < ?2 AND (?4 IS NULL OR m.role = ?4) ORDER BY m.user_id DESC LIMIT ?3 + 1)) \
         SELECT json_group_array(json_object('id', id, 'email', email, 'name', name, 'role', role, 'second_factor', json(iif(second_factor, 'true', 'false')), \
           'joined_at', strftime('%Y-%m-%dT%H:%M:%fZ', created_at / 1000.0, 'unixepoch')) ORDER BY n) FILTER (WHERE n <= ?3) AS data, \
           count(*) AS found, min(id) FILTER (WHERE n <= ?3) AS last FROM page";
}

const ROLES: &[(&str, Role)] =
    &[("owner", Role::Owner), ("admin", Role::Admin), ("billing", Role::Billing), ("member", Role::Member), ("viewer", Role::Viewer)];

/// Lists members.
pub struct MemberList;
impl Query for MemberList {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/v1/members",
        surfaces: &[Surface::Api],
        auth: Auth::Key,
        scope: Scope::Of(Resource::Members, Verb::Read),
        limit: Limit::Api(1),
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Lists members; filter: role",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (org, keys) = (cx.org()?, &cx.app().config.keys);
        let input = req.query_input();
        let role = input.opt_choice("role", ROLES).map(Role::as_str);
        let filters = role.unwrap_or_default();
        let page = Page::of(&input, req, keys, org, filters)?;
        input.finish()?;
        let row = cx.first(PAGE.bind([org.into(), page.before().into(), page.limit.into(), role.into()])).await?;
        page.reply(req, keys, org, filters, row.as_ref())
    }
}
