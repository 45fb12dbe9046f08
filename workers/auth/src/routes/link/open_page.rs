//! `GET /sign-in/link/open`: what a sign-in link leads to. It only asks: programs that follow links in mails change nothing.

use crate::{door::Door, links};
use html::{
    form::{self, Form},
    part,
};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::Frame;
use store::tokens::Purpose;

/// Asks whether to sign in.
pub struct LinkOpenPage;
impl Query for LinkOpenPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/sign-in/link/open",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "What a sign-in link leads to",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        Door::of(cx.site())?;
        let (frame, token) = (Frame::of(&cx, req), req.query("token").unwrap_or_default());
        let found = match links::find(&cx, req, Purpose::SignIn, token).await? {
            Ok(found) => found,
            Err(why) => return Ok(links::trouble(&frame, Purpose::SignIn, why)),
        };
        if !links::begun_here(&found, &cx.app().config.keys, req)? {
            return Ok(elsewhere(&frame));
        }
        let main = html! {
            section class="narrow" {
                h1 { "Sign in" }
                div class="card" {
                    p { "Sign in as " (part::name(&found.email)) "." }
                    (Form::new("/sign-in/link/open", frame.csrf(), "Sign in").render(&form::hidden("token", token)))
                }
            }
        };
        Ok(links::discreet(frame.bare("Sign in").reply(&main)))
    }
}

/// The page of a link that was opened in another browser than the one that asked for it.
pub(super) fn elsewhere(frame: &Frame<'_>) -> Reply {
    let text = html! {
        "This link works only in the browser that asked for it, so that nobody can sign you in to an account that is not yours. \
         Open it there, or ask for a link from this browser."
    };
    links::dead(frame, 403, "Open this link where you asked for it", &text, "/sign-in/link", "Get a link for this browser")
}
