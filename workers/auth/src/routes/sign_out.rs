//! `POST /sign-out`: ends the session whose cookie was sent. One route a surface, because each has its own kind of caller.

use domain::actions;
use kernel::{
    Command, Committed, Reply, Request, Result, Route, Write,
    dispatch::SIGN_IN,
    error::Code,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload},
    time::Span,
};
use store::sessions;

const fn route(surfaces: &'static [Surface], auth: Auth) -> Route {
    Route {
        method: Method::Post,
        path: "/sign-out",
        surfaces,
        auth,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::SIGNED_OUT]),
        payload: Payload::Form(4 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        summary: "Ends the session",
    }
}

/// Ends a staff member's session.
pub struct StaffSignOut;
impl Command for StaffSignOut {
    const ROUTE: Route = route(&[Surface::App], Auth::Account);
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        end(cx, req).await
    }
}

/// Ends a customer's session.
pub struct CustomerSignOut;
impl Command for CustomerSignOut {
    const ROUTE: Route = route(&[Surface::Portal], Auth::Customer);
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        end(cx, req).await
    }
}

/// Ends an operator's session.
pub struct OperatorSignOut;
impl Command for OperatorSignOut {
    const ROUTE: Route = route(&[Surface::Platform], Auth::Operator);
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        end(cx, req).await
    }
}

async fn end(cx: Write<'_>, req: &Request) -> Result<Committed> {
    req.input()?.finish()?;
    let token = req.cookie(sessions::COOKIE).ok_or(Code::SignInNeeded)?;
    // The row is what ends; the cookie only goes with it. "cookies" is not cleared: that would take the whole registrable domain,
    // other tenants' hosts and the console included.
    let reply = Reply::see_other(SIGN_IN)
        .with("set-cookie", sessions::cookie(sessions::COOKIE, "", Span::millis(0)))
        .with("clear-site-data", "\"cache\", \"storage\"");
    cx.mutation(cx.principal().id())?.then_one(sessions::end(&token)).commit(reply).await
}
