//! `GET /account/sessions/end-others`: asks before one is signed out elsewhere, or everywhere.

use crate::{door::Door, look};
use html::form::Form;
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::{AccountPlace, Frame};

/// Asks.
pub struct SessionsOthersPage;
impl Query for SessionsOthersPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/account/sessions/end-others",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Person,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Asks before one is signed out elsewhere",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        Door::of(cx.site())?;
        let frame = Frame::of(&cx, req);
        let main = html! {
            section class="narrow confirm" data-confirm="" {
                div class="card" {
                    h1 { "Sign out elsewhere?" }
                    ul class="consequences" {
                        li { "Every other browser that is signed in to your account has to sign in again." }
                        li { "Links to sign in that were sent by e-mail stop working." }
                    }
                    (Form::new("/account/sessions/end-others", frame.csrf(), "Sign out elsewhere").sends("which", "others").danger()
                        .also("Sign out here too", "which", "all").cancel("/account/sessions").render(&html! {}))
                }
            }
        };
        Ok(look::account(&cx, &frame, AccountPlace::Sessions, "Sign out elsewhere").reply(&main))
    }
}
