//! `GET /account/sessions/end`: asks before one session is ended.

use crate::{door::Door, look};
use html::{confirm::Confirm, form};
use kernel::{
    Id, Query, Read, Reply, Request, Result, Route, SessionId,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::{AccountPlace, Frame};

/// Asks.
pub struct SessionsEndPage;
impl Query for SessionsEndPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/account/sessions/end",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Person,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Asks before one of one's own sessions is ended",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        Door::of(cx.site())?;
        let Some(session) = req.query("session").and_then(SessionId::parse) else {
            return Ok(Reply::see_other("/account/sessions"));
        };
        let frame = Frame::of(&cx, req);
        let gone = ["Whoever uses it has to sign in again.".to_owned()];
        let ask = Confirm::new("End this session?", "/account/sessions/end", frame.csrf(), "End session", "/account/sessions")
            .consequences(&gone)
            .fields(form::hidden("session", session.as_str()));
        Ok(look::account(&cx, &frame, AccountPlace::Sessions, "End a session").reply(&ask.render(&[])))
    }
}
