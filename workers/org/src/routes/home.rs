//! `GET /`: the organizations of the account that is signed in.

use domain::plans::Plan;
use html::{
    list::{Table, empty},
    part::{Tone, badge, name},
};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::{Markup, html};
use shell::app::{self, Place};

kernel::sql! {
    Read Global("an account sees the organizations that it is a member of, whichever they are")
    MINE(1) -> ["slug", "name", "plan", "status", "role"] =
        "SELECT o.slug, o.name, o.plan, o.status, m.role FROM memberships m JOIN orgs o ON o.id = m.org_id WHERE m.user_id = ?1 \
         ORDER BY o.name LIMIT 200";
}

/// Lists the caller's organizations.
pub struct Home;
impl Query for Home {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/",
        surfaces: &[Surface::App],
        auth: Auth::Account,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "The organizations of the signed-in account",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let rows = cx.rows(MINE.bind([cx.principal().id().into()])).await?;
        let mut list: Vec<Vec<Markup>> = Vec::with_capacity(rows.len());
        for row in &rows {
            let (slug, suspended) = (row.text(0)?, row.text(3)? == "suspended");
            let called = name(row.text(1)?);
            list.push(vec![
                // A suspended organization opens for nobody; its row says why.
                html! { @if suspended { (called) } @else { a href={ "/o/" (slug) } { (called) } } },
                html! { (Plan::parse(row.text(2)?).as_str()) },
                html! { (row.text(4)?) },
                if suspended { badge(Tone::Bad, "suspended") } else { badge(Tone::Good, "active") },
            ]);
        }
        let main = html! {
            div class="head" { h1 { "Organizations" } }
            @if list.is_empty() {
                (empty("You are not in an organization yet", "Ask an owner or admin of yours to invite you. It will be listed here.", None))
            } @else {
                (Table { caption: "Your organizations", columns: &["Name", "Plan", "Your role", "Status"] }.render(&list))
            }
        };
        Ok(app::page(&cx, req, Place::Home, "Organizations", &main))
    }
}
