//! `GET /sign-up/verify`: what the link of a sign-up leads to. It only asks.

use crate::{door::Door, fields, links, routes::sign_up};
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
use store::{tokens::Purpose, waiting::SignUp};

/// Asks to confirm.
pub struct SignUpVerifyPage;
impl Query for SignUpVerifyPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/sign-up/verify",
        surfaces: &[Surface::App, Surface::Portal],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "What the link of a sign-up leads to",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let door = Door::of(cx.site())?;
        let (frame, token) = (Frame::of(&cx, req), req.query("token").unwrap_or_default());
        let found = match links::find(&cx, req, Purpose::SignUp, token).await? {
            Ok(found) => found,
            Err(why) => return Ok(links::trouble(&frame, Purpose::SignUp, why)),
        };
        let here = sign_up::begun_here(&SignUp::of(&found, &cx.app().config.keys)?, req);
        Ok(page(&frame, door, token, &found.email, here, &[]))
    }
}

/// The page with the form, shown first and after a refusal.
///
/// Whoever clicks a link need not be who typed the password: where it is opened in another browser, the password that was
/// chosen is asked for, so that nobody confirms an account for somebody else's password.
pub(super) fn page(frame: &Frame<'_>, door: Door<'_>, token: &str, email: &str, here: bool, errors: &[FieldError]) -> Reply {
    let fields = [Field::password(fields::PASSWORD, "The password that you chose", "current-password")];
    let asked = if here { &[][..] } else { &fields[..] };
    let main = html! {
        section class="narrow" {
            (form::summary(errors, &fields))
            h1 { "Confirm your address" }
            div class="card" {
                p { "Your " (part::name(door.name())) " account will be " (part::name(email)) "." }
                @if !here {
                    p class="quiet" {
                        "You opened this link in another browser than the one you signed up with, so we ask for the password that you chose there. \
                         If you did not sign up, close this page: there is no account."
                    }
                }
                (Form::new("/sign-up/verify", frame.csrf(), "Confirm address").render(&html! {
                    (form::hidden("token", token))
                    @for field in asked { (field.render(errors)) }
                }))
            }
        }
    };
    let page = frame.bare("Confirm your address");
    links::discreet(if errors.is_empty() { page.reply(&main) } else { page.again(&main) })
}
