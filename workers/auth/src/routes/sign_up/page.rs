//! `GET /sign-up`: the form for a new account; at a portal only where people may make themselves one.

use crate::{door::Door, enter, fields, links, next};
use html::{
    form::{self, Field, Form},
    part,
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
use shell::Frame;

/// Shows the form.
pub struct SignUpPage;
impl Query for SignUpPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/sign-up",
        surfaces: &[Surface::App, Surface::Portal],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "The form for a new account",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let door = Door::of(cx.site())?;
        let frame = Frame::of(&cx, req);
        if !door.self_sign_up() {
            return Ok(by_invitation(&frame, door));
        }
        let next = req.query("next").and_then(next::checked).unwrap_or_default();
        Ok(page(&frame, door, "", "", next, &[]))
    }
}

/// The page of a portal that takes nobody in by themselves.
pub(super) fn by_invitation(frame: &Frame<'_>, door: Door<'_>) -> Reply {
    let text = html! { "Accounts here are by invitation. Ask " (part::name(door.name())) " for one; the link in the e-mail lets you choose a password." };
    links::dead(frame, 403, "Accounts are by invitation", &text, "/sign-in", "Sign in")
}

/// The page with the form, shown first and after a refusal.
pub(super) fn page(frame: &Frame<'_>, door: Door<'_>, name: &str, email: &str, next: &str, errors: &[FieldError]) -> Reply {
    let fields = [
        Field::text("name", "Your name").autocomplete("name").value(name).max(100),
        Field::email(fields::EMAIL, "E-mail address").autocomplete("username").value(email),
        fields::password_field(),
    ];
    let title = format!("Create your {} account", door.name());
    let main = html! {
        section class="narrow" {
            (form::summary(errors, &fields))
            h1 { (title) }
            div class="card" {
                (Form::new("/sign-up", frame.csrf(), "Create account").render(&html! {
                    @for field in &fields { (field.render(errors)) }
                    @if !next.is_empty() { (form::hidden("next", next)) }
                }))
            }
            p class="quiet" { "Have an account already? " a href=(enter::led("/sign-in", next)) { "Sign in" } }
        }
    };
    let page = frame.bare(&title);
    if errors.is_empty() { page.reply(&main) } else { page.again(&main) }
}
