//! `POST /tickets/{id}/comments`: the customer replies on a ticket of their own. One that waited for them, or was closed, is open
//! again.

use crate::{
    full,
    routes::tickets::{
        address, own,
        page::{Problem, Shown, statements},
    },
};
use domain::{
    actions,
    tickets::{Author, BODY, Change, Comment, Status},
};
use kernel::{
    Command, Committed, Id, Reply, Request, Result, Route, TicketId, Write,
    error::{Code, Error},
    flash::Tone,
    host::Surface,
    limit::{Exact, Limit},
    principal::{Customer, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::{Frame, portal};
use store::{
    forms::{self, Once},
    tickets,
};

/// By account.
const COMMENTS: Exact = Exact { name: "portal_comments", limit: 60, window_seconds: 3_600 };
/// How often a change by somebody else in the same moment is looked at anew.
const TRIES: usize = 3;

kernel::sql! {
    /// Only while it is the customer's own.
    Write Org TOUCH(4) -> [] = "UPDATE tickets SET updated_at = ?4 WHERE org_id = ?1 AND id = ?2 AND customer_id = ?3";
}

/// Replies on a ticket.
pub struct TicketComment;
impl Command for TicketComment {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/tickets/{id}/comments",
        surfaces: &[Surface::Portal],
        auth: Auth::Customer,
        scope: Scope::None,
        limit: Limit::AccountExact(COMMENTS),
        audit: Audit::Records(&[actions::TICKET_COMMENTED]),
        payload: Payload::Form(256 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Replies on one of the signed-in customer's tickets",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (me, id) = (portal::customer(&cx)?, req.id_param::<TicketId>("id")?);
        let input = req.input()?;
        let once = forms::taken_id(&input, req, cx.principal());
        let body = input.text("body", BODY).replace("\r\n", "\n");
        let sent = input.sent("body").to_owned();
        if let Err(refused) = input.finish() {
            let Error::Problem(why) = &refused else { return Err(refused) };
            return Ok(cx.unchanged(again(&cx, req, me, &id, &sent, Problem::Fields(&why.fields)).await?));
        }
        match add(&cx, me, &id, &body, &once).await {
            // What was written is lost neither to a limit nor to a ticket that keeps changing.
            Err(e) if e.code() == Code::RateLimited => {
                let wait = full::wait(&cx, COMMENTS).await?;
                let when = full::minutes(wait);
                let why =
                    format!("You have replied 60 times within an hour, which is the most. What you wrote is still here: send it {when}.");
                let reply = again(&cx, req, me, &id, &sent, Problem::Whole(429, &why)).await?;
                Ok(cx.unchanged(reply.with("retry-after", wait.as_seconds_up().max(1).to_string())))
            }
            Err(e) if e.code() == Code::VersionConflict => {
                let why = "The ticket was changed while you sent this. What you wrote is still here: send it again.";
                Ok(cx.unchanged(again(&cx, req, me, &id, &sent, Problem::Whole(409, why)).await?))
            }
            other => other,
        }
    }
}

async fn add(cx: &Write<'_>, me: &Customer, id: &TicketId, body: &str, once: &Once) -> Result<Committed> {
    let mut tries = 0;
    loop {
        tries += 1;
        let (ticket, now) = (own(cx, me, id).await?, cx.now());
        let author = Author::of(cx.principal());
        let comment = Comment { id: cx.id(), ticket_id: id.clone(), author, body: body.to_owned(), internal: false, created_at: now };
        let change = cx.mutation(id.as_str())?;
        let (change, said) = match ticket.changed(Change { status: Some(Status::Open), ..Change::default() }, now) {
            Some(open) => {
                let said = if ticket.status == Status::Closed.as_str() {
                    "Your reply was sent, and the ticket is open again."
                } else {
                    "Your reply was sent."
                };
                (tickets::update(change, &me.org, &ticket, &open, Author::person(cx.principal()))?, said)
            }
            None => (change.then_one(TOUCH.bind([(&me.org).into(), id.into(), (&me.id).into(), now.into()])), "Your reply was sent."),
        };
        let reply = Reply::see_other(&address(id.as_str())).flash(Tone::Done, said);
        match once.commit(cx, tickets::comment(change, &me.org, &comment)?, reply).await {
            Err(e) if e.code() == Code::VersionConflict && tries < TRIES => {}
            other => return other,
        }
    }
}

async fn again(cx: &Write<'_>, req: &Request, me: &Customer, id: &TicketId, sent: &str, problem: Problem<'_>) -> Result<Reply> {
    let shown = Shown::again(me, id, sent, problem);
    let rows = cx.read(statements(me, id, "~", shown.limit())).await?;
    // The way to earlier replies is on the page itself.
    shown.reply(&Frame::of(cx, req), rows, &cx.random(), None)
}
