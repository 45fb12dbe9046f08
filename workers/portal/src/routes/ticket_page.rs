//! `GET /tickets/{id}`: one of the customer's own tickets with its comments. Another customer's is answered like a missing one,
//! and internal comments are not read at all.

use crate::words;
use html::{
    part::{facts, name, prose},
    when,
};
use kernel::{
    Millis, Query, Read, Reply, Request, Result, Route, TicketId,
    error::Code,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::portal::{self, PortalPlace};

/// How many comments the page shows.
const SHOWN: i64 = 100;

kernel::sql! {
    Read Org MINE(3) -> ["subject", "body", "status", "created_at", "updated_at"] =
        "SELECT subject, body, status, created_at, updated_at FROM tickets WHERE org_id = ?1 AND id = ?2 AND customer_id = ?3";
    /// Only of a ticket of the customer's own, so that the two statements can run together.
    Read Org COMMENTS(4) -> ["author_name", "author_kind", "body", "created_at"] =
        "SELECT author_name, author_kind, body, created_at FROM ticket_comments WHERE org_id = ?1 AND ticket_id = ?2 AND internal = 0 \
         AND EXISTS (SELECT 1 FROM tickets WHERE org_id = ?1 AND id = ?2 AND customer_id = ?3) ORDER BY id DESC LIMIT ?4 + 1";
}

/// Shows one of the customer's own tickets.
pub struct TicketPage;
impl Query for TicketPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/tickets/{id}",
        surfaces: &[Surface::Portal],
        auth: Auth::Customer,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "One of the signed-in customer's tickets",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (me, id) = (portal::customer(&cx)?, req.id_param::<TicketId>("id")?);
        let mine = MINE.bind([(&me.org).into(), (&id).into(), (&me.id).into()]);
        let comments = COMMENTS.bind([(&me.org).into(), (&id).into(), (&me.id).into(), SHOWN.into()]);
        let mut sets = cx.read(vec![mine, comments]).await?;
        let comments = sets.pop().unwrap_or_default();
        let row = sets.pop().and_then(|rows| rows.into_iter().next()).ok_or(Code::NotFound)?;
        let shown = usize::try_from(SHOWN).unwrap_or(usize::MAX);
        let subject = row.text(0)?;
        let main = html! {
            p class="crumbs" { a href="/" { "My tickets" } }
            div class="head" { h1 { (name(subject)) } (words::status(row.text(2)?)) }
            (facts(&[("Created", when::at(Millis::new(row.int(3)?))), ("Updated", when::at(Millis::new(row.int(4)?)))]))
            div class="card" { (prose(row.text(1)?)) }
            h2 { "Replies" }
            @if comments.len() > shown { p class="quiet" { "Only the newest " (SHOWN) " replies are shown." } }
            @if comments.is_empty() {
                p class="quiet" { "No replies yet." }
            } @else {
                ol class="thread" role="list" {
                    @for c in comments.iter().take(shown).rev() {
                        li {
                            p class="meta" {
                                strong { (name(c.text(0)?)) }
                                @if c.text(1)? == "customer" { span class="quiet" { "You" } } @else { span class="quiet" { "Support" } }
                                span class="quiet" { (when::at(Millis::new(c.int(3)?))) }
                            }
                            (prose(c.text(2)?))
                        }
                    }
                }
            }
        };
        Ok(portal::page(&cx, req, PortalPlace::Ticket, subject, &main))
    }
}
