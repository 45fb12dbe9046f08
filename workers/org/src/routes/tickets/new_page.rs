//! `GET /o/{org}/tickets/new`: the form for a new ticket.

use super::{
    filters::NOBODY,
    form::priorities,
    people::{self, People},
};
use html::{
    form::{self, Field, Form},
    page::head,
};
use kernel::{
    CustomerId, Query, Read, Reply, Request, Result, Route,
    host::Surface,
    input::FieldError,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::{Markup, html};
use shell::{Frame, OrgPlace, Place};
use store::forms;

kernel::sql! {
    Read Org ADDRESS(2) -> ["email"] = "SELECT email FROM customers WHERE org_id = ?1 AND id = ?2";
}

/// Shows the form.
pub struct NewPage;
impl Query for NewPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}/tickets/new",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Work),
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
        let org = cx.org()?;
        let input = req.query_input();
        let customer = input.opt_id::<CustomerId>("customer");
        input.finish()?;
        let mut stmts = vec![people::stmt(org)];
        stmts.extend(customer.map(|id| ADDRESS.bind([org.into(), (&id).into()])));
        let mut sets = cx.read(stmts).await?.into_iter();
        let people = people::of(&sets.next().unwrap_or_default())?;
        let mut form = NewForm { priority: "normal".into(), assignee: NOBODY.into(), ..NewForm::default() };
        if let Some(row) = sets.next().unwrap_or_default().first() {
            row.text(0)?.clone_into(&mut form.customer);
        }
        let frame = Frame::of(&cx, req);
        let main = form.render(req.param("org")?, frame.csrf(), &forms::fresh_id(&cx.random()), &people, &[]);
        Ok(page(&frame, req.param("org")?).reply(&main))
    }
}

/// The page around the form.
pub(super) fn page<'f>(frame: &'f Frame<'f>, slug: &'f str) -> shell::Page<'f> {
    frame.app(Place::Org(slug, OrgPlace::Tickets), "New ticket").crumb("Tickets", format!("/o/{slug}/tickets"))
}

/// What was typed.
#[derive(Debug, Default)]
pub(super) struct NewForm {
    /// The subject.
    pub subject: String,
    /// The body.
    pub body: String,
    /// The priority's word.
    pub priority: String,
    /// The customer's address; may be empty.
    pub customer: String,
    /// A member's id, or nobody.
    pub assignee: String,
}
impl NewForm {
    /// The form, with what was wrong with it.
    pub(super) fn render(&self, slug: &str, csrf: &str, submit: &str, people: &People, errors: &[FieldError]) -> Markup {
        let (priorities, assignees, here) = (priorities(), people.picks(NOBODY, None), format!("/o/{slug}/tickets"));
        let fields = [
            Field::text("subject", "Subject").value(&self.subject).max(200),
            Field::lines("body", "Description").value(&self.body).rows(10).max(20_000),
            Field::select("priority", "Priority", &priorities).value(&self.priority),
            Field::new(form::Kind::Email, "customer", "Customer's e-mail")
                .value(&self.customer)
                .hint("The customer sees the ticket in the portal. Leave this empty for a ticket within your team.")
                .autocomplete("off")
                .max(254)
                .optional(),
            Field::select("assignee", "Assigned to", &assignees).value(&self.assignee),
        ];
        html! {
            (form::summary(errors, &fields))
            (head("New ticket", "", &html! {}))
            section class="narrow" {
                (Form::new(&here, csrf, "Create ticket").cancel(&here).guard_changes().render(&html! {
                    (form::hidden(forms::SUBMIT, submit))
                    @for field in &fields { (field.render(errors)) }
                }))
            }
        }
    }
}
