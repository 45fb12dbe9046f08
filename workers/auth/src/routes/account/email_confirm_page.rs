//! `GET /account/email/confirm`: what the link to a new address leads to. Only the account that asked for it can confirm, signed in:
//! a stranger at a mistyped address can do nothing with the link.

use crate::{door::Door, enter, links};
use html::{
    form::{self, Form},
    part,
};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    dispatch::SIGN_IN,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::Frame;
use store::tokens::Purpose;

/// Asks to confirm.
pub struct EmailConfirmPage;
impl Query for EmailConfirmPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/account/email/confirm",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Visitor,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "What the link to a new address leads to",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        Door::of(cx.site())?;
        let (frame, token) = (Frame::of(&cx, req), req.query("token").unwrap_or_default());
        let found = match links::find(&cx, req, Purpose::NewAddress, token).await? {
            Ok(found) => found,
            Err(why) => return Ok(links::trouble(&frame, Purpose::NewAddress, why)),
        };
        if cx.principal().id() != found.subject || cx.principal().proof().is_none() {
            return Ok(not_signed_in(&frame, token));
        }
        let main = html! {
            section class="narrow" {
                h1 { "Change your e-mail address" }
                div class="card" {
                    p { "From now on you sign in as " strong { (part::name(&found.email)) } "." }
                    p class="quiet" { "Every other session ends, and so do links that were sent to the old address." }
                    (Form::new("/account/email/confirm", frame.csrf(), "Change address").cancel("/account").render(&form::hidden("token", token)))
                }
            }
        };
        Ok(links::discreet(frame.bare("Change your e-mail address").reply(&main)))
    }
}

/// The page of whoever opens the link without being the account that asked for it.
pub(super) fn not_signed_in(frame: &Frame<'_>, token: &str) -> Reply {
    let text = html! { "An account asked to use this address. To confirm, sign in to that account, with its old address. If it was not you, close this page: nothing changes." };
    let href = enter::led(SIGN_IN, &format!("/account/email/confirm?token={token}"));
    links::dead(frame, 200, "Sign in to confirm", &text, &href, "Sign in")
}
