//! `GET /`: the tickets of the customer who is signed in, newest first.

use crate::words;
use html::{
    list::{Table, empty, pages},
    part::name,
    when,
};
use kernel::{
    Millis, Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    page::Page,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::{Markup, html};
use shell::portal::{self, PortalPlace};

kernel::sql! {
    Read Org MINE(4) -> ["id", "subject", "status", "updated_at"] =
        "SELECT id, subject, status, updated_at FROM tickets WHERE org_id = ?1 AND customer_id = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4 + 1";
}

/// Lists the customer's own tickets.
pub struct Home;
impl Query for Home {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/",
        surfaces: &[Surface::Portal],
        auth: Auth::Customer,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "The signed-in customer's tickets",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (me, keys) = (portal::customer(&cx)?, &cx.app().config.keys);
        let input = req.query_input();
        // A cursor belongs to its customer as well as to the organization.
        let filters = me.id.to_string();
        let page = Page::of(&input, req, keys, &me.org, &filters)?;
        input.finish()?;
        let rows = cx.rows(MINE.bind([(&me.org).into(), (&me.id).into(), page.before().into(), page.limit.into()])).await?;
        let shown = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let mut list: Vec<Vec<Markup>> = Vec::with_capacity(rows.len());
        for row in rows.iter().take(shown) {
            list.push(vec![
                html! { a href={ "/tickets/" (row.text(0)?) } { (name(row.text(1)?)) } },
                words::status(row.text(2)?),
                when::at(Millis::new(row.int(3)?)),
            ]);
        }
        let older = match rows.iter().take(shown).next_back() {
            Some(last) if rows.len() > shown => {
                let cursor = Page::next(req, keys, &me.org, &filters, last.text(0)?);
                Some(req.query("limit").map_or_else(|| format!("/?cursor={cursor}"), |limit| format!("/?cursor={cursor}&limit={limit}")))
            }
            _ => None,
        };
        let newest = (!page.after.is_empty()).then_some("/");
        let main = html! {
            div class="head" { h1 { "My tickets" } p { "What you have asked for, and where it stands." } }
            @if list.is_empty() {
                (empty("You have no tickets", "When a ticket is opened for you, you can follow it here.", None))
            } @else {
                (Table { caption: "My tickets", columns: &["Subject", "Status", "Updated"] }.render(&list))
            }
            (pages(newest, older.as_deref()))
        };
        Ok(portal::page(&cx, req, PortalPlace::Tickets, "My tickets", &main))
    }
}
