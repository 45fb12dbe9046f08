//! `GET /challenge`: the second factor of a sign-in. An operator who has none sets one up here before anything else opens.

use crate::{door::Door, enter, links, next, picture};
use html::form::{self, Field, Form, Kind};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    dispatch::{CHALLENGE, SIGN_IN},
    host::Surface,
    input::FieldError,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::Frame;
use store::factors;

/// Asks for the second factor.
pub struct ChallengePage;
impl Query for ChallengePage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: CHALLENGE,
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Challenge,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "The second factor of a sign-in",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let door = Door::of(cx.site())?;
        let next = req.query("next").and_then(next::checked).unwrap_or_default();
        let subject = cx.principal().id();
        let frame = Frame::of(&cx, req);
        if cx.first(factors::find(subject)).await?.is_some() {
            return Ok(page(&frame, next, &[]));
        }
        let Door::Operator = door else {
            let text = html! { "The second factor of this account was removed while you were signing in. Sign in again." };
            return Ok(links::dead(&frame, 200, "Sign in again", &text, SIGN_IN, "Sign in"));
        };
        let offer = factors::offer(&cx.app().config.keys, subject, cx.random(), cx.random(), cx.now())?;
        Ok(enroll(&frame, door, cx.principal().email(), &offer, next, &[]))
    }
}

/// The page with the form for a code, shown first and after a wrong one.
pub(super) fn page(frame: &Frame<'_>, next: &str, errors: &[FieldError]) -> Reply {
    let fields = [Field::new(Kind::OneTimeCode, "code", "Code")
        .hint("The six digits that your authenticator app shows, or one of your recovery codes.")
        .focus()];
    let main = html! {
        section class="narrow" {
            (form::summary(errors, &fields))
            h1 { "Two-factor authentication" }
            div class="card" {
                (Form::new(CHALLENGE, frame.csrf(), "Continue").render(&html! {
                    @for field in &fields { (field.render(errors)) }
                    @if !next.is_empty() { (form::hidden("next", next)) }
                }))
            }
            p class="quiet" { "Lost your device? Use a recovery code: each works once. " a href=(enter::led(SIGN_IN, next)) { "Start over" } }
        }
    };
    let page = frame.bare("Two-factor authentication");
    if errors.is_empty() { page.reply(&main) } else { page.again(&main) }
}

/// The page on which an operator sets a second factor up.
pub(super) fn enroll(frame: &Frame<'_>, door: Door<'_>, email: &str, offer: &factors::Offer, next: &str, errors: &[FieldError]) -> Reply {
    let fields = [Field::new(Kind::OneTimeCode, "code", "Code").hint("The six digits that the app shows now.")];
    let main = html! {
        section class="narrow" {
            (form::summary(errors, &fields))
            h1 { "Set up your second factor" }
            div class="card" {
                p class="quiet" { "Operators sign in with a password and a code from an authenticator app. Scan the QR code with the app, then enter the code it shows." }
                (picture::of_offer(door, email, offer))
                (Form::new(CHALLENGE, frame.csrf(), "Turn on and continue").render(&html! {
                    (form::hidden("offer", &offer.sealed))
                    @for field in &fields { (field.render(errors)) }
                    @if !next.is_empty() { (form::hidden("next", next)) }
                }))
            }
        }
    };
    let page = frame.bare("Set up your second factor");
    if errors.is_empty() { page.reply(&main) } else { page.again(&main) }
}
