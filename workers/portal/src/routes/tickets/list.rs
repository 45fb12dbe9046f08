//! `GET /tickets`: the customer's own tickets, newest first, by status if they want.

use crate::{
    routes::tickets::{LIST, NEW, address, new_link},
    words,
};
use domain::tickets::Status;
use html::{
    list::{self, Choice, Table, empty, filter, no_match, pages},
    page::head,
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
    Read Org MINE(4) -> ["id", "subject", "status", "created_at", "updated_at"] =
        "SELECT id, subject, status, created_at, updated_at FROM tickets WHERE org_id = ?1 AND customer_id = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4 + 1";
    Read Org MINE_BY_STATUS(5) -> ["id", "subject", "status", "created_at", "updated_at"] =
        "SELECT id, subject, status, created_at, updated_at FROM tickets INDEXED BY tickets_by_customer \
         WHERE org_id = ?1 AND customer_id = ?2 AND id < ?3 AND status = ?5 ORDER BY id DESC LIMIT ?4 + 1";
}

/// The filter, in the customer's words.
const CHOICES: [(&str, &str); 4] = [("", "All"), ("open", "Open"), ("pending", "Waiting for you"), ("closed", "Closed")];

/// Lists the customer's own tickets.
pub struct TicketList;
impl Query for TicketList {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: LIST,
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
        let status = input.opt_choice("status", Status::WORDS).map_or("", Status::as_str);
        let filters = format!("status={status}");
        // A cursor is the customer's own, whose id is unique everywhere.
        let page = Page::of(&input, req, keys, &me.id, &filters)?;
        input.finish()?;
        let (org, mine, before, limit) = ((&me.org).into(), (&me.id).into(), page.before().into(), page.limit.into());
        let rows = match status {
            "" => cx.rows(MINE.bind([org, mine, before, limit])).await?,
            _ => cx.rows(MINE_BY_STATUS.bind([org, mine, before, limit, status.into()])).await?,
        };
        let shown = rows.len().min(usize::try_from(page.limit).unwrap_or(usize::MAX));
        let now = cx.now();
        let mut cells: Vec<Vec<Markup>> = Vec::with_capacity(shown);
        for row in rows.iter().take(shown) {
            cells.push(vec![
                html! { a href=(address(row.text(0)?)) { (name(row.text(1)?)) } },
                words::status(row.text(2)?),
                when::ago(Millis::new(row.int(4)?), now),
                when::day(Millis::new(row.int(3)?)),
            ]);
        }
        let here = list::address(LIST, &[("status", status)]);
        let older = match rows.get(..shown).and_then(<[_]>::last) {
            Some(last) if rows.len() > shown => {
                let cursor = Page::next(req, keys, &me.id, &filters, last.text(0)?);
                Some(list::address(LIST, &[("status", status), ("cursor", &cursor), ("limit", req.query("limit").unwrap_or_default())]))
            }
            _ => None,
        };
        let newest = (!page.after.is_empty()).then_some(here.as_str());
        let choices = CHOICES.map(|(word, label)| Choice { label, href: list::address(LIST, &[("status", word)]), chosen: word == status });
        let main = html! {
            (head("My tickets", "Your requests, and where they stand.", &new_link()))
            (filter("Status", &choices))
            @if !cells.is_empty() {
                (Table { caption: "My tickets", columns: &["Subject", "Status", "Updated", "Opened"] }.render(&cells))
            } @else if status.is_empty() {
                (empty("You have no tickets", "Ask a question or report a problem, and follow its progress here.", Some(("New ticket", NEW))))
            } @else {
                (no_match("No ticket has this status", "Your other tickets are still there.", LIST))
            }
            (pages(newest, older.as_deref()))
        };
        Ok(portal::page(&cx, req, PortalPlace::Tickets, "My tickets", &main))
    }
}
