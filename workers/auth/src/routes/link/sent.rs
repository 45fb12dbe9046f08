//! `GET /sign-in/link/sent`: what is said after a sign-in link was asked for, to everybody the same.

use crate::{door::Door, links};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::Frame;

/// Says that a link was sent.
pub struct LinkSent;
impl Query for LinkSent {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/sign-in/link/sent",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "What is said after a sign-in link was asked for",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let door = Door::of(cx.site())?;
        let frame = Frame::of(&cx, req);
        let main = links::sent(
            door,
            "If there is an account with this address, a link to sign in is on its way. It works once, for ten minutes, in this browser.",
            "/sign-in/link",
        );
        Ok(frame.bare("Check your e-mail").reply(&main))
    }
}
