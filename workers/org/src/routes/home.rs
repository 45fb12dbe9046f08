//! `GET /`: the organizations of the account that is signed in.

use crate::routes::org::{create_page, deleted_page};
use domain::plans::Plan;
use html::{
    form::primary_link,
    list::{Table, empty},
    part::{Tone, badge, callout, count, name, word},
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
    /// Those that are being deleted exist for their owners only.
    Read Global("an account sees the organizations that it is a member of, whichever they are")
    MINE(1) -> ["slug", "name", "plan", "status", "role", "deleted_at", "suspended_reason"] =
        "SELECT o.slug, o.name, o.plan, o.status, m.role, o.deleted_at, o.suspended_reason FROM memberships m JOIN orgs o ON o.id = m.org_id \
         WHERE m.user_id = ?1 AND (o.deleted_at IS NULL OR m.role = 'owner') ORDER BY o.name, o.id LIMIT 200";
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
        let mut deleted = 0;
        for row in &rows {
            if row.opt_int(5)?.is_some() {
                deleted += 1;
                continue;
            }
            let (slug, suspended) = (row.text(0)?, row.text(3)? == "suspended");
            let called = name(row.text(1)?);
            let reason = row.opt_text(6)?.unwrap_or_default();
            list.push(vec![
                // A suspended organization opens for nobody; its row says why.
                html! { @if suspended { (called) } @else { a href={ "/o/" (slug) } { (called) } } },
                word(Plan::parse(row.text(2)?).as_str()),
                word(row.text(4)?),
                html! {
                    @if suspended { (badge(Tone::Bad, "suspended")) @if !reason.is_empty() { " " span class="quiet" { (reason) } } }
                    @else { (badge(Tone::Good, "active")) }
                },
            ]);
        }
        let create = html! { @if !list.is_empty() { (primary_link(create_page::PATH, "New organization")) } };
        let main = html! {
            (html::page::head("Organizations", "", &create))
            @if deleted > 0 {
                @let of = count(deleted, "organization of yours is being deleted", "organizations of yours are being deleted");
                (callout(Tone::Warn, "", &html! { (of) ". " a href=(deleted_page::PATH) { "See or restore" } }))
            }
            @if list.is_empty() {
                (empty(
                    "You are not in an organization yet",
                    "Create one for your team, or ask an owner or admin of an existing one to invite you.",
                    Some(("Create an organization", create_page::PATH)),
                ))
            } @else {
                (Table { caption: "Your organizations", columns: &["Name", "Plan", "Your role", "Status"] }.render(&list))
            }
        };
        Ok(app::page(&cx, req, Place::Home, "Organizations", &main))
    }
}
