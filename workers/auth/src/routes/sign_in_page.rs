//! `GET /sign-in`: the form, in the look of its surface.

use crate::{door::Door, next};
use html::{
    Look, Shell, document,
    form::{self, Field, Form, Kind},
};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    dispatch::SIGN_IN,
    host::Surface,
    input::FieldError,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload},
};
use maud::html;
use store::forms;

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
        summary: "The sign-in form",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let door = Door::of(cx.site())?;
        let shown = forms::show(&cx.app().config.keys, req, cx.principal(), cx.random());
        let next = req.query("next").and_then(next::checked).unwrap_or_default();
        let form =
            SignInForm { door, by_password: door.opens_by_password(cx.app()), csrf: &shown.token, email: "", next, problem: Problem::None };
        let reply = Reply::html(200, form.page());
        Ok(match shown.set_cookie {
            Some(cookie) => reply.with("set-cookie", cookie),
            None => reply,
        })
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
    pub csrf: &'a str,
    pub email: &'a str,
    pub next: &'a str,
    pub problem: Problem<'a>,
}

impl SignInForm<'_> {
    pub fn page(&self) -> String {
        let (look, brand, title) = match self.door {
            Door::Staff => (Look::App, "Portico", "Sign in".to_owned()),
            Door::Operator => (Look::Platform, "Portico", "Sign in to the console".to_owned()),
            Door::Customer(tenant) => (Look::Portal, tenant.name.as_str(), format!("Sign in to {}", tenant.name)),
        };
        let failed = !matches!(self.problem, Problem::None);
        let shell = Shell { look, brand, title: &title, failed, nav: &[], who: None };
        let fields = [
            Field { name: "email", label: "E-mail address", hint: "", kind: Kind::Email, autocomplete: "username", value: self.email },
            Field { name: "password", label: "Password", hint: "", kind: Kind::Password, autocomplete: "current-password", value: "" },
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
                        (Form { action: SIGN_IN, csrf: self.csrf, submit: "Sign in" }.render(&html! {
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
        document(&shell, &main)
    }
}
