//! `GET /o/{org}`: the organization at a glance: its plan, and how much of each limit is used.

use domain::plans::Plan;
use html::part::{Tone, badge, name, thousands, usage};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    error::Code,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::app::{self, OrgPlace, Place};

kernel::sql! {
    /// Everything the page shows. Counted over indexes that begin with the organization.
    Read Org AT_A_GLANCE(3) -> ["name", "plan", "portal_open", "open", "pending", "members", "customers", "keys", "endpoints", "exports"] =
        "SELECT o.name, o.plan, o.portal_open, \
           (SELECT count(*) FROM tickets WHERE org_id = ?1 AND status = 'open') AS open, \
           (SELECT count(*) FROM tickets WHERE org_id = ?1 AND status = 'pending') AS pending, \
           (SELECT count(*) FROM memberships WHERE org_id = ?1) AS members, \
           (SELECT count(*) FROM customers WHERE org_id = ?1) AS customers, \
           (SELECT count(*) FROM api_keys WHERE org_id = ?1 AND (revoked_at IS NULL OR revoked_at > ?2) AND (expires_at IS NULL OR expires_at > ?2)) AS keys, \
           (SELECT count(*) FROM webhook_endpoints WHERE org_id = ?1) AS endpoints, \
           (SELECT count(*) FROM exports WHERE org_id = ?1 AND created_at >= ?3) AS exports \
         FROM orgs o WHERE o.id = ?1";
}

/// Shows the organization at a glance.
pub struct Overview;
impl Query for Overview {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Read),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "An organization at a glance: plan, limits and use",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (org, slug, now) = (cx.org()?, req.param("org")?, cx.now());
        let stmt = AT_A_GLANCE.bind([org.into(), now.into(), now.month_start().into()]);
        let row = cx.first(stmt).await?.ok_or(Code::NotFound)?;
        let plan = Plan::parse(row.text(1)?);
        let limits = plan.limits();
        let called = row.text(0)?;
        let (open, pending) = (row.int(3)?, row.int(4)?);
        let main = html! {
            div class="head" {
                h1 { (name(called)) }
                (badge(Tone::Plain, &format!("{} plan", plan.as_str())))
                @if row.int(2)? == 0 { (badge(Tone::Warn, "portal closed")) }
            }
            div class="tiles" {
                div { p class="quiet" { "Open tickets" } p class="number" { a href={ "/o/" (slug) "/tickets?status=open" } { (thousands(open)) } } }
                div { p class="quiet" { "Waiting for customers" } p class="number" { a href={ "/o/" (slug) "/tickets?status=pending" } { (thousands(pending)) } } }
                div { p class="quiet" { "API requests an hour" } p class="number" { (thousands(i64::from(limits.requests_an_hour))) } }
            }
            section class="card" {
                h2 { "Limits and use" }
                ul class="usages" {
                    (usage("Seats", row.int(5)?, Some(limits.seats)))
                    (usage("Customers", row.int(6)?, limits.customers))
                    (usage("API keys", row.int(7)?, Some(limits.api_keys)))
                    (usage("Webhook endpoints", row.int(8)?, Some(limits.webhook_endpoints)))
                    (usage("Exports this month", row.int(9)?, Some(limits.exports_a_month)))
                }
            }
        };
        Ok(app::page(&cx, req, Place::Org(slug, OrgPlace::Overview), called, &main))
    }
}
