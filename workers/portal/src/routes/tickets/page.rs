//! `GET /tickets/{id}`: one of the customer's own tickets with its comments. Another customer's is answered like a missing one,
//! and internal comments are not read at all.

use crate::{
    routes::tickets::{LIST, address},
    words,
};
use html::{
    form::{self, Field, Form},
    history::{Comment, thread},
    page::{card, head_with},
    part::{copyable, facts, name, prose},
    when,
};
use kernel::{
    Id, Millis, Query, Read, Reply, Request, Result, Route, Rows, Stmt, TicketId,
    error::Code,
    host::Surface,
    input::FieldError,
    limit::Limit,
    page::Page,
    principal::{Customer, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::{Markup, html};
use shell::{
    Frame,
    portal::{self, PortalPlace},
};
use store::forms;

/// How many comments the page shows at a time.
const SHOWN: i64 = 50;

kernel::sql! {
    Read Org MINE(3) -> ["subject", "body", "status", "created_at", "updated_at"] =
        "SELECT subject, body, status, created_at, updated_at FROM tickets WHERE org_id = ?1 AND id = ?2 AND customer_id = ?3";
    /// Only of a ticket of the customer's own, so that the two statements can run together.
    Read Org COMMENTS(5) -> ["id", "author_name", "author_kind", "author_id", "body", "created_at"] =
        "SELECT id, author_name, author_kind, author_id, body, created_at FROM ticket_comments WHERE org_id = ?1 AND ticket_id = ?2 AND internal = 0 AND id < ?5 \
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
        let input = req.query_input();
        let page = Page::of(&input, req, &cx.app().config.keys, &me.id, "")?;
        input.finish()?;
        let limit = if req.query("limit").is_some() { page.limit } else { SHOWN };
        let rows = cx.read(statements(me, &id, page.before(), limit)).await?;
        let frame = Frame::of(&cx, req);
        let shown = Shown { me, id: &id, limit, latest: page.after.is_empty(), reply: "", problem: Problem::None };
        let older = |last: &str| format!("{}?cursor={}", address(id.as_str()), Page::next(req, &cx.app().config.keys, &me.id, "", last));
        shown.reply(&frame, rows, &cx.random(), Some(&older))
    }
}

/// What the page reads: one round trip.
pub(super) fn statements(me: &Customer, id: &TicketId, before: &str, limit: i64) -> Vec<Stmt> {
    let mine = MINE.bind([(&me.org).into(), id.into(), (&me.id).into()]);
    let comments = COMMENTS.bind([(&me.org).into(), id.into(), (&me.id).into(), limit.into(), before.into()]);
    vec![mine, comments]
}

/// What was wrong with the reply that was sent.
#[derive(Clone, Copy)]
pub(super) enum Problem<'a> {
    /// Nothing.
    None,
    /// These fields.
    Fields(&'a [FieldError]),
    /// The form as a whole: the status, and what to do.
    Whole(u16, &'a str),
}

/// The page, shown first and after a reply was refused, with what was typed.
pub(super) struct Shown<'a> {
    pub me: &'a Customer,
    pub id: &'a TicketId,
    pub limit: i64,
    /// Whether the newest replies are shown: only there one can reply.
    pub latest: bool,
    pub reply: &'a str,
    pub problem: Problem<'a>,
}
impl<'a> Shown<'a> {
    /// The page after a refusal.
    pub fn again(me: &'a Customer, id: &'a TicketId, reply: &'a str, problem: Problem<'a>) -> Self {
        Self { me, id, limit: SHOWN, latest: true, reply, problem }
    }
    /// How many comments it shows.
    pub const fn limit(&self) -> i64 {
        self.limit
    }
    pub fn reply(
        &self,
        frame: &Frame<'_>,
        mut sets: Vec<Rows>,
        random: &[u8; 32],
        older: Option<&dyn Fn(&str) -> String>,
    ) -> Result<Reply> {
        let comments = sets.pop().unwrap_or_default();
        let row = sets.pop().and_then(|rows| rows.into_iter().next()).ok_or(Code::NotFound)?;
        let (subject, status) = (row.text(0)?, row.text(2)?);
        let shown = comments.len().min(usize::try_from(self.limit).unwrap_or(usize::MAX));
        let comments_shown = comments.get(..shown).unwrap_or_default();
        let mut said = Vec::with_capacity(shown);
        for c in comments_shown.iter().rev() {
            let role = match (c.text(2)?, c.text(3)?) {
                ("customer", author) if author == self.me.id.as_str() => "You",
                ("customer", _) => "Customer",
                _ => "Support",
            };
            said.push(Comment { author: c.text(1)?, role, when: when::at(Millis::new(c.int(5)?)), body: c.text(4)?, internal: false });
        }
        let earlier = match comments_shown.last() {
            Some(last) if comments.len() > shown => older.map(|older| last.text(0).map(older)).transpose()?,
            _ => None,
        };
        let main = html! {
            (head_with(&html! { (name(subject)) }, &words::status(status), "", &html! {}))
            (facts(&[
                ("Opened", when::at(Millis::new(row.int(3)?))),
                ("Updated", when::at(Millis::new(row.int(4)?))),
                ("Ticket", copyable(self.id.as_str())),
            ]))
            (card("Description", "", &html! {}, &prose(row.text(1)?)))
            h2 { "Replies" }
            @if let Some(href) = &earlier { p { a href=(href) { "Earlier replies" } } }
            @if said.is_empty() { p class="quiet" { "No replies yet." } } @else { (thread(&said)) }
            @if self.latest { (self.form(frame, status, random)) } @else { p { a href=(address(self.id.as_str())) { "Newest replies" } } }
        };
        let page = frame.portal(PortalPlace::Ticket, subject).crumb("My tickets", LIST);
        Ok(match self.problem {
            Problem::None => page.reply(&main),
            Problem::Fields(_) => page.again(&main),
            Problem::Whole(status, _) => page.status(status).reply(&main),
        })
    }
    fn form(&self, frame: &Frame<'_>, status: &str, random: &[u8; 32]) -> Markup {
        let (errors, closed) = (if let Problem::Fields(errors) = self.problem { errors } else { &[] }, status == "closed");
        let field = Field::lines("body", "Your reply").value(self.reply).rows(6);
        let to = format!("{}/comments", address(self.id.as_str()));
        html! {
            @if let Problem::Whole(_, why) = self.problem { (form::refusal(why)) }
            (form::summary(errors, &[field]))
            (card(if closed { "Reply and reopen" } else { "Reply" }, if closed { "This ticket is closed. A reply opens it again." } else { "" }, &html! {}, &html! {
                (Form::new(&to, frame.csrf(), if closed { "Reply and reopen" } else { "Reply" }).guard_changes().render(&html! {
                    (form::hidden(forms::SUBMIT, &forms::fresh_id(random)))
                    (field.render(errors))
                }))
            }))
            @if !closed {
                (card("Solved", "Close the ticket if nothing more needs to be done. A reply opens it again.", &html! {},
                    &form::button(&format!("{}/close", address(self.id.as_str())), frame.csrf(), "Close ticket")))
            }
        }
    }
}
