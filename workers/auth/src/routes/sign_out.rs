//! `POST /sign-out`: ends the session whose cookie was sent, on whatever surface.

use domain::actions;
use kernel::{
    Command, Committed, Reply, Request, Result, Route, Write,
    dispatch::SIGN_IN,
    error::Code,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
    time::Span,
};
use store::sessions;

/// Ends the session.
pub struct SignOut;
impl Command for SignOut {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/sign-out",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Person,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::SIGNED_OUT]),
        payload: Payload::Form(4 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Ends the session",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        req.input()?.finish()?;
        let token = req.cookie(sessions::COOKIE).ok_or(Code::SignInNeeded)?;
        // The row is what ends; the cookie only goes with it. "cookies" is not cleared: that would take the whole registrable domain,
        // other tenants' hosts and the console included.
        let reply = Reply::see_other(SIGN_IN)
            .with("set-cookie", sessions::cookie(sessions::COOKIE, "", Span::millis(0)))
            .with("clear-site-data", "\"cache\", \"storage\"");
        cx.mutation(cx.principal().id())?.then_one(sessions::end(&token)).commit(reply).await
    }
}
