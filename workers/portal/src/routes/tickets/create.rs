//! `POST /tickets`: a new ticket of the customer's own. The same form sent twice makes one.

use crate::{
    full,
    routes::tickets::{
        LIST, address,
        create_page::{NewTicket, Problem},
    },
};
use domain::{
    actions,
    tickets::{Author, BODY, Priority, SUBJECT, Status, Ticket},
};
use kernel::{
    Command, Committed, Reply, Request, Result, Route, Write,
    error::{Code, Error},
    flash::Tone,
    host::Surface,
    limit::{Exact, Limit},
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::{Frame, portal};
use store::{forms, tickets};

/// By account.
const NEW_TICKETS: Exact = Exact { name: "portal_tickets", limit: 20, window_seconds: 3_600 };
/// What a customer may say of its urgency.
const PRIORITIES: &[(&str, Priority)] = &[("low", Priority::Low), ("normal", Priority::Normal), ("high", Priority::High)];

/// Opens a ticket.
pub struct TicketCreate;
impl Command for TicketCreate {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: LIST,
        surfaces: &[Surface::Portal],
        auth: Auth::Customer,
        scope: Scope::None,
        limit: Limit::AccountExact(NEW_TICKETS),
        audit: Audit::Records(&[actions::TICKET_CREATED]),
        payload: Payload::Form(256 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Opens a ticket for the signed-in customer",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let me = portal::customer(&cx)?;
        let input = req.input()?;
        let once = forms::taken_id(&input, req, cx.principal());
        let subject = input.text("subject", SUBJECT).trim().to_owned();
        let body = input.text("body", BODY).replace("\r\n", "\n");
        let priority = input.choice("priority", PRIORITIES).unwrap_or(Priority::Normal);
        let sent = ["subject", "body", "priority"].map(|name| input.sent(name).to_owned());
        let again = |problem: Problem<'_>| {
            let [subject, body, priority] = &sent;
            NewTicket { subject, body, priority, problem }.reply(&Frame::of(&cx, req), &cx.random())
        };
        if let Err(refused) = input.finish() {
            let Error::Problem(why) = &refused else { return Err(refused) };
            return Ok(cx.unchanged(again(Problem::Fields(&why.fields))));
        }
        let now = cx.now();
        let ticket = Ticket {
            id: cx.id(),
            subject,
            body,
            status: Status::Open.as_str(),
            priority: priority.as_str(),
            customer_id: Some(me.id.clone()),
            assignee_id: None,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        let id = ticket.id.to_string();
        let change = tickets::create_by(cx.mutation(&id)?, &me.org, &ticket, Author::person(cx.principal()))?;
        let reply = Reply::see_other(&address(&id)).flash(Tone::Done, "Your ticket was sent. You get an e-mail when there is a reply.");
        match once.commit(&cx, change, reply).await {
            // What was written is not lost to a limit.
            Err(e) if e.code() == Code::RateLimited => {
                let wait = full::wait(&cx, NEW_TICKETS).await?;
                let why = format!(
                    "You have opened 20 tickets within an hour, which is the most. What you wrote is still here: send it {}, or as a reply on one of your tickets.",
                    full::minutes(wait)
                );
                Ok(cx.unchanged(again(Problem::Whole(429, &why)).with("retry-after", wait.as_seconds_up().max(1).to_string())))
            }
            other => other,
        }
    }
}
