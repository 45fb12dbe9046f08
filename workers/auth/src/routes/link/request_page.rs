//! `GET /sign-in/link`: the form that asks for a link to sign in without a password.

use crate::{door::Door, enter, fields, next};
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
pub struct LinkRequestPage;
impl Query for LinkRequestPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/sign-in/link",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "The form that asks for a sign-in link",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        Door::of(cx.site())?;
        let next = req.query("next").and_then(next::checked).unwrap_or_default();
        Ok(page(&Frame::of(&cx, req), "", next, &[]))
    }
}

/// The page with the form, shown first and after a refusal.
pub(super) fn page(frame: &Frame<'_>, email: &str, next: &str, errors: &[FieldError]) -> Reply {
    let fields = [Field::email(fields::EMAIL, "E-mail address").autocomplete("username").value(email)];
    let main = html! {
        section class="narrow" {
            (form::summary(errors, &fields))
            h1 { "Sign in by e-mail" }
            div class="card" {
                p class="quiet" { "We e-mail you a link that signs you in without a password. It works once, for ten minutes, in this browser." }
                (Form::new("/sign-in/link", frame.csrf(), "Send the link").render(&html! {
                    @for field in &fields { (field.render(errors)) }
                    @if !next.is_empty() { (form::hidden("next", next)) }
                }))
            }
            p class="quiet" { a href=(enter::led("/sign-in", next)) { "Sign in with your password" } }
        }
    };
    let page = frame.bare("Sign in by e-mail");
    if errors.is_empty() { page.reply(&main) } else { page.again(&main) }
}
