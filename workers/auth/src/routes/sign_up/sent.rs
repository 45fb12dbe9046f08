//! `GET /sign-up/sent`: what is said after an account was asked for, to everybody the same, with the form that sends it again.

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

/// Says that a mail was sent.
pub struct SignUpSent;
impl Query for SignUpSent {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/sign-up/sent",
        surfaces: &[Surface::App, Surface::Portal],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "What is said after an account was asked for",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let door = Door::of(cx.site())?;
        Ok(page(&Frame::of(&cx, req), door, "", &[]))
    }
}

/// The page, shown first and when the address of the form below was none.
pub(super) fn page(frame: &Frame<'_>, door: Door<'_>, email: &str, errors: &[FieldError]) -> Reply {
    let fields = [Field::email(fields::EMAIL, "E-mail address").autocomplete("username").value(email)];
    let main = html! {
        section class="narrow" {
            (form::summary(errors, &fields))
            h1 { "Check your e-mail" }
            div class="card" {
                p { "An e-mail is on its way to the address that you gave. Open its link within 24 hours to confirm the address; then your account is ready." }
                p class="quiet" { "The e-mail comes from " (door.name()) " and may take a minute. If you don't see it, check your spam folder." }
            }
            div class="card" {
                h2 { "Didn't get it?" }
                (Form::new("/sign-up/resend", frame.csrf(), "Send it again").render(&html! { @for field in &fields { (field.render(errors)) } }))
                p class="quiet" { "Was the address wrong? " a href="/sign-up" { "Sign up again" } }
            }
            p { a href=(kernel::dispatch::SIGN_IN) { "Back to sign-in" } }
        }
    };
    let page = frame.bare("Check your e-mail");
    if errors.is_empty() { page.reply(&main) } else { page.again(&main) }
}
