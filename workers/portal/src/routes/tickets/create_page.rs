//! `GET /tickets/new`: the form for a new ticket.

use crate::routes::tickets::{LIST, NEW};
use html::{
    form::{self, Field, Form, Pick},
    page::head,
};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    input::FieldError,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::{Frame, portal::PortalPlace};
use store::forms;

/// Shows the form for a new ticket.
pub struct TicketNewPage;
impl Query for TicketNewPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: NEW,
        surfaces: &[Surface::Portal],
        auth: Auth::Customer,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "The form for a new ticket",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        Ok(NewTicket { subject: "", body: "", priority: "normal", problem: Problem::None }.reply(&Frame::of(&cx, req), &cx.random()))
    }
}

/// How urgent it may be, as the customer says it. Urgent is the team's word.
const PRIORITIES: [Pick<'_>; 3] = [
    Pick::new("low", "Low").hint("A question, or something that can wait."),
    Pick::new("normal", "Normal").hint("Something does not work as it should."),
    Pick::new("high", "High").hint("You can't go on without it."),
];

/// What was wrong with what was sent.
#[derive(Clone, Copy)]
pub(super) enum Problem<'a> {
    /// Nothing: it is shown for the first time.
    None,
    /// These fields.
    Fields(&'a [FieldError]),
    /// The form as a whole: the status, and what to do.
    Whole(u16, &'a str),
}

/// The page with the form, shown first and after a refusal, with what was typed.
pub(super) struct NewTicket<'a> {
    pub subject: &'a str,
    pub body: &'a str,
    pub priority: &'a str,
    pub problem: Problem<'a>,
}
impl NewTicket<'_> {
    pub fn reply(&self, frame: &Frame<'_>, random: &[u8; 32]) -> Reply {
        let fields = [
            Field::text("subject", "Subject").hint("In a few words, so that you find it again.").value(self.subject).max(200),
            Field::lines("body", "Description").hint("What you did, what happened, and what you expected.").value(self.body).rows(10),
            Field::radio("priority", "Urgency", &PRIORITIES).value(self.priority),
        ];
        let errors = if let Problem::Fields(errors) = self.problem { errors } else { &[] };
        let main = html! {
            (head("New ticket", "You get an e-mail when there is a reply, and find it here too.", &html! {}))
            @if let Problem::Whole(_, why) = self.problem { (form::refusal(why)) }
            (form::summary(errors, &fields))
            div class="card" {
                (Form::new(LIST, frame.csrf(), "Send").cancel(LIST).guard_changes().render(&html! {
                    (form::hidden(forms::SUBMIT, &forms::fresh_id(random)))
                    @for field in &fields { (field.render(errors)) }
                }))
            }
        };
        let page = frame.portal(PortalPlace::Ticket, "New ticket").crumb("My tickets", LIST);
        match self.problem {
            Problem::None => page.reply(&main),
            Problem::Fields(_) => page.again(&main),
            Problem::Whole(status, _) => page.status(status).reply(&main),
        }
    }
}
