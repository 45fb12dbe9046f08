//! `GET /operators/new`: the form that makes somebody an operator.

use super::operators::means;
use html::{
    form::{self, Field, Form, Pick},
    page::head,
};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    input::FieldError,
    limit::Limit,
    principal::{Duty, OperatorRole, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::{ConsolePlace, Frame};

/// Shows the form for a new operator.
pub struct OperatorAddPage;
impl Query for OperatorAddPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/operators/new",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Administer),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "The form for a new operator",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        Ok(page(&Frame::of(&cx, req), "", "", &[]))
    }
}

/// What each role is, to choose from.
pub(super) fn picks() -> Vec<Pick<'static>> {
    OperatorRole::ALL.into_iter().map(|role| Pick::new(role.as_str(), role.as_str()).hint(means(role))).collect()
}

/// The form, shown first and after a refusal.
pub(super) fn page(frame: &Frame<'_>, email: &str, role: &str, errors: &[FieldError]) -> Reply {
    let picks = picks();
    let fields = [
        Field::email("email", "E-mail address").hint("Of a staff account whose address is verified.").value(email).autocomplete("off"),
        Field::radio("role", "Role", &picks).value(role),
    ];
    let main = html! {
        section class="narrow" {
            (form::summary(errors, &fields))
            (head("Add operator", "They sign in here with their password and an authenticator app, which they set up first.", &html! {}))
            div class="card" {
                (Form::new("/operators", frame.csrf(), "Add operator").cancel("/operators").render(&html! { @for field in &fields { (field.render(errors)) } }))
            }
        }
    };
    let page = frame.platform(ConsolePlace::Operators, "Add operator").crumb("Operators", "/operators");
    if errors.is_empty() { page.reply(&main) } else { page.again(&main) }
}
