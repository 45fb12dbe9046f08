//! `GET /account/email`: the form for another address.

use crate::{door::Door, fields, look};
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

/// Shows the form.
pub struct EmailPage;
impl Query for EmailPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/account/email",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Person,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "The form for another address",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        Door::of(cx.site())?;
        Ok(page(&cx, &Frame::of(&cx, req), "", &[]))
    }
}

/// The page with the form, shown first and after a refusal.
pub(super) fn page<'a>(cx: &impl Context<'a>, frame: &Frame<'_>, email: &str, errors: &[FieldError]) -> Reply {
    let fields = [Field::email(fields::EMAIL, "New e-mail address").value(email)];
    let main = html! {
        (page::head("Change your e-mail address", "", &html! {}))
        (form::summary(errors, &fields))
        (page::card("", "", &html! {}, &html! {
            p { "Your address is " strong { (part::name(cx.principal().email())) } ". We send a link to the new address. The change takes effect once you open it in this browser and confirm." }
            p class="quiet" { "Your old address is notified too, and can undo the change for 72 hours." }
            (Form::new("/account/email", frame.csrf(), "Send the link").cancel("/account").render(&html! { @for field in &fields { (field.render(errors)) } }))
        }))
    };
    let page = look::account(cx, frame, AccountPlace::Profile, "Change your e-mail address");
    if errors.is_empty() { page.reply(&main) } else { page.again(&main) }
}
