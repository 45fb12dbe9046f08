//! `GET /confirm`: whoever is signed in proves again who they are, before something sensitive.

use crate::{door::Door, fields, next};
use html::form::{self, Field, Form, Kind};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    dispatch::CONFIRM,
    host::Surface,
    input::FieldError,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::Frame;
use store::factors;

/// Asks for the proof.
pub struct ConfirmPage;
impl Query for ConfirmPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: CONFIRM,
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Person,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Asks for a proof of who one is",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        Door::of(cx.site())?;
        let next = req.query("next").and_then(next::checked).unwrap_or_default();
        let by_app = cx.first(factors::find(cx.principal().id())).await?.is_some();
        Ok(page(&Frame::of(&cx, req), by_app, next, &[]))
    }
}

/// The page with the form, shown first and after a refusal.
pub(super) fn page(frame: &Frame<'_>, by_app: bool, next: &str, errors: &[FieldError]) -> Reply {
    let field = if by_app {
        Field::new(Kind::OneTimeCode, "code", "Code").hint("The six digits that your authenticator app shows.").focus()
    } else {
        Field::password(fields::PASSWORD, "Password", "current-password").focus()
    };
    let fields = [field];
    let main = html! {
        section class="narrow" {
            (form::summary(errors, &fields))
            h1 { "Confirm that it is you" }
            div class="card" {
                p class="quiet" { "The next step is sensitive. You won't be asked again for ten minutes." }
                (Form::new(CONFIRM, frame.csrf(), "Confirm").cancel("/").render(&html! {
                    @for field in &fields { (field.render(errors)) }
                    @if !next.is_empty() { (form::hidden("next", next)) }
                }))
            }
            @if !by_app { p class="quiet" { a href="/reset" { "Forgot your password?" } } }
        }
    };
    let page = frame.bare("Confirm that it is you");
    if errors.is_empty() { page.reply(&main) } else { page.again(&main) }
}
