//! `GET /reset`: the form of whoever forgot their password.

use crate::{door::Door, fields};
use html::form::{self, Field, Form};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    input::FieldError,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::Frame;

/// Shows the form.
pub struct ResetRequestPage;
impl Query for ResetRequestPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/reset",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "The form of whoever forgot their password",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        Door::of(cx.site())?;
        Ok(page(&Frame::of(&cx, req), "", &[]))
    }
}

/// The page with the form, shown first and after a refusal.
pub(super) fn page(frame: &Frame<'_>, email: &str, errors: &[FieldError]) -> Reply {
    let fields = [Field::email(fields::EMAIL, "E-mail address").autocomplete("username").value(email)];
    let main = html! {
        section class="narrow" {
            (form::summary(errors, &fields))
            h1 { "Set a new password" }
            div class="card" {
                p class="quiet" { "We e-mail you a link that lets you choose a new password. Until then, the old one stays as it is." }
                (Form::new("/reset", frame.csrf(), "Send the link").render(&html! { @for field in &fields { (field.render(errors)) } }))
            }
            p class="quiet" { a href="/sign-in" { "Back to sign-in" } }
        }
    };
    let page = frame.bare("Set a new password");
    if errors.is_empty() { page.reply(&main) } else { page.again(&main) }
}
