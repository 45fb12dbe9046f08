//! `GET /account`: one's name and address.

use crate::{door::Door, look};
use html::{
    form::{self, Field, Form},
    page, part,
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

/// Shows the profile.
pub struct ProfilePage;
impl Query for ProfilePage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/account",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Person,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "One's own name and address",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        Door::of(cx.site())?;
        Ok(page(&cx, &Frame::of(&cx, req), cx.principal().label(), &[]))
    }
}

/// The page with the form, shown first and after a refusal.
pub(super) fn page<'a>(cx: &impl Context<'a>, frame: &Frame<'_>, name: &str, errors: &[FieldError]) -> Reply {
    let fields = [Field::text("name", "Your name").autocomplete("name").value(name).max(100)];
    let email = cx.principal().email();
    let main = html! {
        (page::head("Profile", "Your name as others see it, and the address you sign in with.", &html! {}))
        (form::summary(errors, &fields))
        (page::card("Name", "", &html! {}, &Form::new("/account", frame.csrf(), "Save").guard_changes().render(&html! {
            @for field in &fields { (field.render(errors)) }
        })))
        (page::card("E-mail address", "", &html! { a class="button" href="/account/email" { "Change address" } }, &html! { p { (part::name(email)) } }))
    };
    let page = look::account(cx, frame, AccountPlace::Profile, "Profile");
    if errors.is_empty() { page.reply(&main) } else { page.again(&main) }
}
