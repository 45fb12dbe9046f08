//! `GET /account/security/authenticator`: sets an authenticator app up, or says that there is one. What it offers is kept in the
//! form alone, so that showing it changes nothing.

use crate::{door::Door, enter, look, next, picture};
use html::{
    form::{self, Field, Form, Kind},
    page, part, when,
};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    dispatch::{CONFIRM, ENROLL},
    host::Surface,
    input::FieldError,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::{AccountPlace, Context, Frame};
use store::factors;

/// Shows it.
pub struct AuthenticatorPage;
impl Query for AuthenticatorPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: ENROLL,
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Person,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Sets an authenticator app up",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let door = Door::of(cx.site())?;
        let subject = cx.principal().id();
        let next = req.query("next").and_then(next::checked).unwrap_or_default();
        let frame = Frame::of(&cx, req);
        if let Some(row) = cx.first(factors::find(subject)).await? {
            return Ok(present(&cx, &frame, &factors::Factor::read(&row)?, next));
        }
        let offer = factors::offer(&cx.app().config.keys, subject, cx.random(), cx.random(), cx.now())?;
        Ok(page(&cx, &frame, door, &offer, next, &[]))
    }
}

/// The page of an account that has one. Whoever came here because an organization asks for it lacks only its use in this session.
fn present<'a>(cx: &impl Context<'a>, frame: &Frame<'_>, factor: &factors::Factor, next: &str) -> Reply {
    let used = cx.principal().proof().is_some_and(|proof| proof.second_factor);
    let main = html! {
        (page::head("Authenticator app", "", &html! {}))
        @if !used {
            (part::callout(part::Tone::Warn, "Not used in this session", &html! {
                "You signed in here without it. " a href=(enter::led(CONFIRM, next)) { "Enter a code" } " to go on with it."
            }))
        }
        (page::card("", "", &html! {}, &html! {
            (part::facts(&[("State", part::badge(part::Tone::Good, "on")), ("Since", when::at(factor.since)), ("Recovery codes left", html! { (factor.codes_left) })]))
            p class="quiet" { "To move to another device, remove it here and set it up again there." }
            p {
                a class="button" href="/account/security/recovery-codes" { "Make new recovery codes" } " "
                a class="button danger" href="/account/security/authenticator/remove" { "Remove" }
            }
        }))
    };
    look::account(cx, frame, AccountPlace::Security, "Authenticator app").reply(&main)
}

/// The page with the form, shown first and after a wrong code.
pub(super) fn page<'a>(
    cx: &impl Context<'a>,
    frame: &Frame<'_>,
    door: Door<'_>,
    offer: &factors::Offer,
    next: &str,
    errors: &[FieldError],
) -> Reply {
    let fields = [Field::new(Kind::OneTimeCode, "code", "Code").hint("The six digits that the app shows now.")];
    let main = html! {
        (page::head("Set up an authenticator app", "", &html! {}))
        (form::summary(errors, &fields))
        (page::card("", "", &html! {}, &html! {
            p { "Scan the QR code with an authenticator app, then enter the code it shows. From then on, signing in asks for a code." }
            (picture::of_offer(door, cx.principal().email(), offer))
            (Form::new(ENROLL, frame.csrf(), "Turn on").cancel("/account/security").render(&html! {
                (form::hidden("offer", &offer.sealed))
                @for field in &fields { (field.render(errors)) }
                @if !next.is_empty() { (form::hidden("next", next)) }
            }))
        }))
    };
    let page = look::account(cx, frame, AccountPlace::Security, "Set up an authenticator app");
    if errors.is_empty() { page.reply(&main) } else { page.again(&main) }
}
