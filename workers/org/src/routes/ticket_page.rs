//! `GET /o/{org}/tickets/{id}`: a ticket with its comments, internal ones marked.

use crate::words;
use html::{
    part::{Tone, badge, facts, name, prose},
    when,
};
use kernel::{
    Millis, Query, Read, Reply, Request, Result, Route, TicketId,
    error::Code,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::app::{self, OrgPlace, Place};

/// How many comments the page shows.
const SHOWN: i64 = 100;

kernel::sql! {
    Read Org ONE(2) -> ["subject", "body", "status", "priority", "customer", "assignee", "created_at", "updated_at"] =
        "SELECT t.subject, t.body, t.status, t.priority, c.name AS customer, u.name AS assignee, t.created_at, t.updated_at FROM tickets t \
         LEFT JOIN customers c ON c.org_id = ?1 AND c.id = t.customer_id LEFT JOIN users u ON u.id = t.assignee_id \
         WHERE t.org_id = ?1 AND t.id = ?2";
    /// The newest, one more than is shown.
    Read Org COMMENTS(3) -> ["author_name", "author_kind", "body", "internal", "created_at"] =
        "SELECT author_name, author_kind, body, internal, created_at FROM ticket_comments WHERE org_id = ?1 AND ticket_id = ?2 \
         ORDER BY id DESC LIMIT ?3 + 1";
}

/// Shows a ticket.
pub struct TicketPage;
impl Query for TicketPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}/tickets/{id}",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Read),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "A ticket with its comments",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (org, slug, id) = (cx.org()?, req.param("org")?, req.id_param::<TicketId>("id")?);
        let mut sets = cx.read(vec![ONE.bind([org.into(), (&id).into()]), COMMENTS.bind([org.into(), (&id).into(), SHOWN.into()])]).await?;
        let comments = sets.pop().unwrap_or_default();
        let row = sets.pop().and_then(|rows| rows.into_iter().next()).ok_or(Code::NotFound)?;
        let more = comments.len() > usize::try_from(SHOWN).unwrap_or(usize::MAX);
        let subject = row.text(0)?;
        let person = |who: Option<&str>| html! { @match who { Some(who) => (name(who)), None => span class="quiet" { "nobody" } } };
        let main = html! {
            p class="crumbs" { a href={ "/o/" (slug) "/tickets" } { "Tickets" } }
            div class="head" {
                h1 { (name(subject)) }
                (words::status(row.text(2)?))
                (words::priority(row.text(3)?))
            }
            (facts(&[
                ("Customer", person(row.opt_text(4)?)),
                ("Assigned to", person(row.opt_text(5)?)),
                ("Created", when::at(Millis::new(row.int(6)?))),
                ("Updated", when::at(Millis::new(row.int(7)?))),
                ("Id", html! { code { (id) } }),
            ]))
            div class="card" { (prose(row.text(1)?)) }
            h2 { "Comments" }
            @if more { p class="quiet" { "Only the newest " (SHOWN) " comments are shown; the API lists them all." } }
            @if comments.is_empty() {
                p class="quiet" { "No comments yet." }
            } @else {
                ol class="thread" role="list" {
                    @for c in comments.iter().take(usize::try_from(SHOWN).unwrap_or(usize::MAX)).rev() {
                        @let internal = c.int(3)? != 0;
                        li class=[internal.then_some("internal")] {
                            p class="meta" {
                                strong { (name(c.text(0)?)) }
                                span class="quiet" { (kind(c.text(1)?)) }
                                span class="quiet" { (when::at(Millis::new(c.int(4)?))) }
                                @if internal { (badge(Tone::Warn, "internal")) }
                            }
                            (prose(c.text(2)?))
                        }
                    }
                }
            }
        };
        Ok(app::page(&cx, req, Place::Org(slug, OrgPlace::Tickets), subject, &main))
    }
}

/// What kind of author, for people.
fn kind(stored: &str) -> &'static str {
    match stored {
        "staff" => "Team",
        "customer" => "Customer",
        _ => "API",
    }
}
