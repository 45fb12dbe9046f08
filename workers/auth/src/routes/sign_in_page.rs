//! `GET /sign-in`: the form, in the look of its surface, with the other ways in.

use crate::{door::Door, enter, fields, next};
use html::{
    form::{self, Field, Form},
    part,
};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    dispatch::SIGN_IN,
    host::Surface,
    input::FieldError,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::Frame;

/// Shows the sign-in form.
pub struct SignInPage;
impl Query for SignInPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: SIGN_IN,
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "The sign-in form",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let door = Door::of(cx.site())?;
        let next = req.query("next").and_then(next::checked).unwrap_or_default();
        let first_run = match door {
            Door::Operator => crate::routes::set_up::page::is_open(&cx).await?,
            Door::Staff | Door::Customer(_) => false,
        };
        Ok(SignInForm { door, email: "", next, problem: Problem::None, first_run }.reply(&Frame::of(&cx, req)))
    }
}

/// What was wrong with what was sent.
#[derive(Clone, Copy)]
pub(super) enum Problem<'a> {
    /// Nothing: it is shown for the first time.
    None,
    /// These fields.
    Fields(&'a [FieldError]),
    /// The account and the password don't go together. Which of the two is wrong is not said.
    Credentials,
}

/// The page with the form, shown first and after a refusal.
pub(super) struct SignInForm<'a> {
    pub door: Door<'a>,
    pub email: &'a str,
    pub next: &'a str,
    pub problem: Problem<'a>,
    /// Whether there is no operator yet.
    pub first_run: bool,
}

impl SignInForm<'_> {
    pub fn reply(&self, frame: &Frame<'_>) -> Reply {
        let title = match self.door {
            Door::Staff => "Sign in".to_owned(),
            Door::Operator => "Sign in to the console".to_owned(),
            Door::Customer(tenant) => format!("Sign in to {}", tenant.name),
        };
        let fields = [
            Field::email(fields::EMAIL, "E-mail address").autocomplete("username").value(self.email),
            Field::password(fields::PASSWORD, "Password", "current-password"),
        ];
        let errors = match self.problem {
            Problem::Fields(errors) => errors,
            Problem::None | Problem::Credentials => &[],
        };
        let main = html! {
            section class="narrow" {
                @if matches!(self.problem, Problem::Credentials) {
                    (form::refusal("The e-mail address and password don't match. Check both and try again."))
                }
                (form::summary(errors, &fields))
                h1 { (title) }
                @if self.first_run {
                    (part::callout(part::Tone::Plain, "There is no operator yet", &html! {
                        "This deployment is new. " a href="/setup" { "Set up this deployment" } " to make the first one."
                    }))
                }
                div class="card" {
                    (Form::new(SIGN_IN, frame.csrf(), "Sign in").render(&html! {
                        @for field in &fields { (field.render(errors)) }
                        @if !self.next.is_empty() { (form::hidden("next", self.next)) }
                    }))
                }
                p class="quiet" {
                    a href="/reset" { "Forgot your password?" }
                    " · "
                    a href=(enter::led("/sign-in/link", self.next)) { "Sign in by e-mail" }
                }
                @if self.door.self_sign_up() { p class="quiet" { "No account yet? " a href=(enter::led("/sign-up", self.next)) { "Create one" } } }
                @if let Door::Customer(tenant) = self.door {
                    @if !tenant.self_sign_up { p class="quiet" { "Accounts here are by invitation from " (tenant.name) "." } }
                }
                @if let Door::Operator = self.door { p class="quiet" { "After the password, the console asks for a code from your authenticator app." } }
            }
        };
        let page = frame.bare(&title);
        if matches!(self.problem, Problem::None) { page.reply(&main) } else { page.again(&main) }
    }
}
