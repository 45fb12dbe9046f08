//! `GET /account/password`: the form for another password.

use crate::{door::Door, fields, look};
use html::{
    form::{self, Field, Form},
    page,
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
use shell::{AccountPlace, Context, Frame};

/// Shows the form.
pub struct PasswordPage;
impl Query for PasswordPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/account/password",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Person,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "The form for another password",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        Door::of(cx.site())?;
        Ok(page(&cx, &Frame::of(&cx, req), &[]))
    }
}

/// The page with the form, shown first and after a refusal.
pub(super) fn page<'a>(cx: &impl Context<'a>, frame: &Frame<'_>, errors: &[FieldError]) -> Reply {
    let fields = [Field::password("current", "Current password", "current-password"), fields::new_password_field()];
    let main = html! {
        (page::head("Change your password", "", &html! {}))
        (form::summary(errors, &fields))
        (page::card("", "", &html! {}, &html! {
            p class="quiet" { "Every other session of your account ends." }
            (Form::new("/account/password", frame.csrf(), "Change password").cancel("/account/security").render(&html! {
                @for field in &fields { (field.render(errors)) }
            }))
            p class="quiet" { a href="/reset" { "Forgot your password?" } }
        }))
    };
    let page = look::account(cx, frame, AccountPlace::Security, "Change your password");
    if errors.is_empty() { page.reply(&main) } else { page.again(&main) }
}
