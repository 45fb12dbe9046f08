//! `GET /setup`: the form that makes the first operator. Gone once there is one.

use crate::{fields, links};
use html::form::{self, Field, Form};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    error::Code,
    host::Surface,
    input::FieldError,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::Frame;

kernel::sql! {
    Read Global("operators belong to no organization") OPERATORS(0) -> ["any"] = "SELECT EXISTS(SELECT 1 FROM operators WHERE user_id > '') AS \"any\"";
}

/// Whether there is no operator yet.
///
/// # Errors
/// What the database refused.
pub async fn is_open<'a>(cx: &impl links::Looks<'a>) -> Result<bool> {
    Ok(cx.look(OPERATORS.bind([])).await?.map(|row| row.int(0)).transpose()? == Some(0))
}

/// Shows the form.
pub struct SetUpPage;
impl Query for SetUpPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/setup",
        surfaces: &[Surface::Platform],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "The form that makes the first operator",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        if !is_open(&cx).await? {
            return Err(Code::NotFound.into());
        }
        Ok(page(&Frame::of(&cx, req), "", "", &[]))
    }
}

/// The page with the form, shown first and after a refusal.
pub(super) fn page(frame: &Frame<'_>, name: &str, email: &str, errors: &[FieldError]) -> Reply {
    let fields = [
        Field::password("setup_token", "Setup token", "off")
            .hint("The PLATFORM_BOOTSTRAP_TOKEN secret of this deployment. It proves that you deployed it."),
        Field::text("name", "Your name").autocomplete("name").value(name).max(100),
        Field::email(fields::EMAIL, "E-mail address").autocomplete("username").value(email),
        fields::password_field(),
    ];
    let main = html! {
        section class="narrow" {
            (form::summary(errors, &fields))
            h1 { "Set up this deployment" }
            div class="card" {
                p class="quiet" {
                    "This makes the first operator, with the admin role. The next step sets up your authenticator app; the console opens after that, and this form is gone. \
                     If the address has an account here already, write its password."
                }
                (Form::new("/setup", frame.csrf(), "Continue").render(&html! { @for field in &fields { (field.render(errors)) } }))
            }
        }
    };
    let page = frame.bare("Set up this deployment");
    if errors.is_empty() { page.reply(&main) } else { page.again(&main) }
}
