//! `GET /sign-in`: the form, in the look of its surface.

use crate::{door::Door, next};
use html::form::{self, Field, Form};
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
        let form = SignInForm { door, by_password: door.opens_by_password(cx.app()), email: "", next, problem: Problem::None };
        Ok(form.reply(&Frame::of(&cx, req)))
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
    pub by_password: bool,
    pub email: &'a str,
    pub next: &'a str,
    pub problem: Problem<'a>,
}

impl SignInForm<'_> {
    pub fn reply(&self, frame: &Frame<'_>) -> Reply {
        let title = match self.door {
            Door::Staff => "Sign in".to_owned(),
            Door::Operator => "Sign in to the console".to_owned(),
            Door::Customer(tenant) => format!("Sign in to {}", tenant.name),
        };
        let fields = [
            Field::email("email", "E-mail address").autocomplete("username").value(self.email),
            Field::password("password", "Password", "current-password"),
        ];
        let errors = match self.problem {
            Problem::Fields(errors) => errors,
            Problem::None | Problem::Credentials => &[],
        };
        let main = html! {
            section class="narrow" {
                @if matches!(self.problem, Problem::Credentials) {
                    (form::refusal("The e-mail address and the password don't go together. Check both and try again."))
                }
                (form::summary(errors, &fields))
                h1 { (title) }
                @if self.by_password {
                    div class="card" {
                        (Form::new(SIGN_IN, frame.csrf(), "Sign in").render(&html! {
                            @for field in &fields { (field.render(errors)) }
                            @if !self.next.is_empty() { (form::hidden("next", self.next)) }
                        }))
                    }
                    @if let Door::Operator = self.door {
                        p class="quiet" { "This is a local copy, where a password is enough. A deployed console asks for a second factor." }
                    }
                } @else {
                    p class="notice" {
                        "Operators can't sign in to this deployment yet: the console asks for a second factor, and there is no way to enroll one \
                         before multi-factor authentication is available. There is no way round it."
                    }
                }
            }
        };
        let page = frame.bare(&title);
        if matches!(self.problem, Problem::None) { page.reply(&main) } else { page.again(&main) }
    }
}
