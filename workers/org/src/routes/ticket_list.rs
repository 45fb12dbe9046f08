//! `GET /o/{org}/tickets`: newest first, narrowed by status.

use crate::words;
use domain::tickets::Status;
use html::{
    list::{Choice, Table, empty, filter, pages},
    part::name,
    when,
};
use kernel::{
    Millis, Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    page::Page,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
    sql::Value,
};
use maud::{Markup, html};
use shell::app::{self, OrgPlace, Place};

kernel::sql! {
    Read Org ALL(3) -> ["id", "subject", "status", "priority", "customer", "updated_at"] =
        "SELECT t.id, t.subject, t.status, t.priority, c.name AS customer, t.updated_at FROM tickets t \
         LEFT JOIN customers c ON c.org_id = ?1 AND c.id = t.customer_id WHERE t.org_id = ?1 AND t.id < ?2 ORDER BY t.id DESC LIMIT ?3 + 1";
    /// A statement of its own: so both walk their index.
    Read Org OF_STATUS(4) -> ["id", "subject", "status", "priority", "customer", "updated_at"] =
        "SELECT t.id, t.subject, t.status, t.priority, c.name AS customer, t.updated_at FROM tickets t \
         LEFT JOIN customers c ON c.org_id = ?1 AND c.id = t.customer_id WHERE t.org_id = ?1 AND t.status = ?4 AND t.id < ?2 ORDER BY t.id DESC LIMIT ?3 + 1";
}

/// Lists tickets.
pub struct TicketList;
impl Query for TicketList {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}/tickets",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Read),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "An organization's tickets, newest first",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (org, slug, keys) = (cx.org()?, req.param("org")?, &cx.app().config.keys);
        let input = req.query_input();
        let status = input.opt_choice("status", Status::WORDS).map(Status::as_str);
        let filters = status.unwrap_or_default();
        let page = Page::of(&input, req, keys, org, filters)?;
        input.finish()?;
        let (before, limit): (Value, Value) = (page.before().into(), page.limit.into());
        let stmt = match status {
            Some(status) => OF_STATUS.bind([org.into(), before, limit, status.into()]),
            None => ALL.bind([org.into(), before, limit]),
        };
        let rows = cx.rows(stmt).await?;
        let shown = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let here = format!("/o/{slug}/tickets");
        let mut list: Vec<Vec<Markup>> = Vec::with_capacity(rows.len());
        for row in rows.iter().take(shown) {
            list.push(vec![
                html! { a href={ (here) "/" (row.text(0)?) } { (name(row.text(1)?)) } },
                words::status(row.text(2)?),
                words::priority(row.text(3)?),
                html! { @match row.opt_text(4)? { Some(customer) => (name(customer)), None => span class="quiet" { "none" } } },
                when::at(Millis::new(row.int(5)?)),
            ]);
        }
        let address = |cursor: Option<&str>| {
            let pairs = [("status", status), ("cursor", cursor), ("limit", req.query("limit"))];
            let query: Vec<String> = pairs.into_iter().filter_map(|(n, v)| v.map(|v| format!("{n}={v}"))).collect();
            if query.is_empty() { here.clone() } else { format!("{here}?{}", query.join("&")) }
        };
        let older = match rows.iter().take(shown).next_back() {
            Some(last) if rows.len() > shown => Some(address(Some(&Page::next(req, keys, org, filters, last.text(0)?)))),
            _ => None,
        };
        let newest = (!page.after.is_empty()).then(|| address(None));
        let mut choices = vec![Choice { label: "All", href: here.clone(), chosen: status.is_none() }];
        choices.extend(Status::WORDS.iter().map(|(word, _)| Choice {
            label: word,
            href: format!("{here}?status={word}"),
            chosen: status == Some(*word),
        }));
        let main = html! {
            div class="head" { h1 { "Tickets" } }
            (filter("Status", &choices))
            @if !list.is_empty() {
                (Table { caption: "Tickets", columns: &["Subject", "Status", "Priority", "Customer", "Updated"] }.render(&list))
            } @else if status.is_some() {
                (empty("No tickets with this status", "Tickets that match will be listed here.", Some(("Show all tickets", &here))))
            } @else {
                (empty("No tickets yet", "Tickets arrive through the API: POST /v1/tickets. They will be listed here, newest first.", None))
            }
            (pages(newest.as_deref(), older.as_deref()))
        };
        Ok(app::page(&cx, req, Place::Org(slug, OrgPlace::Tickets), "Tickets", &main))
    }
}
