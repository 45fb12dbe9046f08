//! `POST /o/{org}/tickets`: a new ticket.

use super::{
    filters::NOBODY,
    new_page::{self, NewForm},
    people::{self, People},
};
use crate::refused::fields;
use domain::{
    actions,
    tickets::{Author, BODY, Priority, SUBJECT, Status},
};
use kernel::{
    Command, Committed, CustomerId, Reply, Request, Result, Route, UserId, Write,
    error::Code,
    flash::Tone,
    host::Surface,
    id::Id,
    input::{FieldError, Text},
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::Frame;
use store::{
    forms,
    tickets::{self, Ticket},
};

/// Creates a ticket.
pub struct TicketCreate;
impl Command for TicketCreate {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/o/{org}/tickets",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Work),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::TICKET_CREATED]),
        payload: Payload::Form(256 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Creates a ticket",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (org, slug) = (cx.org()?, req.param("org")?);
        let input = req.input()?;
        let (subject, body) = (input.text("subject", SUBJECT), input.text("body", BODY));
        let priority = input.opt_choice("priority", Priority::WORDS).unwrap_or(Priority::Normal);
        let email = input.opt_text("customer", Text::line(0, 254)).unwrap_or_default();
        let assignee = input.opt_text("assignee", Text::line(0, 64)).unwrap_or_else(|| NOBODY.to_owned());
        let once = forms::taken_id(&input, req, cx.principal());
        let mut sets = cx.read(vec![people::stmt(org), people::customer_at(org, &email)]).await?.into_iter();
        let people = people::of(&sets.next().unwrap_or_default())?;
        let customer_id = sets.next().unwrap_or_default().first().map(|row| CustomerId::stored(row.text(0)?)).transpose()?;
        if customer_id.is_none() && !email.trim().is_empty() {
            input.wrong(
                "customer",
                "unknown_reference",
                "No customer has this address.",
                "Check it, or invite them under Customers first.",
            );
        }
        let assignee_id = UserId::parse(&assignee).filter(|id| people.name(id.as_str()).is_some());
        if assignee_id.is_none() && assignee != NOBODY {
            input.wrong("assignee", "unknown_reference", "No member who can work on tickets has this id.", "Choose one from the list.");
        }
        let wrong = fields(input.finish())?;
        if !wrong.is_empty() {
            return Ok(cx.unchanged(again(&cx, req, &people, &wrong)?));
        }
        let now = cx.now();
        let ticket = Ticket {
            id: cx.id(),
            subject,
            body,
            status: Status::Open.as_str(),
            priority: priority.as_str(),
            customer_id,
            assignee_id,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        let to = Reply::see_other(&format!("/o/{slug}/tickets/{}", ticket.id)).flash(Tone::Done, "Ticket created.");
        let change = tickets::create_by(cx.mutation(ticket.id.as_str())?, org, &ticket, Author::person(cx.principal()))?;
        match once.commit(&cx, change, to).await {
            // Whom it names was there a moment ago.
            Err(e) if e.code() == Code::NotFound => {
                let wrong = tickets::not_there(&cx, org, &ticket).await?;
                if wrong.is_empty() { Err(e) } else { Ok(cx.unchanged(again(&cx, req, &people, &named(wrong))?)) }
            }
            done => done,
        }
    }
}

/// The fields of this form for what the API calls otherwise.
fn named(wrong: Vec<FieldError>) -> Vec<FieldError> {
    let fix = |e: FieldError| FieldError { pointer: e.pointer.replace("_id", ""), fix: "Choose another, or leave it out.".into(), ..e };
    wrong.into_iter().map(fix).collect()
}

/// The form again, as it was sent.
fn again(cx: &Write<'_>, req: &Request, people: &People, errors: &[FieldError]) -> Result<Reply> {
    let slug = req.param("org")?;
    let sent = req.input()?;
    let or = |text: &str, default: &str| if text.is_empty() { default } else { text }.to_owned();
    let form = NewForm {
        subject: sent.sent("subject").to_owned(),
        body: sent.sent("body").to_owned(),
        priority: or(sent.sent("priority"), "normal"),
        customer: sent.sent("customer").to_owned(),
        assignee: or(sent.sent("assignee"), NOBODY),
    };
    let frame = Frame::of(cx, req);
    let main = form.render(slug, frame.csrf(), &forms::fresh_id(&cx.random()), people, errors);
    Ok(new_page::page(&frame, slug).again(&main))
}
